"""True surfaces: of meshes, masks, or distance transforms."""

from pathlib import Path

from craniomark.flows.shape.correspond import WallChoice, walls_of
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.specimens import SURFACE_SUFFIXES
from craniomark.ground.volumes import read_volume


def true_surface(path: Path, walls: WallChoice = "outer") -> Surface:
    """The true surface of a file.

    Parameters
    ----------
    path : Path
        Mesh; mask, whose surface lies at half its highest value; or distance transform, with negative
        values on one side, whose surface lies at zero.
    walls : {"outer", "both"}
        Of a mesh or a mask.

    Raises
    ------
    InputError
        If nothing of a surface is in it.
    """
    if path.suffix.lower() in SURFACE_SUFFIXES:
        return walls_of(read_surface(path), path, walls)
    volume = read_volume(path)
    low, high = float(volume.array.min()), float(volume.array.max())
    if low == high:
        raise InputError(path, "voxels", "all alike", "give a mask or a distance transform")
    level = 0.0 if low < 0 < high else (low + high) / 2
    surface = isosurface(volume, level)
    if not len(surface.faces):
        raise InputError(
            path, "surface", f"none at the value {level:g}", "give a mask or a distance transform"
        )
    return surface if low < 0 else walls_of(surface, path, walls)
