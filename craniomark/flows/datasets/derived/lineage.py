"""How a derived data set was made: command, sources with their checksums, version, settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.specimens import Specimen

NAME = "lineage.json"
SCHEMA = 1


@dataclass(frozen=True)
class Lineage:
    """What stands in ``lineage.json``.

    Attributes
    ----------
    kind : str
        What was made of the source.
    command : str
        That made it.
    version : str
        Of craniomark.
    source : str
        Folder or list, relative to the data set's own folder.
    settings : mapping
        All that was chosen, so that nothing depends on defaults.
    sources, files : mapping of str to str
        SHA-256 of each file that was read, and of each that was made.
    schema : int
        Version of this file's form.
    """

    kind: str
    command: str
    version: str
    source: str
    settings: Mapping[str, Any]
    sources: Mapping[str, str]
    files: Mapping[str, str]
    schema: int = SCHEMA


def write_lineage(folder: Path, lineage: Lineage) -> None:
    """Write it into the folder of the data set."""
    with written_whole(folder / NAME) as part:
        part.write_text(json.dumps(asdict(lineage), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_lineage(folder: Path) -> Lineage:
    """Lineage of a derived data set.

    Raises
    ------
    InputError
        If the folder has none, or it is not sound.
    """
    path = folder / NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["schema"] != SCHEMA:
            value = f"{values['schema']}, not {SCHEMA}"
            raise InputError(path, "schema", value, "make the data set anew with this version")
        return Lineage(**values)
    except FileNotFoundError as error:
        remedy = "name a folder that craniomark data make made"
        raise InputError(path, "file", "missing", remedy) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, "content", f"not readable ({error})", "make the data set anew") from error


def source_sums(source: Path, specimens: Sequence[Specimen]) -> dict[str, str]:
    """SHA-256 of the files of specimens, by name below the source, or id and name for what lies elsewhere."""
    root = source if source.is_dir() else source.parent
    sums = {} if source.is_dir() else {source.name: file_sha256(source)}
    for specimen in specimens:
        for path in (specimen.path, specimen.landmarks, specimen.mask):
            if path is None:
                continue
            for file in sorted(path.iterdir()) if path.is_dir() else [path]:
                inside = file.is_relative_to(root)
                name = file.relative_to(root).as_posix() if inside else f"{specimen.id}/{file.name}"
                sums[name] = file_sha256(file)
    return sums


def folder_sums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a data set but its lineage."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def check_sources(folder: Path, told: Lineage, now: Mapping[str, str]) -> None:
    """Refuse sources that are not those that the data set was made of.

    Raises
    ------
    InputError
        Names one that changed, is gone, or is new.
    """
    pairs = [(name, told.sources.get(name), now.get(name)) for name in sorted({*told.sources, *now})]
    odd = [(name, was, new) for name, was, new in pairs if was != new]
    if not odd:
        return
    name, was, new = odd[0]
    how = "changed" if was and new else "gone" if was else "new"
    more = f", and {len(odd) - 1} more" if len(odd) > 1 else ""
    remedy = "bring the sources back, or make a new data set of them"
    raise InputError(folder / told.source, "source", f"not what it was: {name} is {how}{more}", remedy)
