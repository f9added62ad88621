"""A closed surface filled with voxels."""

import numpy as np
from numpy.typing import ArrayLike

from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.vtk_bridge import caught_messages, surface_polydata
from craniomark.ground.volumes.volume import Volume

LARGEST_VOXELS = 2**30


def voxelise(surface: Surface, spacing_mm: ArrayLike, margin_mm: float) -> Volume:
    """Voxels whose centres lie inside a closed surface.

    An inner wall makes a hollow, so that a skull with outer and inner walls becomes its bone.

    Parameters
    ----------
    surface : Surface
        Closed triangles, LPS mm.
    spacing_mm : float or three floats
        Voxel size, mm.
    margin_mm : float
        Empty border on each side, mm.

    Returns
    -------
    Volume
        uint8, 1 inside and 0 outside, axes along LPS.

    Raises
    ------
    ValueError
        If the spacing is not positive, the margin negative, or more than 2**30 voxels would be needed.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkImagingStencil import vtkImageStencilToImage, vtkPolyDataToImageStencil

    spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), (3,))
    if not (spacing > 0).all() or margin_mm < 0:
        raise ValueError(f"spacing {spacing} mm must be positive and margin {margin_mm} mm not negative")
    origin = surface.vertices.min(axis=0) - margin_mm
    shape = np.ceil((surface.extent + 2 * margin_mm) / spacing).astype(np.int64) + 1
    if np.prod(shape.astype(np.float64)) > LARGEST_VOXELS:
        raise ValueError(f"{' x '.join(map(str, shape))} voxels of {spacing} mm are too many")
    with caught_messages():
        stencil = vtkPolyDataToImageStencil()
        stencil.SetInputData(surface_polydata(surface))
        stencil.SetOutputOrigin(*origin)
        stencil.SetOutputSpacing(*spacing)
        stencil.SetOutputWholeExtent(0, int(shape[0]) - 1, 0, int(shape[1]) - 1, 0, int(shape[2]) - 1)
        filler = vtkImageStencilToImage()
        filler.SetInputConnection(stencil.GetOutputPort())
        filler.SetInsideValue(1)
        filler.SetOutsideValue(0)
        filler.SetOutputScalarTypeToUnsignedChar()
        filler.Update()
    image: vtkImageData = filler.GetOutput()
    array = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape[::-1]).transpose(2, 1, 0)
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = origin
    return Volume(np.ascontiguousarray(array), matrix, surface.left_right_known)
