"""Scalar volumes and label maps of the scene, as volumes in LPS millimetres."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, limits
from craniomark.ground.volumes import Volume
from craniomark.ground.volumes.header import three_axes
from craniomark.ground.volumes.voxels import check_values
from craniomark.mrml.frames import array_of, turned_placement, vtk_matrix
from craniomark.mrml.handedness import left_right_known, tell_left_right
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of
from craniomark.mrml.parents import linear_to_world
from craniomark.mrml.voxels import array_of_image, image_of

SCALAR, LABELS = "vtkMRMLScalarVolumeNode", "vtkMRMLLabelMapVolumeNode"


def volume_of(node: Node, *, shared: bool = False, trusted: bool = False) -> Volume:
    """The volume of a node, placed in the world.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
        One channel; any scalar type; flipped, left-handed and oblique axes are kept as they are.
    shared : bool
        True for a view of the node's voxels instead of a copy: it changes with them.
    trusted : bool
        True leaves the look at every single value to whoever works on them: windows don't wait for it.

    Returns
    -------
    Volume
        Voxel index to LPS mm under all parent transforms.

    Raises
    ------
    InputError
        If there is no such node, it is a label map, has no or several channels, is not 3-D, has no possible
        spacing, a value that isn't finite, no contrast, or a parent that isn't linear.
    """
    checked(node, SCALAR, "volume")
    if node.IsA(LABELS):
        raise InputError(name_of(node), "type", "label map", "choose the scan and not its labels")
    volume = _placed(node, shared)
    if not trusted:
        check_values(name_of(node), volume.array)
    return volume


def labels_of(node: Node, *, shared: bool = False) -> Volume:
    """The label map of a node, placed in the world: whole numbers, 0 is background.

    Parameters
    ----------
    node : vtkMRMLLabelMapVolumeNode
        Values may be stored as decimal numbers, as long as they are whole.
    shared : bool
        As for `volume_of`.

    Raises
    ------
    InputError
        As `volume_of`, but for contrast; and for values that aren't whole numbers.
    """
    checked(node, LABELS, "label map")
    volume = _placed(node, shared)
    if volume.array.dtype.kind != "f":
        return volume
    return replace(volume, array=_whole(volume.array, name_of(node)))


def _whole(array: NDArray[Any], name: str) -> NDArray[np.int32]:
    if not (np.abs(array) < 2**31).all() or not np.array_equal(array, np.rint(array)):
        remedy = "choose a label map, whose values are whole numbers"
        raise InputError(name, "label values", "no whole numbers", remedy)
    return array.astype(np.int32)


def _placed(node: Node, shared: bool) -> Volume:
    name = name_of(node)
    world = linear_to_world(node)
    array, start = array_of_image(node.GetImageData(), name, shared)
    if len(array) != 1:
        raise InputError(name, "number of channels", len(array), "choose a volume of grey values")
    three_axes(Path(name), array.shape[1:])
    matrix = world @ own_placement(node)
    matrix[:3, 3] += matrix[:3, :3] @ start
    return Volume(array[0], matrix, left_right_known(node))


def own_placement(node: Node) -> NDArray[np.float64]:
    """Voxel index to LPS mm in the volume's own frame, 4x4: parent transforms are left out.

    Raises
    ------
    InputError
        If it is no placement.
    """
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    array = turned_placement(array_of(matrix))
    remedy = "correct the spacing and axes in the Volumes module, or load the file again"
    if not np.isfinite(array).all():
        raise InputError(name_of(node), "placement", "not finite", remedy)
    spacing = np.linalg.norm(array[:3, :3], axis=0)
    if spacing.min() < limits.SMALLEST_SPACING_MM or spacing.max() > limits.LARGEST_SPACING_MM:
        told = ", ".join(f"{size:.6g}" for size in spacing)
        raise InputError(name_of(node), "spacing", f"{told} mm", remedy)
    if abs(np.linalg.det(array[:3, :3] / spacing)) < limits.ORTHONORMAL_TOLERANCE:
        raise InputError(name_of(node), "axes", "in one plane", remedy)
    return array


def put_volume(volume: Volume, node: Node) -> None:
    """Put a volume into a node, in one event; under parent transforms it is at its place in the world.

    The voxels are copied. Types that Slicer can't save become the next ones that hold their values. The notes
    of the volume are not kept.

    Parameters
    ----------
    volume : Volume
        LPS mm.
    node : vtkMRMLScalarVolumeNode
        What it held before is replaced, not overwritten, so that undo brings it back.

    Raises
    ------
    InputError
        If there is no such node, or a parent isn't linear.
    ValueError
        If the voxels have no type that Slicer knows.
    """
    checked(node, SCALAR, "volume")
    if node.IsA(LABELS):
        put_labels(volume, node)
        return
    _put(volume, volume.array, node)


def put_labels(labels: Volume, node: Node) -> None:
    """Put a label map into a node, as `put_volume` does; InputError also where a value isn't whole."""
    checked(node, LABELS, "label map")
    array = labels.array
    _put(labels, _whole(array, name_of(node)) if array.dtype.kind == "f" else array, node)


def _put(volume: Volume, array: NDArray[Any], node: Node) -> None:
    matrix = np.linalg.inv(linear_to_world(node)) @ volume.matrix
    image = image_of(array)
    with edited(node):
        node.SetIJKToRASMatrix(vtk_matrix(turned_placement(matrix)))
        node.SetAndObserveImageData(image)
        tell_left_right(node, volume.left_right_known)


def add_volume(scene: Scene, volume: Volume, name: str) -> Node:
    """A new volume node that shows `volume`, with a name of its own; errors as `put_volume`."""
    node = added(scene, SCALAR, name, lambda node: put_volume(volume, node))
    node.CreateDefaultDisplayNodes()
    return node


def add_labels(scene: Scene, labels: Volume, name: str) -> Node:
    """A new label map node that shows `labels`, with a name of its own; errors as `put_labels`."""
    node = added(scene, LABELS, name, lambda node: put_labels(labels, node))
    node.CreateDefaultDisplayNodes()
    return node
