"""What of a whole training is done, and what it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.training.everything.settings import WHERE
from craniomark.flows.training.files import read_json, write_json
from craniomark.flows.training.resume import data_differences, flat
from craniomark.ground.checks import InputError

FILE, CHECK = "stages.json", "check"
_FILES = "files."
_REMEDY = "give back what it began with, or choose another out"


@dataclass(frozen=True)
class Source:
    """A file that is learnt from: its name as in `file_name`, its SHA-256."""

    name: str
    sha256: str


def is_begun(out: Path) -> bool:
    """Whether the folder holds a training."""
    return (out / FILE).exists()


def begun(
    out: Path, settings: Mapping[str, Any], sources: Mapping[str, Source], data: str
) -> dict[str, float]:
    """Minutes of the stages that are done already, by name; the folder is marked as this training's.

    As long as no stage has learnt from the data, other settings and data, such as those that the check
    asked for, begin anew.

    Parameters
    ----------
    out : Path
        Folder of the stages.
    settings : mapping
        What the training belongs to, as JSON can hold it.
    sources : mapping of str to Source
        Files by specimen and kind.
    data : str
        Where these lie, for errors.

    Raises
    ------
    InputError
        If the folder holds a training of other settings, recipe or data; names what differs.
    """
    belongs = {**settings, "files": {key: one.sha256 for key, one in sources.items()}}
    names = {key: one.name for key, one in sources.items()}
    if not is_begun(out):
        _write(out, {"belongs": belongs, "names": names, "minutes": {}, "spent": {}})
        return {}
    kept = _read(out)
    if kept["belongs"] != belongs:
        if set(kept["minutes"]) <= {CHECK}:
            _write(out, kept | {"belongs": belongs, "names": names, "minutes": {}})
            return {}
        raise _difference(out, kept, belongs, kept.get("names", {}) | names, data)
    return {str(stage): float(minutes) for stage, minutes in kept["minutes"].items()}


def finished(out: Path, stage: str, minutes: float) -> None:
    """Note that a stage is done, after so many minutes in all."""
    kept = _read(out)
    _write(out, kept | {"minutes": kept["minutes"] | {stage: round(minutes, 2)}})


def spent(out: Path, stage: str, minutes: float) -> float:
    """Add minutes to what a stage has cost so far, done or not; returns the sum."""
    kept = _read(out)
    total = round(kept["spent"].get(stage, 0.0) + minutes, 2)
    _write(out, kept | {"spent": kept["spent"] | {stage: total}})
    return float(total)


def minutes_of(out: Path) -> float:
    """Minutes of all stages so far, also of those that were stopped and gone on with."""
    return float(sum(_read(out)["spent"].values()))


def _difference(
    out: Path, kept: Mapping[str, Any], belongs: Mapping[str, Any], names: Mapping[str, str], data: str
) -> InputError:
    """The first thing that differs: a setting, else a file."""
    before, now = flat(kept["belongs"]), flat(dict(belongs))
    changed = [key for key in sorted(before.keys() | now.keys()) if before.get(key) != now.get(key)]
    settings = [key for key in changed if not key.startswith(_FILES)]
    if settings:
        key = settings[0]
        value = f"{now.get(key)!r}, while the training in {out} began with {before.get(key)!r}"
        return InputError(WHERE, key.replace("recipe_of.", "recipe's "), value, _REMEDY)
    differences = data_differences(*({names.get(k, k): v for k, v in files.items()} for files in (
        kept["belongs"]["files"], belongs["files"])))  # fmt: skip
    field, value = next(differences)
    return InputError(data, field, value.replace("the run", f"the training in {out}"), _REMEDY)


def _read(out: Path) -> dict[str, Any]:
    path = out / FILE
    kept = read_json(path)
    whole = all(isinstance(kept.get(key), dict) for key in ("belongs", "minutes", "spent"))
    if not whole or not isinstance(kept["belongs"].get("files"), dict):
        raise InputError(path, "content", "incomplete", "put the file back, or choose another out")
    return kept


def _write(out: Path, content: Mapping[str, Any]) -> None:
    write_json(out / FILE, content)
