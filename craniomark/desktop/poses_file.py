"""The table of poses in an output folder: written after each scan, so that a run that was cut off goes on."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from craniomark.desktop.outcomes import Outcome
from craniomark.ground.checks import written_whole

TABLE = "poses.csv"
_HEAD = ("id", "verdict", "degrees", "score", "scale", "message", "bytes", "modified", "model")
_FOUND = ("good", "doubtful")


class ScanState(NamedTuple):
    """By what a scan is known again, and the model that it was oriented with.

    Attributes
    ----------
    bytes : int
        Size of its file, or of all files of its folder.
    modified : int
        When it was changed last, ns since 1970.
    model : str
        Path of the model; empty for the automatic choice.
    """

    bytes: int
    modified: int
    model: str


def transform_of(out: Path, name: str) -> Path:
    """File of a scan's transform in the output folder."""
    return out / f"{name}.tfm"


def kept_poses(out: Path, states: Mapping[str, ScanState]) -> dict[str, Outcome]:
    """Poses by name that were found before for these very scans, with this model, and are still there."""
    try:
        with (out / TABLE).open(encoding="utf-8", newline="") as stream:
            rows = {str(row.get("id")): row for row in csv.DictReader(stream)}
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    there = set(os.listdir(out))  # noqa: PTH208 - names alone are many times quicker
    found = {name: _outcome_in(rows.get(name, {}), state) for name, state in states.items()}
    return {name: one for name, one in found.items() if one and transform_of(out, name).name in there}


def write_poses(out: Path, outcomes: Sequence[Outcome], states: Mapping[str, ScanState]) -> None:
    """Write the table, whole or not at all; raises OSError or InputError where that fails."""
    with written_whole(out / TABLE) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEAD)
        for one in outcomes:
            numbers = ["" if x is None else f"{x:.4f}" for x in (one.degrees, one.score, one.scale)]
            state = states.get(one.name)
            known = (state.bytes, state.modified, state.model) if state else ("", "", "")
            writer.writerow([one.name, one.verdict, *numbers, one.message, *known])


def _outcome_in(row: Mapping[str, str | None], state: ScanState) -> Outcome | None:
    """The pose that a row tells; None where there is none, or of another scan or model."""
    if row.get("verdict") not in _FOUND:
        return None
    try:
        held = ScanState(int(row["bytes"] or -1), int(row["modified"] or -1), row["model"] or "")
        degrees, score, scale = (float(row[name] or "nan") for name in ("degrees", "score", "scale"))
    except (KeyError, ValueError, TypeError):
        return None
    if held != state:
        return None
    return Outcome(str(row["id"]), str(row["verdict"]), str(row.get("message") or ""), degrees, score, scale)
