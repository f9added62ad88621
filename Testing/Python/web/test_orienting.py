"""A scan before and after it was turned upright."""

import numpy as np
import pytest

from craniomark.desktop import poses
from craniomark.ground.checks import InputError
from craniomark.web.shown import shown


def turned(degrees):
    matrix = np.eye(4)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix[:2, :2] = [[c, -s], [s, c]]
    return matrix


def test_nothing_is_shown_before_a_pose_was_found(opened):
    assert shown(opened)["pose"] == ""
    with pytest.raises(InputError, match="turn it upright first"):
        opened.show_pose("after")


def test_before_and_after(opened):
    poses.put_upright(opened.volume, turned(30))
    opened._posed()
    told = shown(opened)
    assert (told["pose"], told["pose_words"]) == ("after", "Turned by 30°.")
    shows = []
    opened.loaded = shows.append
    opened.show_pose("before")
    assert shown(opened)["pose"] == "before" and opened.volume.GetTransformNodeID() is None
    opened.show_pose("after")
    assert shown(opened)["pose"] == "after"
    assert opened.landmark.review.points.node.GetTransformNodeID() == opened.volume.GetTransformNodeID()
    assert len(shows) == 2


def test_left_and_right_are_exchanged_and_back(opened):
    opened.orient.poses.flip(opened.volume)
    assert opened.pose.can_undo and opened.bone.nodes[0].GetTransformNodeID()
    opened.pose.undo()
    assert not opened.pose.can_undo and opened.volume.GetTransformNodeID() is None
    assert opened.bone.nodes[0].GetTransformNodeID() is None
