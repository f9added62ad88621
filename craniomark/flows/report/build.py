"""Build the tables and the pages of a run from the files of its specimens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

import craniomark
from craniomark.flows.report.collect import Result, collect
from craniomark.flows.report.figures import histogram
from craniomark.flows.report.handedness import suspects
from craniomark.flows.report.tables import write_landmarks_table, write_summary_table
from craniomark.flows.report.template import page_template
from craniomark.ground.checks import written_whole

PER_PAGE = 50
IN_TABLE = 200
"""Most rows of a table; larger cohorts have a table of its own specimens on each page."""
_FILES = (("CSV", ".csv"), ("Slicer", ".mrk.json"), ("pose", ".tfm"), ("record", ".json"))


@dataclass(frozen=True)
class Report:
    """What was built: pages, and ids of refused and of suspect specimens."""

    pages: tuple[Path, ...]
    done: int
    refused: tuple[str, ...]
    suspects: tuple[str, ...]


def build_report(folder: Path) -> Report:
    """Write ``landmarks.csv summary.csv report.html report-2.html ...`` anew from ID.json and ID.csv.

    Parameters
    ----------
    folder : Path
        Output folder of one run or of the shards of one.

    Returns
    -------
    Report
        What was built.

    Raises
    ------
    InputError
        If the folder holds no result or can't be written.
    """
    results = collect(folder)
    write_landmarks_table(results, folder / "landmarks.csv")
    write_summary_table(results, folder / "summary.csv")
    done = [one for one in results if one.record.outcome == "done"]
    refused = [one for one in results if one.record.outcome == "refused"]
    mirrored = suspects(done)
    pages = _write_pages(folder, done, refused, mirrored)
    return Report(pages, len(done), tuple(sorted(one.record.id for one in refused)), tuple(mirrored))


def _write_pages(
    folder: Path, done: Sequence[Result], refused: Sequence[Result], mirrored: Sequence[str]
) -> tuple[Path, ...]:
    template = page_template("page.html.j2")
    count = max(1, -(-len(done) // PER_PAGE))
    names = [_page_name(number) for number in range(1, count + 1)]
    cards = [_card(one, position, one.record.id in mirrored) for position, one in enumerate(done)]
    shared = _overview(done, refused, mirrored) | {"names": names, "most": IN_TABLE}
    for number, name in enumerate(names, start=1):
        own = cards[(number - 1) * PER_PAGE : number * PER_PAGE]
        with written_whole(folder / name) as part:
            rows = own if len(cards) > IN_TABLE else (cards if number == 1 else [])
            text = template.render(**shared, number=number, cards=own, rows=rows)
            part.write_text(text, encoding="utf-8", newline="\n")
    for old in folder.glob("report-*.html"):
        if old.name not in names and old.name[7:-5].isdigit():
            old.unlink(missing_ok=True)
    return tuple(folder / name for name in names)


def _page_name(number: int) -> str:
    return "report.html" if number == 1 else f"report-{number}.html"


def _overview(done: Sequence[Result], refused: Sequence[Result], mirrored: Sequence[str]) -> dict[str, Any]:
    errors = [error for one in done for error in one.errors().values() if np.isfinite(error)]
    models = [one.record.model for one in done]
    doubtful = [one.record.id for one in done if one.record.orientation["verdict"] != "good"]
    return {
        "version": craniomark.__version__,
        "made": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "models": sorted({f"{model.name} {model.version}" for model in models if model}),
        "done": len(done),
        "refused": [{"id": one.record.id, "reason": one.record.reason} for one in refused],
        "review": sum(one.record.counts["review"] for one in done),
        "missing": sum(one.record.counts["missing"] for one in done),
        "landmarks": sum(one.record.counts["landmarks"] for one in done),
        "median": float(np.median(errors)) if errors else None,
        "doubtful": doubtful,
        "unverified": [one.record.id for one in done if one.record.left_right == "unverified"],
        "mirrored": list(mirrored),
        "histogram": histogram(errors),
        "per_landmark": _per_landmark(done),
    }


def _per_landmark(done: Sequence[Result]) -> list[dict[str, Any]]:
    """Each landmark over the cohort, the most doubtful first."""
    errors: dict[str, list[float]] = {}
    review: dict[str, int] = {}
    missing: dict[str, int] = {}
    for one in done:
        for label, error in one.errors().items():
            errors.setdefault(label, []).append(error)
        for label in one.review:
            review[label] = review.get(label, 0) + 1
        for label in one.missing:
            missing[label] = missing.get(label, 0) + 1
    rows = []
    for label in {**errors, **missing}:
        known = np.array([error for error in errors.get(label, []) if np.isfinite(error)])
        rows.append(
            {
                "label": label,
                "count": len(errors.get(label, [])),
                "median": float(np.median(known)) if len(known) else None,
                "largest": float(known.max()) if len(known) else None,
                "review": review.get(label, 0),
                "missing": missing.get(label, 0),
            }
        )
    return sorted(rows, key=lambda row: -(row["median"] or 0.0))


def _card(result: Result, position: int, is_suspect: bool) -> dict[str, Any]:
    record, errors = result.record, result.errors()
    return {
        "id": record.id,
        "anchor": f"s{position + 1}",
        "page": _page_name(position // PER_PAGE + 1),
        "picture": quote(f"{record.id}.png"),
        "files": [(word, quote(f"{record.id}{ending}")) for word, ending in _FILES],
        "verdict": record.orientation["verdict"],
        "score": record.orientation["score"],
        "degrees": record.orientation["degrees"],
        "scale": record.orientation["scale"],
        "counts": record.counts,
        "review": [(label, errors[label]) for label in result.review],
        "missing": result.missing,
        "unverified": record.left_right == "unverified",
        "suspect": is_suspect,
        "notes": record.notes,
        "seconds": record.seconds.get("total"),
    }
