"""What AutoOrient does to the nodes of a scene; each step can be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.mrml import Node, Scene, add_linear, linear_of, move_by, put_linear
from craniomark.mrml.frames import turned_placement
from craniomark.mrml.nodes import edited, name_of
from craniomark.mrml.parents import linear_to_world

POSE = "CranioMark.Pose"
"""Attribute of a transform that was made here: ``found``, ``manual`` or ``registered``."""


@dataclass(frozen=True, eq=False)
class Before:
    """How a volume stood before a step.

    Attributes
    ----------
    what : str
        The step, for the button's help.
    volume, parent : str
        Ids; `parent` is empty where there was none.
    matrix : ndarray or None
        Of the parent, where that is a linear pose.
    attribute : str
        Of the parent.
    placement : tuple of float
        Voxel index to RAS of the volume, which hardening changes.
    """

    what: str
    volume: str
    parent: str
    matrix: NDArray[np.float64] | None
    attribute: str
    placement: tuple[float, ...]


def before(volume: Node, what: str) -> Before:
    """How a volume stands now."""
    pose = pose_of(volume)
    return Before(
        what, volume.GetID(), volume.GetTransformNodeID() or "",
        linear_of(pose) if pose is not None and pose.IsLinear() else None,
        (pose.GetAttribute(POSE) if pose is not None else None) or "", _placement(volume),
    )  # fmt: skip


def undo(scene: Scene, held: Before) -> Node:
    """Put a volume back as it stood; returns it. InputError where it is gone."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    volume = scene.GetNodeByID(held.volume)
    if volume is None:
        raise InputError(tr("Undo"), tr("volume"), tr("not in the scene any more"), tr("load it again"))
    if held.parent and scene.GetNodeByID(held.parent) is None:
        value = tr("not in the scene any more")
        raise InputError(tr("Undo"), tr("transform of the volume"), value, tr("orient it again"))
    left = pose_of(volume)
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(held.placement)
    volume.SetIJKToRASMatrix(matrix)
    volume.SetAndObserveTransformNodeID(held.parent or None)
    pose = pose_of(volume)
    if pose is not None and held.matrix is not None:
        put_linear(held.matrix, pose)
        pose.SetAttribute(POSE, held.attribute)
        pose.SetHideFromEditors(False)
    if left is not pose:
        _drop_unused(scene, left)
    return volume


def _drop_unused(scene: Scene, left: Node | None) -> None:
    """Remove a pose that moves nothing any more, and such ones that it stands under."""
    if left is not None and left.GetAttribute(POSE) and not _moves_anything(scene, left):
        above = left.GetParentTransformNode()
        scene.RemoveNode(left)
        _drop_unused(scene, above)


def pose_of(volume: Node) -> Node | None:
    """The transform of AutoOrient that the volume stands under; None where there is none."""
    parent = volume.GetParentTransformNode()
    return parent if parent is not None and parent.GetAttribute(POSE) else None


def put_upright(volume: Node, world_to_template: NDArray[np.float64]) -> Node:
    """Move a volume by the pose that was found for it; returns its transform.

    Parameters
    ----------
    volume : vtkMRMLScalarVolumeNode
        Voxels and size stay as they are.
    world_to_template : ndarray, shape (4, 4)
        Rigid, LPS mm, from where the volume is in the world now.
    """
    return put_pose(volume, world_to_template, "found")


def flip(volume: Node) -> Node:
    """Exchange left and right: about the midplane of an oriented skull, else about the volume's middle."""
    pose = pose_of(volume)
    middle = 0.0 if pose is not None and pose.GetAttribute(POSE) == "found" else centre_of(volume)[0]
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    mirror[0, 3] = 2 * middle
    return put_pose(volume, mirror, pose.GetAttribute(POSE) if pose is not None else "manual")


