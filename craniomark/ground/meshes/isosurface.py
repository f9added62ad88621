"""Surfaces where the voxels of a volume pass a value."""

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes.surface import Surface
from craniomark.ground.volumes import Volume


def isosurface(volume: Volume, level: float, closed: bool = False) -> Surface:
    """Triangles where a volume has a value.

    Parameters
    ----------
    volume : Volume
        Brightness, mask or distance transform.
    level : float
        The value.
    closed : bool
        Whether the surface is closed where it would leave the volume.

    Returns
    -------
    Surface
        LPS mm, facing where the volume is lower; without triangles where it nowhere has the value.

    Notes
    -----
    Schroeder, Maynard & Geveci 2015, "Flying edges", as VTK has it.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    from craniomark.ground.meshes.vtk_bridge import faces_of

    values: NDArray[np.float32] = volume.array.astype(np.float32)
    if closed:
        values = np.pad(values, 1, constant_values=float(values.min()))
    image = vtkImageData()
    image.SetDimensions(*values.shape)
    image.GetPointData().SetScalars(numpy_to_vtk(values.ravel(order="F")))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, level)
    edges.ComputeNormalsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    made = edges.GetOutput()
    told = (volume.left_right_known, volume.notes)
    if not made.GetNumberOfPolys():
        return Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int64), {}, *told)
    index = vtk_to_numpy(made.GetPoints().GetData()).astype(np.float64) - int(closed)
    faces = faces_of(made)[1].reshape(-1, 3)
    mirrored = np.linalg.det(volume.matrix[:3, :3]) < 0
    return Surface(volume.to_lps(index), faces[:, ::-1] if mirrored else faces, {}, *told)
