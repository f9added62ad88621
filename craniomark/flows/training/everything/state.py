"""What of a whole training is done, and what it belongs to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from craniomark.flows.training.files import read_json
from craniomark.ground.checks import InputError, written_whole

FILE = "stages.json"


def begun(out: Path, belongs: Mapping[str, Any]) -> dict[str, float]:
    """Minutes of the stages that are done already, by name; the folder is marked as this training's.

    Raises
    ------
    InputError
        If the folder holds a training of other settings, recipe or data; names what differs.
    """
    path = out / FILE
    if not path.exists():
        _write(path, belongs, {}, {})
        return {}
    kept = read_json(path)
    for key in sorted(set(kept["belongs"]) | set(belongs)):
        before, now = kept["belongs"].get(key), belongs.get(key)
        if before != now:
            where, was, is_now = _first_difference(key, before, now)
            remedy = "give what it was begun with, or another out"
            raise InputError(path, where, f"{is_now!r}, but the folder was begun with {was!r}", remedy)
    return {str(stage): float(minutes) for stage, minutes in kept["minutes"].items()}


def finished(out: Path, stage: str, minutes: float) -> None:
    """Note that a stage is done, after so many minutes in all."""
    path = out / FILE
    kept = read_json(path)
    _write(path, kept["belongs"], kept["minutes"] | {stage: round(minutes, 2)}, kept["spent"])


def spent(out: Path, stage: str, minutes: float) -> float:
    """Add minutes to what a stage has cost so far, done or not; returns the sum."""
    path = out / FILE
    kept = read_json(path)
    costs = kept["spent"]
    costs[stage] = round(costs.get(stage, 0.0) + minutes, 2)
    _write(path, kept["belongs"], kept["minutes"], costs)
    return float(costs[stage])


def minutes_of(out: Path) -> float:
    """Minutes of all stages so far, also of those that were stopped and gone on with."""
    return float(sum(read_json(out / FILE)["spent"].values()))


def _first_difference(key: str, before: Any, now: Any) -> tuple[str, Any, Any]:
    if isinstance(before, dict) and isinstance(now, dict):
        for inner in sorted(set(before) | set(now)):
            if before.get(inner) != now.get(inner):
                return f"{key} {inner}", before.get(inner), now.get(inner)
    return key, before, now


def _write(
    path: Path, belongs: Mapping[str, Any], minutes: Mapping[str, float], costs: Mapping[str, float]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"belongs": belongs, "minutes": minutes, "spent": costs}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
