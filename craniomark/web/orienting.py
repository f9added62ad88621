"""The pose of the scan that is shown: as it was scanned, or upright."""

from craniomark.desktop import poses
from craniomark.desktop.orient_desk import OrientDesk
from craniomark.desktop.reviewing import ReviewPresenter
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.mrml import Node
from craniomark.mrml.transforms import linear_of

BEFORE, AFTER = "before", "after"


class Pose:
    """Shows a scan before and after it was turned upright; its points go with it.

    Parameters
    ----------
    desk : OrientDesk
        Finds poses.
    review : ReviewPresenter
        Has the points.
    """

    def __init__(self, desk: OrientDesk, review: ReviewPresenter) -> None:
        self._desk, self._review = desk, review
        self._pose = ""

    def found(self, volume: Node | None) -> Node | None:
        """The transform that was found for a volume; None where there is none."""
        if volume is None:
            return None
        pose = volume.GetScene().GetNodeByID(self._pose) if self._pose else None
        return pose or poses.pose_of(volume)

    def shown(self, volume: Node | None) -> str:
        """``"before"`` or ``"after"``; empty where the volume was not turned."""
        if self.found(volume) is None or volume is None:
            return ""
        return AFTER if poses.pose_of(volume) is not None else BEFORE

    def show(self, which: str, volume: Node) -> None:
        """Show the volume before or after; raises InputError where it was not turned."""
        pose = self.found(volume)
        if pose is None:
            raise InputError(
                volume.GetName(), tr("pose"), tr("not searched yet"), tr("turn it upright first")
            )
        self._pose = pose.GetID()
        volume.SetAndObserveTransformNodeID(pose.GetID() if which == AFTER else None)

    def undo(self) -> None:
        """Take the last turn or flip back."""
        self._pose = ""
        self._desk.poses.undo()

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return bool(len(self._desk.poses.steps))

    def words(self, volume: Node | None) -> str:
        """By how much the volume is turned, in words; empty where it is not."""
        pose = self.found(volume)
        if pose is None:
            return ""
        return tr("Turned by {degrees:.0f}°.").format(degrees=_degrees(pose))

    def follow(self, volume: Node) -> None:
        """Let the points stand where the volume stands."""
        node = self._review.points.node
        if node is not None and node.GetTransformNodeID() != volume.GetTransformNodeID():
            self._review.follow_pose()

    def forget(self) -> None:
        """The volume is gone."""
        self._pose = ""
        self._desk.poses.steps.forget()


def _degrees(pose: Node) -> float:
    import numpy as np

    turn = linear_of(pose)[:3, :3]
    turn = turn if np.linalg.det(turn) > 0 else -turn
    return float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))
