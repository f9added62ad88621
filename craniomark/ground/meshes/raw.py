"""What a mesh file holds, before it is believed, and the clean surface made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.surface import Surface

Space = Literal["LPS", "RAS"]
RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True)
class RawMesh:
    """Polygons as a file holds them.

    Attributes
    ----------
    vertices : ndarray, shape (V, 3)
        Positions as written.
    sizes : ndarray, shape (P,)
        Number of corners of each polygon.
    corners : ndarray, shape (sum of sizes,)
        Vertex numbers of all polygons, one after the other.
    scalars : mapping of str to ndarray, shape (V,)
        Named values per vertex.
    headers : sequence of str
        Comments and titles, in which the coordinate system may stand.
    """

    vertices: NDArray[np.float64]
    sizes: NDArray[np.int64]
    corners: NDArray[np.int64]
    scalars: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    headers: Sequence[str] = ()


def cleaned(raw: RawMesh, path: Path, space: Space | None, known: bool) -> Surface:
    """The surface of a raw mesh: triangles of finite, used vertices in LPS mm; notes tell what was left out.

    Raises
    ------
    InputError
        If counts contradict one another, a polygon names a vertex that is not there, or no triangle is left.
    """
    count = len(raw.vertices)
    wrong_sizes = (raw.sizes < 0).any() or int(raw.sizes.sum()) != len(raw.corners)
    if wrong_sizes or any(len(values) != count for values in raw.scalars.values()):
        raise InputError(path, "content", "at odds with its own counts", "export the mesh again")
    if len(raw.corners) and (raw.corners.min() < 0 or raw.corners.max() >= count):
        wrong = raw.corners[(raw.corners < 0) | (raw.corners >= count)][0]
        value = f"{wrong} where the file has vertices 0 to {count - 1}"
        raise InputError(path, "vertex number of a face", value, "export the mesh again")
    notes: list[str] = []
    finite: NDArray[np.bool_] = np.isfinite(raw.vertices).all(axis=1).astype(bool)
    sizes, corners = _polygons_on(raw, finite, notes)
    faces = _triangles(raw.vertices, sizes, corners)
    distinct = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    if not distinct.all():
        notes.append(f"{np.count_nonzero(~distinct)} faces with a doubled corner were left out.")
    faces = faces[distinct]
    if not len(faces):
        raise InputError(path, "faces", "none", "give a surface mesh, not a cloud of points or lines")
    used = np.zeros(count, dtype=bool)
    used[faces] = True
    unused = np.count_nonzero(finite & ~used)
    if unused:
        notes.append(f"{unused} vertices that no face uses were left out.")
    vertices = raw.vertices[used] * (RAS_TO_LPS if space == "RAS" else 1.0)
    scalars = {name: values[used] for name, values in raw.scalars.items()}
    return Surface(vertices, (np.cumsum(used) - 1)[faces], scalars, known, tuple(notes))


def _polygons_on(
    raw: RawMesh, finite: NDArray[np.bool_], notes: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    bad = np.count_nonzero(~finite)
    polygon = np.repeat(np.arange(len(raw.sizes)), raw.sizes)
    kept = np.bincount(polygon[~finite[raw.corners]], minlength=len(raw.sizes)) == 0
    lost = np.count_nonzero(~kept)
    if bad:
        vertices = "1 vertex" if bad == 1 else f"{bad} vertices"
        notes.append(f"{vertices} without a finite position and {lost} faces on them were left out.")
    kept &= raw.sizes >= 3
    return raw.sizes[kept], raw.corners[kept[polygon]]


def _triangles(
    vertices: NDArray[np.float64], sizes: NDArray[np.int64], corners: NDArray[np.int64]
) -> NDArray[np.int64]:
    if (sizes == 3).all():
        return corners.reshape(-1, 3)
    from vtkmodules.vtkFiltersCore import vtkTriangleFilter

    from craniomark.ground.meshes.vtk_bridge import faces_of, polydata_of

    triangles = vtkTriangleFilter()
    triangles.SetInputData(polydata_of(np.nan_to_num(vertices), sizes, corners))
    triangles.PassVertsOff()
    triangles.PassLinesOff()
    triangles.Update()
    return faces_of(triangles.GetOutput())[1].reshape(-1, 3)
