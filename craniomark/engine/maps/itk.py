"""Maps as ITK's transforms, which SimpleITK and Slicer read."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.maps.base import Map
from craniomark.engine.maps.composition import Composition, chain
from craniomark.engine.maps.displacement import Displacement, on_lattice
from craniomark.engine.maps.inverse import Inverse
from craniomark.engine.maps.linear import Linear
from craniomark.engine.maps.velocity import Velocity
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.volumes.itk import quiet_itk

SUFFIXES = (".h5", ".tfm", ".txt")


def check_name(path: Path) -> None:
    """Raise InputError unless `path` is a name that `write_map` can write."""
    if path.suffix.lower() not in SUFFIXES:
        remedy = f"give a name that ends in {', '.join(SUFFIXES)}"
        raise InputError(path, "file type", repr(path.suffix), remedy)


def write_map(f: Map, path: Path) -> None:
    """Write a map as an ITK resampling transform: fixed point to moving point, LPS mm.

    Linear maps and displacements are written as they are, velocities as the displacements they lead to,
    inverses of displacements as displacements on the same lattice, compositions as composite transforms.
    ITK agrees with the map inside the lattices, and Slicer at their points: between them it interpolates by
    cubics. Beyond them ITK knows no displacement, and VTK goes on with that of the border: give lattices that
    cover the image and are fine enough for the map to be straight between their points.

    Parameters
    ----------
    f : Map
        Of these kinds.
    path : Path
        ``.h5``, or text: ``.tfm``; written whole or not at all.

    Raises
    ------
    InputError
        If the name is another, SimpleITK is missing, or the folder can't be written.
    TypeError
        If the map is of another kind: bring it ``on_lattice`` first.
    """
    check_name(path)
    with quiet_itk(path, "a transform that can't be written", "choose another folder") as sitk:
        transform = itk_transform(f, sitk)
        with written_whole(path) as part:
            sitk.WriteTransform(transform, str(part))


def read_map(path: Path) -> Map:
    """Read an ITK transform made of affine transforms and displacement fields, 2-D or 3-D.

    Raises
    ------
    InputError
        If it is not one, holds other kinds of transform, or SimpleITK is missing.
    """
    remedy = "give an ITK transform of affine transforms and displacement fields"
    with quiet_itk(path, "not an ITK transform", remedy) as sitk:
        try:
            return _map_of(sitk.ReadTransform(str(path)), sitk)
        except (TypeError, np.linalg.LinAlgError) as error:
            raise InputError(path, "transform", str(error), remedy) from error


def itk_transform(f: Map, sitk: Any) -> Any:
    """The map as a SimpleITK transform; errors as `write_map`."""
    if isinstance(f, Composition):
        return sitk.CompositeTransform([itk_transform(part, sitk) for part in _parts(f)])
    if isinstance(f, Linear):
        transform = sitk.AffineTransform(len(f.matrix) - 1)
        transform.SetMatrix(f.matrix[:-1, :-1].ravel().tolist())
        transform.SetTranslation(f.matrix[:-1, -1].tolist())
        return transform
    if isinstance(f, Velocity):
        return itk_transform(f.displacement, sitk)
    if isinstance(f, Inverse) and isinstance(f.f, Displacement):
        field = f.f
        return itk_transform(on_lattice(f, field.vectors.shape[1:], field.matrix, field.vectors), sitk)
    if isinstance(f, Displacement):
        return sitk.DisplacementFieldTransform(_field_image(f, sitk))
    raise TypeError(f"{type(f).__name__} is no map that ITK knows")


def _parts(f: Composition) -> list[Map]:
    """From the outermost to the innermost, as ITK lists the parts of composite transforms."""
    outer = _parts(f.outer) if isinstance(f.outer, Composition) else [f.outer]
    inner = _parts(f.inner) if isinstance(f.inner, Composition) else [f.inner]
    return [*outer, *inner]


def _field_image(f: Displacement, sitk: Any) -> Any:
    vectors = f.vectors.detach().cpu().numpy().astype(np.float64)
    image = sitk.GetImageFromArray(np.ascontiguousarray(vectors.T), isVector=True)
    spacing = np.linalg.norm(f.matrix[:-1, :-1], axis=0)
    image.SetOrigin(f.matrix[:-1, -1].tolist())
    image.SetSpacing(spacing.tolist())
    image.SetDirection((f.matrix[:-1, :-1] / spacing).ravel().tolist())
    return image


def _map_of(transform: Any, sitk: Any) -> Map:
    held = transform.Downcast()
    if isinstance(held, sitk.CompositeTransform):
        parts = [_map_of(held.GetNthTransform(n), sitk) for n in range(held.GetNumberOfTransforms())]
        return chain(*parts) if parts else Linear(np.eye(held.GetDimension() + 1))
    if held.IsLinear():
        return Linear(_matrix_of(held))
    if isinstance(held, sitk.DisplacementFieldTransform):
        return _displacement_of(held.GetDisplacementField(), sitk)
    raise TypeError(f"of the kind {held.GetName()}")


def _matrix_of(transform: Any) -> NDArray[np.float64]:
    """A linear transform by where it sends the origin and the axes' ends."""
    size = transform.GetDimension()
    origin = np.array(transform.TransformPoint([0.0] * size))
    matrix = np.eye(size + 1)
    matrix[:-1, :-1] = np.stack([transform.TransformPoint(row.tolist()) for row in np.eye(size)], 1)
    matrix[:-1, :-1] -= origin[:, None]
    matrix[:-1, -1] = origin
    return matrix


def _displacement_of(image: Any, sitk: Any) -> Displacement:
    size = image.GetDimension()
    matrix = np.eye(size + 1)
    matrix[:-1, :-1] = np.array(image.GetDirection()).reshape(size, size) * image.GetSpacing()
    matrix[:-1, -1] = image.GetOrigin()
    vectors = np.ascontiguousarray(sitk.GetArrayFromImage(image).T)
    return Displacement(torch.from_numpy(vectors), matrix)
