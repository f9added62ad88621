"""Parent transforms: between the frame that a node's content is in and the world, both in LPS millimetres."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.checks import InputError
from craniomark.mrml.frames import array_of, turned, turned_transform
from craniomark.mrml.nodes import Node, name_of

if TYPE_CHECKING:
    from vtkmodules.vtkCommonTransforms import vtkAbstractTransform

LARGEST_CONDITION = 1e12
"""A linear transform with a larger condition number flattens space and has no inverse."""

WANTED_MM = 1e-8
WORST_MM = 1e-4
"""Grids of displacements are not smoother than this: VTK rounds the place within a cell to 2**-16 of it."""

NEWTON_STEPS = 20
DIFFERENCE_MM = 1e-3


def linear_to_world(node: Node) -> NDArray[np.float64]:
    """4x4 matrix from the node's own frame to the world, LPS to LPS; the identity where it has no parent.

    Raises
    ------
    InputError
        If a parent transform is not linear, or flattens space.
    """
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    parent = node.GetParentTransformNode()
    if parent is None:
        return np.eye(4)
    if not parent.IsTransformToWorldLinear():
        value = f"not linear ({name_of(parent)})"
        remedy = "harden it (Data module, right click on its icon, Harden transform), or take it away"
        raise InputError(name_of(node), "transform", value, remedy)
    matrix = vtkMatrix4x4()
    parent.GetMatrixTransformToWorld(matrix)
    array = array_of(matrix)
    check_invertible(array, parent)
    return turned_transform(array)


def check_invertible(matrix: NDArray[np.float64], node: Node) -> None:
    """Refuse the matrix of a transform node that isn't finite or flattens space."""
    if not (np.isfinite(matrix).all() and np.linalg.cond(matrix[:3, :3]) < LARGEST_CONDITION):
        remedy = "give a transform that can be inverted"
        raise InputError(name_of(node), "transform matrix", "not invertible", remedy)


def is_linear(node: Node) -> bool:
    """True if all parent transforms of `node` are linear, or it has none."""
    parent = node.GetParentTransformNode()
    return parent is None or bool(parent.IsTransformToWorldLinear())


def to_world(node: Node, points: ArrayLike) -> NDArray[np.float64]:
    """Points of the node's own frame, shape (N, 3) LPS mm, in the world; rows of NaN stay.

    Raises
    ------
    InputError
        If a linear parent flattens space.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    if is_linear(node):
        matrix = linear_to_world(node)
        return points @ matrix[:3, :3].T + matrix[:3, 3]
    forward, _ = _transforms(node)
    return _where_finite(points, lambda ras: _moved(forward, ras))


def from_world(node: Node, points: ArrayLike) -> NDArray[np.float64]:
    """Points of the world, shape (N, 3) LPS mm, in the node's own frame; rows of NaN stay.

    VTK inverts non-linear transforms to a hundredth of a millimetre. Newton's method goes on from there, to a
    ten-thousandth at worst.

    Raises
    ------
    InputError
        If a linear parent flattens space, or a non-linear one has no inverse at a point.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    if is_linear(node):
        matrix = np.linalg.inv(linear_to_world(node))
        return points @ matrix[:3, :3].T + matrix[:3, 3]
    forward, backward = _transforms(node)
    return _where_finite(points, lambda ras: _solved(forward, _moved(backward, ras), ras, node))


def _transforms(node: Node) -> tuple["vtkAbstractTransform", "vtkAbstractTransform"]:
    from vtkmodules.vtkCommonTransforms import vtkGeneralTransform

    forward, backward = vtkGeneralTransform(), vtkGeneralTransform()
    node.GetParentTransformNode().GetTransformToWorld(forward)
    node.GetParentTransformNode().GetTransformFromWorld(backward)
    return forward, backward


def _where_finite(points: NDArray[np.float64], moved: Any) -> NDArray[np.float64]:
    found = np.full(points.shape, np.nan)
    finite = np.isfinite(points).all(axis=1)
    if finite.any():
        found[finite] = turned(moved(turned(points[finite])))
    return found


def _moved(transform: "vtkAbstractTransform", points: NDArray[np.float64]) -> NDArray[np.float64]:
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkPoints

    before, after = vtkPoints(), vtkPoints()
    before.SetData(numpy_to_vtk(np.ascontiguousarray(points), deep=True))
    after.SetDataTypeToDouble()
    transform.TransformPoints(before, after)
    return np.array(vtk_to_numpy(after.GetData()))


def _solved(
    forward: "vtkAbstractTransform", start: NDArray[np.float64], wanted: NDArray[np.float64], node: Node
) -> NDArray[np.float64]:
    """Points that `forward` takes to `wanted`, from near ones, by Newton's method with halved steps."""
    found, error = start.copy(), wanted - _moved(forward, start)
    size = np.linalg.norm(error, axis=1)
    share = np.ones(len(found))
    for _ in range(NEWTON_STEPS):
        at = np.flatnonzero(size > WANTED_MM)
        if not len(at):
            break
        slope = np.stack([_slope(forward, found[at], axis) for axis in range(3)], axis=-1)
        step = np.einsum("nij,nj->ni", np.linalg.pinv(slope), error[at])
        trial = found[at] + share[at, None] * step
        trial_error = wanted[at] - _moved(forward, trial)
        trial_size = np.linalg.norm(trial_error, axis=1)
        better = trial_size < size[at]
        share[at] = np.where(better, 1.0, share[at] / 2)
        found[at[better]], error[at[better]] = trial[better], trial_error[better]
        size[at[better]] = trial_size[better]
    if size.max() > WORST_MM:
        parent = name_of(node.GetParentTransformNode())
        remedy = "harden the transform, or take it away"
        raise InputError(name_of(node), "transform", f"not invertible at a point ({parent})", remedy)
    return found


def _slope(forward: "vtkAbstractTransform", points: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    step = np.eye(3)[axis] * DIFFERENCE_MM
    return (_moved(forward, points + step) - _moved(forward, points - step)) / (2 * DIFFERENCE_MM)
