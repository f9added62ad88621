"""True surfaces: of meshes, masks, or distance transforms."""

from pathlib import Path

import numpy as np

from craniomark.flows.shape.correspond import WallChoice, walls_of
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.specimens import SURFACE_SUFFIXES
from craniomark.ground.volumes import Volume, read_volume


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
    surface = isosurface(volume, 0.0 if low < 0 < high else (low + high) / 2, path)
    return surface if low < 0 else walls_of(surface, path, walls)


def isosurface(volume: Volume, level: float, path: Path) -> Surface:
    """Triangles where a volume has this value, LPS mm; they face where it is lower.

    Raises
    ------
    InputError
        If it nowhere has.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    from craniomark.ground.meshes.vtk_bridge import faces_of

    image = vtkImageData()
    image.SetDimensions(*volume.shape)
    values = np.ascontiguousarray(volume.array.astype(np.float32).T)
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(), deep=True))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, level)
    edges.ComputeNormalsOff()
    edges.Update()
    found = edges.GetOutput()
    if not found.GetNumberOfPolys():
        raise InputError(
            path, "surface", f"none at the value {level:g}", "give a mask or a distance transform"
        )
    index = vtk_to_numpy(found.GetPoints().GetData()).astype(np.float64)
    faces = faces_of(found)[1].reshape(-1, 3)
    if np.linalg.det(volume.matrix[:3, :3]) < 0:
        faces = faces[:, ::-1]
    return Surface(volume.to_lps(index), faces, {}, volume.left_right_known, volume.notes)
