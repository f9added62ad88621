"""Surface meshes read and written by the format of their file name."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.formats import obj, ply, stl, vtk_legacy, vtp
from craniomark.ground.meshes.raw import RawMesh, Space, cleaned
from craniomark.ground.meshes.surface import Surface

READERS: dict[str, Callable[[Path], RawMesh]] = {
    ".ply": ply.read,
    ".stl": stl.read,
    ".obj": obj.read,
    ".vtk": vtk_legacy.read,
    ".vtp": vtp.read,
}
WRITERS: dict[str, Callable[[Surface, Path], None]] = {
    ".ply": ply.write,
    ".stl": stl.write,
    ".obj": obj.write,
    ".vtk": vtk_legacy.write,
    ".vtp": vtp.write,
}
SPACE = re.compile(r"SPACE=\s*([A-Za-z-]+)")
UNVERIFIED = "The file names no coordinate system; LPS is taken, and left and right are unverified."


def read_surface(path: str | PathLike[str], *, assume_space: Space | None = None) -> Surface:
    """Triangles of a .ply, .stl, .obj, .vtk or .vtp file in LPS mm.

    The coordinate system that the file names (``SPACE=LPS`` or ``SPACE=RAS`` in a comment, title, header or
    field, as Slicer writes it) is obeyed. Polygons become triangles. Vertices without a finite position are
    left out with their faces, and so are vertices that no face uses; notes say so.

    Parameters
    ----------
    path : path
        Mesh file in mm.
    assume_space : {"LPS", "RAS"}, optional
        Coordinate system of a file that names none. Without it LPS is taken and `left_right_known` is False.

    Raises
    ------
    InputError
        If the file is not there, empty, cut off, damaged, of another kind, or has no faces.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(path, "file name ending", repr(path.suffix), f"give a mesh as {_known()}")
    try:
        size = path.stat().st_size
        if not size:
            raise InputError(path, "content", "empty", "copy or export the mesh again")
        raw = reader(path)
    except OSError as error:
        value = f"not readable ({error.strerror})"
        raise InputError(path, "file", value, "check its name and folder") from error
    told = _space_of(raw.headers, path)
    space = told or assume_space
    surface = cleaned(raw, path, space, known=space is not None)
    return surface if space else replace(surface, notes=(*surface.notes, UNVERIFIED))


def _space_of(headers: Sequence[str], path: Path) -> Space | None:
    for header in headers:
        match = SPACE.search(header)
        if match is not None:
            name = match[1].upper()
            if name == "LPS":
                return "LPS"
            if name == "RAS":
                return "RAS"
            raise InputError(path, "SPACE", repr(match[1]), "save the mesh in LPS or RAS")
    return None


def _known() -> str:
    return ", ".join(READERS)


def write_surface(surface: Surface, path: str | PathLike[str]) -> None:
    """Write triangles in LPS mm, with scalars in .ply, .vtk and .vtp; .stl and .obj hold none.

    ``SPACE=LPS`` is written only if left and right are known, so that reading does not pretend it.

    Raises
    ------
    InputError
        If the ending is another one, the surface has no faces, or the place can't be written.
    """
    path = Path(path)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(path, "file name ending", repr(path.suffix), f"choose one of {_known()}")
    if not len(surface.faces):
        raise InputError(path, "faces", "none", "give a surface with at least one triangle")
    writer(surface, path)
