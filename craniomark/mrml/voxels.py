"""Voxel arrays to and from VTK's images."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, check_memory

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkImageData

# Slicer's volume writer refuses these, so that a scene with them could not be saved.
_SAVEABLE = {"bool": "uint8", "int8": "int16", "float16": "float32"}
_EIGHT_BYTES = ("int64", "uint64")


def image_of(array: NDArray[np.generic]) -> "vtkImageData":
    """A VTK image with a copy of `array`, shape (I, J, K), or (C, I, J, K) for several components.

    Types that Slicer can't save become the next ones that hold their values.

    Raises
    ------
    ValueError
        If no type that Slicer saves holds the values.
    """
    from vtkmodules.util.numpy_support import get_vtk_array_type, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData

    several = array if array.ndim == 4 else array[None]
    kind = saveable_type(array)
    image = vtkImageData()
    image.SetDimensions(several.shape[1:])
    image.AllocateScalars(get_vtk_array_type(kind), len(several))
    view = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*several.shape[:0:-1], len(several))
    view[...] = several.transpose(3, 2, 1, 0)
    return image


def saveable_type(array: NDArray[np.generic]) -> np.dtype[np.generic]:
    """The type in which Slicer shows and saves `array`; ValueError where there is none."""
    name = array.dtype.newbyteorder("=").name
    if name in _EIGHT_BYTES:
        low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
        limits = np.iinfo(np.int32)
        if limits.min <= low and high <= limits.max:
            return np.dtype(np.int32)
        if max(-low, high) <= 2**53:
            return np.dtype(np.float64)
        raise ValueError(f"values up to {max(-low, high)} fit no type that Slicer saves")
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise ValueError(f"voxels of type {array.dtype} are none of Slicer's")
    return np.dtype(_SAVEABLE.get(name, name))


def array_of_image(
    image: "vtkImageData | None", name: str, shared: bool = False
) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """Voxels of a VTK image and the index at which they start.

    Parameters
    ----------
    image : vtkImageData or None
        As a node holds it.
    name : str
        Of the node, for errors.
    shared : bool
        True for a view of VTK's memory, which changes with it.

    Returns
    -------
    array : ndarray, shape (C, I, J, K)
        First index of space fastest in memory.
    start : ndarray, shape (3,)
        Index of the first voxel; Slicer's matrices count from 0.

    Raises
    ------
    InputError
        If there are no voxels, or more than the memory holds.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy

    scalars = image.GetPointData().GetScalars() if image is not None else None
    if image is None or scalars is None or not scalars.GetNumberOfTuples():
        raise InputError(name, "voxels", "none", "load the file again, or choose another node")
    sizes, count = image.GetDimensions(), scalars.GetNumberOfComponents()
    if int(np.prod(sizes, dtype=object)) != scalars.GetNumberOfTuples():
        value = f"{scalars.GetNumberOfTuples()} where the image has {' x '.join(map(str, sizes))}"
        raise InputError(name, "number of voxels", value, "load the file again")
    view = vtk_to_numpy(scalars)
    if not shared:
        check_memory(name, view.nbytes)
        view = view.copy()
    array = view.reshape(*sizes[::-1], count).transpose(3, 2, 1, 0)
    return array, np.array(image.GetExtent()[::2], dtype=np.int64)
