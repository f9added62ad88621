"""The bone of a scan as a surface: fine for looking, coarse while something is dragged."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes import Surface
from craniomark.ground.volumes import Volume

FINE_VOXELS, COARSE_VOXELS = 112, 60
"""Along the longest axis, at most."""
_FADES = 0.7
"""Thin bone is faint where voxels are averaged: so much of the threshold shows it whole."""


@dataclass(frozen=True, eq=False)
class Bone:
    """Surfaces of one scan in its own frame, LPS mm."""

    fine: Surface
    coarse: Surface


def bone_of(volume: Volume, threshold: float) -> Bone:
    """Surfaces where the brightness of a scan passes a threshold; empty where it never does."""
    made = (shrunk(volume, size) for size in (FINE_VOXELS, COARSE_VOXELS))
    return Bone(*(isosurface(one, threshold * (_FADES if one is not volume else 1)) for one in made))


def shrunk(volume: Volume, most: int) -> Volume:
    """Means over cubes of voxels, so that no axis has more than `most` of them."""
    factor = -(-max(volume.shape) // most)
    if factor <= 1:
        return volume
    sizes = [max(1, size // factor) for size in volume.shape]
    steps = [min(factor, size) for size in volume.shape]
    # ends that fill no cube are left out
    cut: NDArray[Any] = volume.array[tuple(slice(0, n * step) for n, step in zip(sizes, steps, strict=True))]
    total = np.zeros(sizes, np.float32)
    for start in np.ndindex(*steps):
        total += cut[tuple(slice(first, None, step) for first, step in zip(start, steps, strict=True))]
    matrix = volume.matrix.copy()
    matrix[:3, 3] += matrix[:3, :3] @ ((np.array(steps) - 1) / 2)
    matrix[:3, :3] = matrix[:3, :3] * steps
    return replace(volume, array=total / np.prod(steps), matrix=matrix)


def isosurface(volume: Volume, threshold: float) -> Surface:
    """Triangles where the brightness passes the threshold, closed at the ends of the volume.

    Source: Schroeder, Maynard & Geveci 2015, "Flying edges", as VTK has it.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    from craniomark.ground.meshes.vtk_bridge import faces_of

    padded = np.pad(volume.array.astype(np.float32), 1, constant_values=float(volume.array.min()))
    image = vtkImageData()
    image.SetDimensions(*padded.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel(order="F")))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, threshold)
    edges.ComputeNormalsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    made = edges.GetOutput()
    if not made.GetNumberOfPolys():
        return Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int64))
    index = vtk_to_numpy(made.GetPoints().GetData()).astype(np.float64) - 1
    faces = faces_of(made)[1].reshape(-1, 3)
    mirrored = np.linalg.det(volume.matrix[:3, :3]) < 0
    return Surface(volume.to_lps(index), faces[:, ::-1] if mirrored else faces)


def normals_of(surface: Surface) -> NDArray[np.float64]:
    """Unit normals at the vertices, means of those of the faces around by area, shape (V, 3)."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    count = len(surface.vertices)
    total = np.stack(
        [
            sum(np.bincount(surface.faces[:, corner], across[:, axis], count) for corner in range(3))
            for axis in range(3)
        ],
        axis=1,
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))
