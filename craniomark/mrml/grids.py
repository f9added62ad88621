"""Grid transform nodes, as fields of displacements in LPS millimetres."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.mrml.frames import array_of, turned, turned_placement, vtk_matrix
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of
from craniomark.mrml.transforms import TRANSFORM
from craniomark.mrml.voxels import array_of_image, image_of

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkImageData

GRID = "vtkMRMLGridTransformNode"


@dataclass(frozen=True, eq=False)
class Field:
    """``f(x) = x + u(x)``: displacements `u` on a lattice, laid out as the engine's maps take them.

    Attributes
    ----------
    vectors : ndarray, shape (3, I, J, K)
        Displacements, LPS mm.
    matrix : ndarray, shape (4, 4)
        Lattice index to LPS mm.
    resampling : bool
        True if points go as resampling needs them, from the fixed image (template) to the moving one
        (specimen), as ITK's files have it. Slicer then moves what is under the node the other way.
        False if points go where Slicer moves them.
    """

    vectors: NDArray[np.float64]
    matrix: NDArray[np.float64]
    resampling: bool = True

    def __post_init__(self) -> None:
        vectors, matrix = np.asarray(self.vectors, dtype=np.float64), np.array(self.matrix, dtype=np.float64)
        if vectors.ndim != 4 or len(vectors) != 3 or min(vectors.shape) < 2:
            raise ValueError(f"displacements have the shape (3, I, J, K), not {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("displacements must be finite")
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or np.linalg.matrix_rank(matrix) < 4:
            raise ValueError("the matrix of a lattice is 4x4, finite and invertible")
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "matrix", matrix)


def field_of(node: Node) -> Field:
    """The displacements of a grid transform node, in the direction in which it holds them.

    The node's own parents are not applied. Beyond its lattice VTK goes on with the displacement at the edge.

    Parameters
    ----------
    node : vtkMRMLTransformNode
        With one grid of displacements.

    Raises
    ------
    InputError
        If there is no such node, it holds no or another kind of transform, or displacements are not finite.
    """
    checked(node, TRANSFORM, "grid transform")
    name = name_of(node)
    resampling = not node.IsAbstractTransformComputedFromInverse(node.GetTransformFromParent())
    held: Any = node.GetTransformFromParent() if resampling else node.GetTransformToParent()
    if held is None or not held.IsA("vtkOrientedGridTransform"):
        value = "none" if held is None else held.GetClassName()
        raise InputError(
            name, "grid of displacements", value, "choose a grid transform, or convert it to one"
        )
    grid = held.GetDisplacementGrid()
    array, start = array_of_image(grid, name)
    if len(array) != 3 or min(array.shape) < 2:
        value = f"{len(array)} by {' x '.join(map(str, array.shape[1:]))}"
        raise InputError(
            name, "grid of displacements", value, "give three numbers a point in three dimensions"
        )
    vectors = array.astype(np.float64) * held.GetDisplacementScale() + held.GetDisplacementShift()
    if not np.isfinite(vectors).all():
        raise InputError(name, "displacements", "not finite", "make the transform again")
    matrix = _lattice(grid, held.GetGridDirectionMatrix())
    matrix[:3, 3] += matrix[:3, :3] @ start
    if not np.isfinite(matrix).all() or np.linalg.matrix_rank(matrix) < 4:
        raise InputError(name, "placement of the grid", "not invertible", "make the transform again")
    return Field(_turned_vectors(vectors), turned_placement(matrix), resampling)


def _lattice(grid: "vtkImageData", direction: Any) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(4) if direction is None else array_of(direction))[:3, :3] * grid.GetSpacing()
    matrix[:3, 3] = grid.GetOrigin()
    return matrix


def _turned_vectors(vectors: NDArray[Any]) -> NDArray[np.float64]:
    return np.moveaxis(turned(np.moveaxis(vectors, 0, -1)), -1, 0)


def put_field(field: Field, node: Node) -> None:
    """Put displacements into a grid transform node, in one event; its own parents stay.

    Raises
    ------
    InputError
        If there is no such node.
    """
    from slicer import vtkOrientedGridTransform

    checked(node, GRID, "grid transform")
    matrix = turned_placement(field.matrix)
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    direction = np.eye(4)
    direction[:3, :3] = matrix[:3, :3] / spacing
    image = image_of(_turned_vectors(field.vectors))
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    transform = vtkOrientedGridTransform()
    transform.SetDisplacementGridData(image)
    transform.SetGridDirectionMatrix(vtk_matrix(direction))
    with edited(node):
        if field.resampling:
            node.SetAndObserveTransformFromParent(transform)
        else:
            node.SetAndObserveTransformToParent(transform)


def add_field(scene: Scene, field: Field, name: str) -> Node:
    """A new grid transform node that holds `field`, with a name of its own."""
    return added(scene, GRID, name, lambda node: put_field(field, node))
