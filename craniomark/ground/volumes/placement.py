"""From what a header says of space to a matrix that can be believed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, limits
from craniomark.ground.volumes.header import EXPORT_AGAIN, Header

Unit = Literal["mm", "um"]
UNIT_MM: dict[str, float] = {"mm": 1.0, "um": 1e-3}

GIVE_SPACING = "correct the header, or give the voxel size with --spacing X,Y,Z"


def voxel_matrix(
    spacing: NDArray[np.float64], direction: NDArray[np.float64], origin: NDArray[np.float64]
) -> NDArray[np.float64]:
    """4x4 matrix from voxel index to LPS mm; nothing is checked."""
    matrix = np.eye(4)
    matrix[:3, :3] = direction * spacing
    matrix[:3, 3] = origin
    return matrix


def placed(header: Header, spacing: Sequence[float] | None = None, unit: Unit = "mm") -> NDArray[np.float64]:
    """Voxel-to-LPS matrix of a header, checked.

    Parameters
    ----------
    header : Header
        As read from the file.
    spacing : sequence of float, optional
        Voxel size, in `unit`, that replaces the one of the file.
    unit : {"mm", "um"}
        Unit of `spacing`; without it the unit in which the header's lengths are written, against
        what the header says.

    Returns
    -------
    ndarray, shape (4, 4)
        Voxel index to LPS mm.

    Raises
    ------
    InputError
        For a spacing that is not positive and finite, directions that are not orthonormal, or an
        origin that is not finite.
    """
    scale = UNIT_MM[unit] if unit != "mm" and spacing is None else header.unit_mm
    size = header.spacing * scale if spacing is None else given_spacing(header.file, spacing, unit)
    check_spacing(header.file, size)
    check_direction(header.file, header.direction)
    origin = header.origin * scale
    if not (np.abs(origin) <= limits.LARGEST_ORIGIN_MM).all():
        raise InputError(header.file, "origin", numbers(origin), EXPORT_AGAIN)
    return voxel_matrix(size, header.direction, origin)


def given_spacing(file: Path, spacing: Sequence[float], unit: Unit) -> NDArray[np.float64]:
    """Spacing from the command line, in mm, shape (3,)."""
    size = np.asarray(spacing, dtype=np.float64)
    if size.shape != (3,):
        raise InputError(file, "--spacing", numbers(size.ravel()), "give three numbers X,Y,Z")
    size = size * UNIT_MM[unit]
    check_spacing(file, size)
    return size


def check_spacing(file: Path, spacing: NDArray[np.float64]) -> None:
    """Raise InputError unless each spacing, mm, is finite, positive and of a possible size."""
    if not (np.isfinite(spacing).all() and (spacing > 0).all()):
        raise InputError(file, "spacing", numbers(spacing), GIVE_SPACING)
    low, high = limits.SMALLEST_SPACING_MM, limits.LARGEST_SPACING_MM
    if spacing.min() < low or spacing.max() > high:
        raise InputError(file, "spacing", f"{numbers(spacing)} mm", GIVE_SPACING)


def orthonormal(direction: NDArray[np.float64]) -> bool:
    """True if the columns are unit vectors at right angles, left-handed ones included."""
    if not np.isfinite(direction).all():
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.abs(direction.T @ direction - np.eye(3)).max()
    return bool(error <= limits.ORTHONORMAL_TOLERANCE)


def check_direction(file: Path, direction: NDArray[np.float64]) -> None:
    """Raise InputError unless the columns of `direction` are orthonormal."""
    if not orthonormal(direction):
        value = f"not orthonormal ({numbers(direction.ravel())})"
        remedy = "the axes are sheared or degenerate, so resample the image onto a rectangular grid"
        raise InputError(file, "direction", value, remedy)


def numbers(values: NDArray[np.float64]) -> str:
    """Numbers as a user reads them."""
    return ", ".join(f"{value:.6g}" for value in values)
