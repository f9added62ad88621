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
    told = f"{size:.4g} mm"
    if low_mm <= size / 1000 <= high_mm:
        value, remedy = f"{told}, likely micrometres written as millimetres", "give --unit um"
    elif low_mm <= size * 1000 <= high_mm:
        value, remedy = f"{told}, likely metres written as millimetres", "give --spacing X,Y,Z in millimetres"
    else:
        value = f"{told}, outside {low_mm:g} to {high_mm:g} mm"
        remedy = "crop the image to the skull, or give the right voxel size with --spacing X,Y,Z"
    raise InputError(path, "extent", value, remedy)
