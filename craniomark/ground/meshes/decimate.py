"""The same surface with fewer triangles."""

import numpy as np

from craniomark.ground.meshes.surface import Surface


def decimated(surface: Surface, most: int) -> Surface:
    """A surface of at most about `most` triangles that lies where it lay.

    Source: Garland & Heckbert 1997, "Surface simplification using quadric error metrics", as VTK has it.

    Parameters
    ----------
    surface : Surface
        Its scalars are left out.
    most : int
        Triangles; a surface of fewer stays as it is.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersCore import vtkQuadricDecimation

    from craniomark.ground.meshes.vtk_bridge import faces_of, surface_polydata

    if most < 4:
        raise ValueError(f"most is {most}: give at least 4")
    if len(surface.faces) <= most:
        return surface
    fewer = vtkQuadricDecimation()
    fewer.SetInputData(surface_polydata(Surface(surface.vertices, surface.faces)))
    fewer.SetTargetReduction(1 - most / len(surface.faces))
    fewer.VolumePreservationOn()
    fewer.Update()
    found = fewer.GetOutput()
    vertices = vtk_to_numpy(found.GetPoints().GetData()).astype(np.float64)
    faces = faces_of(found)[1].reshape(-1, 3)
    used, numbers = np.unique(faces, return_inverse=True)
    return Surface(vertices[used], numbers.reshape(faces.shape), {}, surface.left_right_known, surface.notes)
