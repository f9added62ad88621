"""What a session file holds, and its text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from craniomark.flows.pipeline.source import Source
from craniomark.flows.review.history import Change
from craniomark.flows.review.point import Point

SCHEMA, SCHEMA_VERSION = "craniomark-review", 1
REVIEW, OBSERVER, REPEAT = "review", "observer", "repeat"
KINDS = (REVIEW, OBSERVER, REPEAT)


@dataclass(frozen=True)
class Content:
    """Everything of one session.

    Attributes
    ----------
    id : str
        Specimen.
    kind : str
        ``"review"``: the review of a specimen; ``"observer"``: that of a further observer;
        ``"repeat"``: a blind digitising.
    key : str
        Made at random at the beginning, so that copies of one session are known as such.
    revision : int
        Goes up with each save.
    observer : str
        Who works, or worked last.
    round : int
        Which digitising of the specimen by this observer it is, from 1.
    program : str
        What saved it.
    created, saved : str
        ISO 8601, UTC.
    scan : Source or None
        The scan that the points lie in.
    model : mapping or None
        ``name version sha256`` of what predicted, where it is known.
    start : mapping of str to Point
        Points at the beginning, in the order of every output.
    changes : tuple of Change
        All, those that were undone last.
    done : int
        How many of them hold.
    points : mapping of str to Point
        Points as they are: `start` after `done` changes.
    order : tuple of str
        Order of the queue where it is not by doubt; else empty.
    current : str
        The point under review, or empty.
    seconds : float
        Time spent, pauses left out.
    point_seconds : mapping of str to float
        The same by label.
    notes : tuple of str
        What happened to the session, in sentences.
    """

    id: str
    kind: str
    key: str
    created: str
    start: Mapping[str, Point]
    points: Mapping[str, Point]
    revision: int = 0
    observer: str = ""
    round: int = 1
    program: str = ""
    saved: str = ""
    scan: Source | None = None
    model: Mapping[str, str] | None = None
    changes: tuple[Change, ...] = ()
    done: int = 0
    order: tuple[str, ...] = ()
    current: str = ""
    seconds: float = 0.0
    point_seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def text_of(content: Content) -> str:
    """JSON with a line for each point and each change."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "id": content.id,
        "kind": content.kind,
        "key": content.key,
        "revision": content.revision,
        "observer": content.observer,
        "round": content.round,
        "program": content.program,
        "created": content.created,
        "saved": content.saved,
        "scan": content.scan.as_json() if content.scan else None,
        "model": dict(content.model) if content.model else None,
        "notes": list(content.notes),
        "order": list(content.order),
        "current": content.current,
        "seconds": round(content.seconds, 1),
        "point_seconds": {label: round(spent, 1) for label, spent in content.point_seconds.items()},
    }
    lines = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    lines += [
        f'"{name}": {_points(value)}'
        for name, value in (("start", content.start), ("points", content.points))
    ]
    changes = ",\n ".join(change.text for change in content.changes)
    lines += [f'"done": {content.done}', f'"changes": [\n {changes}\n]' if changes else '"changes": []']
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _points(points: Mapping[str, Point]) -> str:
    lines = (f" {_json(label)}: {_json(point.as_json())}" for label, point in points.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
