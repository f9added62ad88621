"""What the page shows, as plain values: the state of the desk in words and numbers."""

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

from craniomark.desktop.cards import ModelCard
from craniomark.desktop.cohorts import format_words
from craniomark.desktop.losses import terms_of
from craniomark.desktop.reviewing import BLIND, OBSERVER, REVIEW
from craniomark.desktop.words import tr
from craniomark.flows.review.worklist import BROKEN, COMPLETE, DONE, DOUBTFUL, REFUSED, UNPREDICTED
from craniomark.web.curves import Drawing, drawn
from craniomark.web.desk import Desk
from craniomark.web.shown_surfaces import shown_surfaces
from craniomark.web.surfaces import bar_colours

AUTOMATIC = ""
MODES = {REVIEW: "Review", OBSERVER: "Second observer", BLIND: "Blind digitising"}
SCOPES = {"flagged": "Flagged points", "uncertain": "Uncertain points", "selected": "This point"}
STATES = {
    DOUBTFUL: "doubtful", DONE: "predicted", COMPLETE: "reviewed", UNPREDICTED: "not predicted",
    REFUSED: "refused", BROKEN: "unreadable",
}  # fmt: skip
SURFACE = "surface"


def shown(desk: Desk) -> dict[str, Any]:
    """All that the page shows but the list of models, by name of its variable."""
    parts = (_list, _scan, _review, _work, _train, shown_surfaces)
    return {name: value for part in parts for name, value in part(desk).items()}


def choices(cards: list[ModelCard]) -> dict[str, Any]:
    """What can be chosen: models, modes, scopes and formats."""
    usable = [card for card in cards if card.manifest is not None and card.manifest.kind == "ct"]
    models = [{"title": tr("Automatic: the model that fits the scan"), "value": AUTOMATIC}]
    models += [{"title": card.name, "value": str(card.path)} for card in usable]
    return {
        "models": models,
        "modes": _items(MODES),
        "scopes": _items(SCOPES),
        "surface_colours": bar_colours(),
        "formats": [{"title": words, "value": name} for name, words in format_words()],
    }


def _items(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"title": tr(words), "value": value} for value, words in names.items()]


def _list(desk: Desk) -> dict[str, Any]:
    counts = desk.specimens.counts
    told = [
        tr("{count} {state}").format(count=counts[state], state=tr(STATES[state]))
        for state in (COMPLETE, DONE, DOUBTFUL, UNPREDICTED, REFUSED, BROKEN)
        if counts[state]
    ]
    lines = []
    for entry in desk.specimens.entries:
        surface = desk.specimens.is_surface(entry.id)
        state = SURFACE if surface else entry.state
        words = _surface_words(desk, entry.id) if surface else tr(STATES[entry.state])
        if entry.state == DOUBTFUL:
            words = tr("{count} doubtful").format(count=entry.doubtful)
        elif entry.state == DONE:
            words = tr("{reviewed} of {points} reviewed").format(reviewed=entry.reviewed, points=entry.points)
        lines.append(
            {
                "id": entry.id, "state": state, "words": words,
                "why": entry.why if state in (REFUSED, BROKEN) else "",
                "percent": round(100 * entry.reviewed / entry.points) if entry.points else 0,
                "current": entry.id == (desk.loading or desk.current),
            }
        )  # fmt: skip
    done = counts[COMPLETE] + counts[DONE]
    scans = sum(counts.values())
    return {
        "specimens": lines, "counts": ", ".join(told), "specimen": desk.current, "loading": desk.loading,
        "done_percent": round(100 * done / scans) if scans else 0,
        "results": desk.results, "root": str(desk.specimens.root),
        "to_predict": counts[UNPREDICTED],
    }  # fmt: skip


def _surface_words(desk: Desk, id_: str) -> str:
    found = desk.specimens.analysed.get(id_)
    if found is None:
        return tr("surface")
    return tr("{error} mm from the true one").format(error=f"{found.figures['symmetric_mean']:.3f}")


