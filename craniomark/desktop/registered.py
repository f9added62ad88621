"""What registration does to the moving volume: transforms, which a slider shows from before to after."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.poses import POSE, centre_of, put_pose
from craniomark.desktop.words import tr
from craniomark.mrml import Field, Node, add_field, add_linear, put_field, put_linear
from craniomark.mrml.nodes import name_of
from craniomark.mrml.parents import linear_to_world

Array = NDArray[np.float64]


REGISTERED = "registered"
"""Attribute of the transforms that are made here."""


@dataclass(frozen=True, eq=False)
class Registered:
    """A volume that was registered.

    Attributes
    ----------
    volume, parent : str
        Ids of it, and of the transform that it stands under.
    """

    volume: str
    parent: str

    def slide(self, volume: Node, share: float) -> None:
        """Show the volume between before, 0, and after, 1."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class LinearlyRegistered(Registered):
    """By a linear map.

    Attributes
    ----------
    before : ndarray, shape (4, 4)
        From the volume's own frame to the world, LPS mm, as it was.
    matrix : ndarray, shape (4, 4)
        Where the volume is moved to in the world, LPS mm.
    centre : ndarray, shape (3,)
        Middle of the volume before.
    """

    before: Array
    matrix: Array
    centre: Array

    def slide(self, volume: Node, share: float) -> None:
        """Turn, stretch and move by a share."""
        pose = volume.GetParentTransformNode()
        put_linear(part_of(self.matrix, self.centre, share) @ self.before, pose, world=True)


@dataclass(frozen=True, eq=False)
class Bent(Registered):
    """By a map that bends.

    Attributes
    ----------
    field : Field
        From points of the fixed volume to those of the moving one, in the world.
    """

    field: Field

    def slide(self, volume: Node, share: float) -> None:
        """Bend by a share."""
        parent = volume.GetParentTransformNode()
        bending = parent.GetParentTransformNode() or parent
        put_field(replace(self.field, vectors=share * self.field.vectors), bending)


def apply_linear(volume: Node, fixed_to_moving: Array) -> LinearlyRegistered:
    """Move a volume by the inverse of a linear map between points of the world, LPS mm."""
    before, centre = linear_to_world(volume), centre_of(volume)
    matrix = np.asarray(np.linalg.inv(fixed_to_moving), dtype=np.float64)
    pose = put_pose(volume, matrix, REGISTERED)
    return LinearlyRegistered(volume.GetID(), pose.GetID(), before, matrix, centre)


def apply_field(volume: Node, field: Field) -> Bent:
    """Bend a volume in the world; where it was moved before, a copy of that comes between."""
    scene, before = volume.GetScene(), linear_to_world(volume)
    name = tr("{name} registration").format(name=name_of(volume))
    bending = top = add_field(scene, field, name)
    bending.SetAttribute(POSE, REGISTERED)
    if volume.GetParentTransformNode() is not None:
        top = add_linear(scene, before, tr("{name} pose").format(name=name_of(volume)))
        top.SetAttribute(POSE, REGISTERED)
        top.SetAndObserveTransformNodeID(bending.GetID())
    volume.SetAndObserveTransformNodeID(top.GetID())
    return Bent(volume.GetID(), top.GetID(), field)


def read_field(path: Path) -> Field:
    """The field that the child wrote."""
    with np.load(path, allow_pickle=False) as held:
        return Field(held["vectors"], held["matrix"], resampling=True)


def part_of(matrix: Array, centre: Array, share: float) -> Array:
    """A share of a linear map: of the angle of its turn about `centre`, of its stretch, and of its shift."""
    from scipy.spatial.transform import Rotation

    left, sizes, right = np.linalg.svd(matrix[:3, :3])
    turn, stretch = left @ right, right.T @ np.diag(sizes) @ right
    if np.linalg.det(turn) < 0:  # a mirror image has no way between
        return matrix if share > 0.5 else np.eye(4)
    turned = Rotation.from_rotvec(share * Rotation.from_matrix(turn).as_rotvec()).as_matrix()
    part = np.eye(4)
    part[:3, :3] = turned @ (np.eye(3) + share * (stretch - np.eye(3)))
    goal = centre + share * (matrix[:3, :3] @ centre + matrix[:3, 3] - centre)
    part[:3, 3] = goal - part[:3, :3] @ centre
    return part
