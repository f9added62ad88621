"""Particle files as ShapeWorks writes them: ASCII, one "x y z" a line, mm."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.checks import InputError, written_whole

Array = NDArray[np.float64]
SUFFIX = ".particles"
_WORLD, _LOCAL = "_world", "_local"


def read_particles(path: Path) -> Array:
    """Particles of a file, shape (N, 3), mm.

    Raises
    ------
    InputError
        If it isn't there or holds anything else than three finite numbers a line.
    """
    table = read_table(path)
    if table.shape[1] != 3 or len(table) < 4:
        value = f"{len(table)} lines of {table.shape[1]} numbers"
        raise InputError(path, "content", value, "give at least four lines of x y z")
    return table


def read_table(path: Path) -> Array:
    """Numbers of a text file, shape (R, C).

    Raises
    ------
    InputError
        If it isn't there, is empty, or holds anything else than as many finite numbers in each line.
    """
    try:
        rows = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        table = np.array(rows, dtype=np.float64)
    except OSError as error:
        value = f"not readable ({error.strerror})"
        raise InputError(path, "file", value, "check its name and folder") from error
    except (ValueError, UnicodeDecodeError):
        table = np.empty((0, 0))
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        remedy = "write as many finite numbers, parted by blanks, in each line"
        raise InputError(path, "content", "no table of numbers", remedy)
    return table


def write_table(path: Path, table: ArrayLike) -> None:
    """Write numbers as such a text file, whole or not at all."""
    with written_whole(path) as part:
        np.savetxt(part, np.atleast_2d(np.asarray(table, dtype=np.float64)), fmt="%.8g")


def write_particles(path: Path, points: ArrayLike) -> None:
    """Write particles, shape (N, 3), mm."""
    write_table(path, np.asarray(points, dtype=np.float64).reshape(-1, 3))


def particle_files(inputs: Sequence[Path]) -> dict[str, Path]:
    """Particle files by specimen, of files and folders; world ones where there are both.

    ``X_world.particles`` and ``X_local.particles``, as ShapeWorks calls them, belong to X.

    Raises
    ------
    InputError
        If there is none, or a name is there twice.
    """
    files: list[Path] = []
    for path in inputs:
        files += sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    world = {
        one.with_name(one.name.replace(_WORLD + SUFFIX, _LOCAL + SUFFIX)) for one in files if is_world(one)
    }
    found: dict[str, Path] = {}
    for one in files:
        if one in world and one.stem.endswith(_LOCAL):
            continue
        name = one.stem.removesuffix(_WORLD).removesuffix(_LOCAL)
        if name in found:
            remedy = "leave one of the two out"
            raise InputError(one, "name", f"{name}, which {found[name]} has too", remedy)
        found[name] = one
    if not found:
        where = inputs[0] if inputs else "particles"
        raise InputError(where, "particle files", "none", "name .particles files or a folder of them")
    return found


def is_world(path: Path) -> bool:
    """Whether a name says that the particles lie in the frame that all specimens share."""
    return path.stem.endswith(_WORLD)


def read_sets(files: Mapping[str, Path], fewest: int = 3) -> Array:
    """All particle sets, shape (S, N, 3), mm.

    Raises
    ------
    InputError
        If there are fewer than `fewest`, or their lengths differ.
    """
    names = list(files)
    if len(names) < fewest:
        where = files[names[0]].parent if names else "particles"
        raise InputError(where, "number of shapes", len(names), f"give at least {fewest}")
    sets = [read_particles(files[name]) for name in names]
    for name, one in zip(names, sets, strict=True):
        if len(one) != len(sets[0]):
            value = f"{len(one)}, while {files[names[0]].name} has {len(sets[0])}"
            raise InputError(files[name], "number of particles", value, "take sets of one shape model")
    return np.stack(sets)