def _scan(desk: Desk) -> dict[str, Any]:
    volume = desk.volume
    return {
        "has_scan": volume is not None,
        "pose": desk.pose.shown(volume),
        "pose_words": desk.pose.words(volume),
        "pose_undo": desk.pose.can_undo,
        "bone_shown": desk.bone.shown,
        "model": desk.model,
        "orient_first": desk.orient_first,
        "refine_too": desk.refine_too,
    }


def _review(desk: Desk) -> dict[str, Any]:
    review, session = desk.landmark.review, desk.landmark.review.session
    edits = session is not None and not session.read_only
    undo = session.to_undo if session is not None else None
    redo = session.to_redo if session is not None else None
    point = session.points[session.current] if session is not None and session.current else None
    told = session.progress if session is not None else None
    comparison = review.comparison
    return {
        "reviewing": session is not None,
        "edits": edits,
        "read_only": session.read_only if session is not None else "",
        "rows": [asdict(row) for row in review.rows],
        "point": session.current if session is not None else "",
        "point_words": _point_words(point),
        "point_at": session.queue.index(session.current) + 1 if session and session.current else 0,
        "points": told.points if told else 0,
        "reviewed": told.reviewed if told else 0,
        "doubtful": told.doubtful if told else 0,
        "progress": review.progress_words.partition(": ")[2],
        "definition": review.definition.partition(": ")[2],
        "picture": _picture(desk),
        "noted": review.noted,
        "mode": desk.mode,
        "observer": desk.observer,
        "undo_words": undo.what if edits and undo is not None else "",
        "redo_words": redo.what if edits and redo is not None else "",
        "others": [tr("nobody"), *comparison.names],
        "other": comparison.found.index(comparison.shown) + 1 if comparison.shown else 0,
        "colour_limit": review.limit_mm,
        "trouble": session.trouble if session is not None else "",
    }


def _point_words(point: Any) -> str:
    if point is None:
        return ""
    told = [tr(point.status) if point.status else tr("not placed yet")]
    if point.error90_mm is not None:
        told.append(tr("90 % of such points are within {error:.2f} mm").format(error=point.error90_mm))
    return ", ".join(told)


_pictures: dict[Path, str] = {}


def _picture(desk: Desk) -> str:
    """Where the landmark lies, as an address that holds the picture itself; empty where there is none."""
    review, session = desk.landmark.review, desk.landmark.review.session
    if session is None or review.card is None or not session.current:
        return ""
    path = desk.landmark.pictures.of(review.card.path, session.current)
    if path is None:
        return ""
    if path not in _pictures:
        _pictures[path] = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    return _pictures[path]


def _work(desk: Desk) -> dict[str, Any]:
    landmark, orient, message = desk.landmark, desk.orient, desk.message
    busy = landmark.busy or orient.busy
    at_work = orient if orient.busy else landmark.shown
    folder = landmark.folder
    return {
        "busy": busy,
        "working": desk.busy,
        "status": at_work.status if busy or folder.paused else "",
        "percent": round(100 * at_work.fraction) if busy or folder.paused else 0,
        "folder_rows": [row._asdict() for row in folder.rows],
        "folder_paused": folder.paused,
        "folder_busy": folder.pausable,
        "message_kind": message.kind,
        "message": message.words,
        "message_details": message.details,
    }


def _train(desk: Desk) -> dict[str, Any]:
    view = desk.train.view()
    terms = terms_of(desk.train.curves, view.part)
    drawing = drawn(terms) if terms else Drawing()
    return {
        "train": {**asdict(view), "percent": round(100 * view.fraction), "log": list(view.log[-60:])},
        "train_recipe": desk.train.choices.recipe,
        "train_task": desk.train.choices.task,
        "train_findings": desk.train.found_faults,
        "train_curves": drawing.shown(),
        "train_active": desk.train.running or desk.train.paused,
    }
