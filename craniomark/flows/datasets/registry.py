"""The public sample data that CranioMark knows: where each file lies, its length and SHA-256."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder


@dataclass(frozen=True)
class SampleFile:
    """One file: its address below the data set's base, SHA-256 and length."""

    url: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class SampleData:
    """A public data set.

    Attributes
    ----------
    name, title : str
    kind : {"ct", "surface"}
    base_url : str
        What the addresses of the files are relative to; ends in a slash.
    homepage, licence, attribution, citation : str
        Whose data these are; told whenever they are fetched.
    files : mapping of str to SampleFile
        By file name.
    """

    name: str
    title: str
    kind: str
    base_url: str
    homepage: str
    licence: str
    attribution: str
    citation: str
    files: Mapping[str, SampleFile]

    @property
    def total_bytes(self) -> int:
        """Length of all files together."""
        return sum(file.bytes for file in self.files.values())


def sample_sets() -> dict[str, SampleData]:
    """Every known data set by its name."""
    folder = resource_folder() / "Datasets"
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return {data.name: data for data in found}


def sample_set(name: str) -> SampleData:
    """The data set called `name`.

    Raises
    ------
    InputError
        If none is.
    """
    known = sample_sets()
    if name not in known:
        raise InputError(name, "data set", "unknown", f"name one of these: {', '.join(known)}")
    return known[name]


def _read(path: Path) -> SampleData:
    values = json.loads(path.read_text(encoding="utf-8"))
    files = {name: SampleFile(**entry) for name, entry in values.pop("files").items()}
    return SampleData(**values, files=files)
