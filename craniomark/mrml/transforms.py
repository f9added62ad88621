"""Linear transform nodes, as 4x4 matrices from LPS to LPS millimetres."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.checks import InputError
from craniomark.mrml.frames import array_of, turned_transform, vtk_matrix
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of
from craniomark.mrml.parents import check_invertible, linear_to_world

TRANSFORM, LINEAR = "vtkMRMLTransformNode", "vtkMRMLLinearTransformNode"


def linear_of(node: Node, *, world: bool = False) -> NDArray[np.float64]:
    """The matrix of a transform node.

    Parameters
    ----------
    node : vtkMRMLTransformNode
        Of any class, as long as what it holds is linear.
    world : bool
        True for what the nodes under it feel in all: its own parents included.

    Returns
    -------
    ndarray, shape (4, 4)
        LPS mm to LPS mm: where the nodes under it are moved to. A pose ``specimen_to_template`` puts the scan
        upright when it is the matrix of the scan's transform; ``.tfm`` files hold the inverse.

    Raises
    ------
    InputError
        If there is no such node, or it is not linear, not finite or flattens space.
    """
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    checked(node, TRANSFORM, "linear transform")
    if not node.IsLinear():
        remedy = "choose a linear transform, such as AutoOrient makes"
        raise InputError(name_of(node), "transform", "not linear", remedy)
    matrix = vtkMatrix4x4()
    node.GetMatrixTransformToParent(matrix)
    array = array_of(matrix)
    check_invertible(array, node)
    own = turned_transform(array)
    return linear_to_world(node) @ own if world else own


def put_linear(matrix: ArrayLike, node: Node, *, world: bool = False) -> None:
    """Put a matrix into a linear transform node, in one event.

    Parameters
    ----------
    matrix : array_like, shape (4, 4)
        LPS mm to LPS mm: where the nodes under it are moved to.
    node : vtkMRMLLinearTransformNode
        Its own parents stay.
    world : bool
        True where `matrix` is what the nodes under it shall feel in all.

    Raises
    ------
    InputError
        If there is no such node, or, for `world`, a parent isn't linear.
    ValueError
        If the matrix is no finite, invertible 4x4 matrix.
    """
    checked(node, LINEAR, "linear transform")
    own = _legal(matrix)
    if world:
        own = np.linalg.inv(linear_to_world(node)) @ own
    with edited(node):
        node.SetMatrixTransformToParent(vtk_matrix(turned_transform(own)))


def _legal(matrix: ArrayLike) -> NDArray[np.float64]:
    array = np.array(matrix, dtype=np.float64)
    if array.shape != (4, 4) or not np.isfinite(array).all() or not np.array_equal(array[3], [0, 0, 0, 1]):
        raise ValueError("a linear transform is a finite 4x4 matrix with the last row 0 0 0 1")
    if np.linalg.matrix_rank(array[:3, :3]) < 3:
        raise ValueError("a linear transform must be invertible")
    return array


def add_linear(scene: Scene, matrix: ArrayLike, name: str) -> Node:
    """A new linear transform node that holds `matrix`, with a name of its own; errors as `put_linear`."""
    return added(scene, LINEAR, name, lambda node: put_linear(matrix, node))


def move_by(node: Node, matrix: ArrayLike, transform: Node) -> None:
    """Move a node in the world by a linear transform of its own; others under the same parents stay.

    `transform` is put between the node and its parents; where it stands there already, it moves the node on.

    Parameters
    ----------
    node : vtkMRMLTransformableNode
        Volume, model or point list.
    matrix : array_like, shape (4, 4)
        World to world, LPS mm.
    transform : vtkMRMLLinearTransformNode
        Its content is replaced.

    Raises
    ------
    InputError
        If a node is missing, or a parent isn't linear.
    ValueError
        If the matrix is no finite, invertible 4x4 matrix, or `transform` moves other nodes already.
    """
    checked(node, "vtkMRMLTransformableNode", "volume, model or point list")
    checked(transform, LINEAR, "linear transform")
    before, wanted = linear_to_world(node), _legal(matrix)
    own = node.GetTransformNodeID() == transform.GetID()
    parent = transform.GetParentTransformNode() if own else node.GetParentTransformNode()
    if not own and parent is not None and (parent is transform or parent.IsTransformNodeMyParent(transform)):
        raise ValueError(f"{name_of(transform)} moves {name_of(node)} from further up already")
    with edited(transform), edited(node):
        if not own:
            transform.SetAndObserveTransformNodeID(parent.GetID() if parent is not None else None)
        put_linear(wanted @ before, transform, world=True)
        node.SetAndObserveTransformNodeID(transform.GetID())
