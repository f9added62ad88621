"""Derived data sets: made whole or not at all, and made again."""

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from craniomark import __version__
from craniomark.flows.datasets.derived.kinds import KINDS
from craniomark.flows.datasets.derived.lineage import (
    NAME,
    Lineage,
    check_sources,
    folder_sums,
    read_lineage,
    source_sums,
    write_lineage,
)
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens

Told = Callable[[str, int, int], None]


def make_data(kind: str, source: Path, out: Path, settings: Mapping[str, Any], told: Told) -> Lineage:
    """Make a data set of another one.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    source : Path
        What `find_specimens` reads.
    out : Path
        A folder that is not there yet, or empty.
    settings : mapping
        What the kind takes.
    told : callable
        Hears of each specimen with how many are done, and how many there are.

    Raises
    ------
    InputError
        If the folder holds something, a specimen is not fit, or the disk is full; then nothing is left.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        remedy = "name a new folder, or make this one again with craniomark data rebuild"
        raise InputError(out, "output", "there already", remedy)
    part = _part(out)
    try:
        lineage = _make(kind, source, out, part, settings, told)
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return lineage


def rebuild_data(folder: Path, told: Told) -> list[str]:
    """Make a derived data set again, as its lineage tells.

    Returns
    -------
    list of str
        Files that are not the same as when it was first made, e.g. by another version; none else.

    Raises
    ------
    InputError
        If a source changed, is gone or is new; then the data set stays as it is.
    """
    lineage = read_lineage(folder)
    source = Path(os.path.normpath(folder / lineage.source))
    check_sources(folder, lineage, source_sums(source, find_specimens([source])))
    part, old = _part(folder), folder.with_name(f".{folder.name}.old")
    try:
        made = _make(lineage.kind, source, folder, part, lineage.settings, told)
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    names = {*lineage.files, *made.files}
    return sorted(name for name in names if lineage.files.get(name) != made.files.get(name))


def _make(kind: str, source: Path, out: Path, part: Path, settings: Mapping[str, Any], told: Told) -> Lineage:
    if kind not in KINDS:
        raise InputError(kind, "kind", "unknown", f"give one of {', '.join(KINDS)}")
    specimens = find_specimens([source])
    sums = source_sums(source, specimens)
    try:
        part.mkdir(parents=True)
        made = KINDS[kind](specimens, part, settings, told)
    except OSError as error:
        remedy = "choose a folder that you may write to, with room on its disk"
        raise InputError(out, "output", f"not writable ({error.strerror})", remedy) from error
    command = ["craniomark", "data", "make", kind, str(source), "-o", str(out), *made]
    place = os.path.relpath(source.resolve(), out.resolve())
    lineage = Lineage(kind, shlex.join(command), __version__, Path(place).as_posix(), dict(settings), sums,
                      folder_sums(part))  # fmt: skip
    write_lineage(part, lineage)
    return lineage


def _part(out: Path) -> Path:
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    return part


__all__ = ["NAME", "make_data", "rebuild_data"]
