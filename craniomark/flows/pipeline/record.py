"""ID.json: what was done with a specimen; the last file written, so that it marks completion."""

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from craniomark.flows.pipeline.source import Source
from craniomark.ground.checks import InputError, written_whole

SCHEMA, SCHEMA_VERSION = "craniomark-result", 1
Outcome = Literal["done", "refused"]


@dataclass(frozen=True)
class ModelIdentity:
    """Which model answered: a changed one makes a result out of date."""

    name: str
    version: str
    sha256: str = ""


@dataclass(frozen=True)
class Record:
    """One specimen's result beside its landmarks.

    Attributes
    ----------
    id : str
        Specimen id.
    outcome : {"done", "refused"}
        ``"refused"``: nothing was predicted, `reason` says why.
    reason : str
        One sentence for the user, empty if done.
    source : Source
        What it was computed from.
    model : ModelIdentity or None
        Model that answered; None if refused before one was chosen.
    specimen_to_template : list of list of float
        4x4, specimen LPS mm to template LPS mm; empty if refused.
    orientation : dict
        ``score verdict degrees scale``; empty if refused.
    left_right : {"verified", "unverified"}
        Whether the file told which side is left.
    notes : tuple of str
        Sentences for the user.
    seconds : dict of str to float
        Wall time of each step.
    counts : dict
        ``landmarks review missing median_error90_mm max_error90_mm``.
    options : dict
        What was asked.
    versions : dict of str to str
        Of the programs that computed.
    finished : str
        ISO 8601, UTC.
    group : str
        As the list of specimens told; empty where it did not.
    """

    id: str
    outcome: Outcome
    source: Source
    options: dict[str, Any]
    reason: str = ""
    model: ModelIdentity | None = None
    specimen_to_template: list[list[float]] = field(default_factory=list)
    orientation: dict[str, Any] = field(default_factory=dict)
    left_right: str = ""
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    finished: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))
    group: str = ""

    @property
    def finished_at(self) -> float:
        """Seconds since 1970."""
        return datetime.fromisoformat(self.finished).timestamp()


def record_path(folder: Path, specimen: str) -> Path:
    """Where the record of `specimen` lies."""
    return folder / f"{specimen}.json"


def write_record(record: Record, folder: Path) -> None:
    """Write ID.json whole or not at all.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    content = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, **asdict(record)}
    with written_whole(record_path(folder, record.id)) as part:
        text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
        part.write_text(text + "\n", encoding="utf-8")


def read_record(path: Path) -> Record:
    """Read an ID.json.

    Raises
    ------
    InputError
        If it is not a record of `write_record`.
    """
    remedy = "give a folder that `craniomark process` wrote"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA or content["schema_version"] != SCHEMA_VERSION:
            raise InputError(path, "schema", content["schema"], remedy)
        del content["schema"], content["schema_version"]
        content["source"] = Source(**content["source"])
        content["model"] = ModelIdentity(**content["model"]) if content["model"] else None
        content["notes"] = tuple(content["notes"])
        record = Record(**content)
        if record.id != path.name.removesuffix(".json") or record.outcome not in ("done", "refused"):
            raise InputError(path, "id", record.id, remedy)
        datetime.fromisoformat(record.finished)
        return record
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, "content", "not a CranioMark result", remedy) from error


def found_record(folder: Path, specimen: str) -> Record | None:
    """The record of `specimen`, or None where there is none that can be read."""
    try:
        return read_record(record_path(folder, specimen))
    except InputError:
        return None


def _finite(value: Any) -> Any:
    """JSON has no NaN: unknown numbers become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
