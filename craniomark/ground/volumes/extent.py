"""Is this scan as large as a skull?"""

from os import PathLike

from craniomark.ground.checks import InputError, limits
from craniomark.ground.volumes.volume import Volume


def check_extent(
    volume: Volume,
    path: str | PathLike[str],
    low_mm: float = limits.SKULL_EXTENT_MM[0],
    high_mm: float = limits.SKULL_EXTENT_MM[1],
) -> None:
    """Refuse a volume whose longest side is not within [`low_mm`, `high_mm`].

    Raises
    ------
    InputError
        Names micrometres or metres taken for millimetres, where they would explain the size.
    """
    size = float(volume.extent.max())
    if low_mm <= size <= high_mm:
        return
    check_unit(path, size, low_mm, high_mm)
    value = f"{size:.4g} mm, outside {low_mm:g} to {high_mm:g} mm"
    remedy = "crop the image to the skull, or give the right voxel size with --spacing X,Y,Z"
    raise InputError(path, "extent", value, remedy)


def check_unit(path: str | PathLike[str], size_mm: float, low_mm: float, high_mm: float) -> None:
    """Refuse a length that lies within [`low_mm`, `high_mm`] only in another unit, and name that unit.

    Raises
    ------
    InputError
        For micrometres or metres that are written as millimetres.
    """
    told = f"{size_mm:.6g} mm"
    if low_mm <= size_mm / 1000 <= high_mm:
        raise InputError(
            path, "extent", f"{told}, likely micrometres written as millimetres", "give --unit um"
        )
    if low_mm <= size_mm * 1000 <= high_mm:
        remedy = "give --spacing X,Y,Z in millimetres"
        raise InputError(path, "extent", f"{told}, likely metres written as millimetres", remedy)
