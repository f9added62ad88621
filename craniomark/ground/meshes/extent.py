"""Is a mesh as large as a skull, or is its unit another one?"""

from os import PathLike

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.surface import Surface

UNITS = {"micrometres": 0.001, "centimetres": 10.0, "inches": 25.4, "metres": 1000.0}


def check_extent(
    surface: Surface, path: str | PathLike[str], low_mm: float = 5.0, high_mm: float = 60.0
) -> None:
    """Refuse a mesh whose longest side is no skull's.

    Parameters
    ----------
    surface : Surface
        LPS mm.
    path : path
        File named in the error.
    low_mm, high_mm : float
        Shortest and longest side believed, mm.

    Raises
    ------
    InputError
        If the longest side of the bounding box is outside; the unit that would fit is named.
    """
    longest = float(surface.extent.max())
    if low_mm <= longest <= high_mm:
        return
    fitting = [name for name, factor in UNITS.items() if low_mm <= longest * factor <= high_mm]
    remedy = f"give a mesh in millimetres, {low_mm:g} to {high_mm:g} mm long"
    if fitting:
        remedy += f"; this one seems to be in {fitting[0]}"
    raise InputError(path, "longest side", f"{longest:.4g} mm", remedy)