def show_handles(volume: Node, shown: bool) -> Node | None:
    """Show handles by which the volume is turned and moved about its middle, or hide them.

    Returns
    -------
    vtkMRMLLinearTransformNode or None
        Its transform; None where there is none and none is needed.
    """
    pose = pose_of(volume)
    if pose is None:
        if not shown:
            return None
        pose = put_pose(volume, np.eye(4), "manual")
    if pose.GetDisplayNode() is None:
        pose.CreateDefaultDisplayNodes()
    display = pose.GetDisplayNode()
    if shown:
        pose.SetCenterOfTransformation(_own_centre(volume)[:3].tolist())
    with edited(display):
        for turn_and_move in (
            display.SetEditorTranslationEnabled, display.SetEditorTranslationSliceEnabled,
            display.SetEditorRotationEnabled, display.SetEditorRotationSliceEnabled,
        ):  # fmt: skip
            turn_and_move(True)
        display.SetEditorScalingEnabled(False)
        display.SetEditorScalingSliceEnabled(False)
        display.SetEditorVisibility3D(shown)
        display.SetEditorSliceIntersectionVisibility(shown)
        display.SetEditorVisibility(shown)
    return pose


def handles_shown(volume: Node | None) -> bool:
    """Whether they are shown."""
    pose = pose_of(volume) if volume is not None else None
    display = pose.GetDisplayNode() if pose is not None else None
    return bool(display is not None and display.GetEditorVisibility())


def harden(volume: Node) -> None:
    """Write the transform into the volume's own placement; voxels stay.

    Raises
    ------
    InputError
        If there is no transform, or one that isn't linear: it would change voxels.
    """
    if volume.GetParentTransformNode() is None:
        raise InputError(name_of(volume), tr("transform"), tr("none"), tr("orient it first"))
    linear_to_world(volume)
    pose = pose_of(volume)
    scene = volume.GetScene()
    show_handles(volume, False)
    volume.HardenTransform()
    if pose is not None and not _moves_anything(scene, pose):
        pose.SetHideFromEditors(True)  # undo needs it


def centre_of(volume: Node) -> NDArray[np.float64]:
    """Middle of a volume in the world, LPS mm."""
    return np.asarray((linear_to_world(volume) @ turned_placement(_own_centre(volume)))[:3])


def _own_centre(volume: Node) -> NDArray[np.float64]:
    """Middle of a volume in its own frame, RAS mm, as four homogeneous numbers."""
    image = volume.GetImageData()
    sizes = image.GetDimensions() if image is not None else (1, 1, 1)
    index = np.array([*((size - 1) / 2 for size in sizes), 1.0])
    return np.array(_placement(volume)).reshape(4, 4) @ index


def put_pose(volume: Node, matrix: NDArray[np.float64], how: str) -> Node:
    """Move a volume in the world by a matrix, LPS mm, in its pose, which is made where there is none."""
    pose = pose_of(volume)
    made = pose is None
    if pose is None:
        pose = add_linear(volume.GetScene(), np.eye(4), tr("{name} pose").format(name=name_of(volume)))
    try:
        move_by(volume, matrix, pose)
    except (InputError, ValueError):
        if made:
            volume.GetScene().RemoveNode(pose)
        raise
    pose.SetAttribute(POSE, how)
    pose.SetHideFromEditors(False)
    return pose


def _placement(volume: Node) -> tuple[float, ...]:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return tuple(matrix.GetElement(row, column) for row in range(4) for column in range(4))


def _moves_anything(scene: Scene, transform: Node) -> bool:
    kind = "vtkMRMLTransformableNode"
    nodes = (scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind)))
    return any(node.GetTransformNodeID() == transform.GetID() for node in nodes)


class Steps:
    """The steps that can be undone, the last one first.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of = scene_of
        self._steps: list[Before] = []

    def __len__(self) -> int:
        return len(self._steps)

    def keep(self, step: Before) -> None:
        """Remember how a volume stood."""
        self._steps.append(step)

    def drop(self) -> None:
        """Forget the last step: it was not done."""
        self._steps.pop()

    def forget(self) -> None:
        """Forget all."""
        self._steps.clear()

    @property
    def next_words(self) -> str:
        """What would be undone; empty if nothing."""
        return self._steps[-1].what if self._steps else ""

    def undo(self) -> Node:
        """Undo the last step; returns the volume. A step that can't be undone any more is dropped."""
        if not self._steps:
            raise InputError(tr("Undo"), tr("step"), tr("none"), tr("change something first"))
        return undo(self._scene_of(), self._steps.pop())
