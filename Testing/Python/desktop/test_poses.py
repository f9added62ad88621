"""What AutoOrient does to nodes: real MRML, and each step undone."""

import numpy as np
import pytest

from craniomark.desktop import poses
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_linear, add_volume, volume_of

PLACE = np.array([[0.0, -0.5, 0.0, 3.0], [0.4, 0.0, 0.0, -4.0], [0.0, 0.0, -0.3, 5.0], [0.0, 0.0, 0.0, 1.0]])
TURN = np.array([[0.0, -1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 1.0, 3.0], [0.0, 0.0, 0.0, 1.0]])


@pytest.fixture
def volume(scene):
    return add_volume(scene, Volume(np.arange(210.0).reshape(7, 6, 5), PLACE), "scan")


def placed(node):
    return volume_of(node).matrix


def stepped(volume, action, *arguments):
    held = poses.before(volume, "step")
    action(volume, *arguments)
    return held


def test_a_pose_moves_the_volume_and_is_marked(volume):
    pose = poses.put_upright(volume, TURN)
    assert np.allclose(placed(volume), TURN @ PLACE) and poses.pose_of(volume) is pose


def test_the_flip_of_an_oriented_skull_is_about_its_midplane(volume):
    poses.put_upright(volume, TURN)
    poses.flip(volume)
    assert np.allclose(placed(volume), np.diag([-1, 1, 1, 1]) @ TURN @ PLACE)
    poses.flip(volume)
    assert np.allclose(placed(volume), TURN @ PLACE)


def test_the_flip_of_another_keeps_its_middle(volume):
    middle = poses.centre_of(volume)
    poses.flip(volume)
    assert np.allclose(poses.centre_of(volume), middle)
    assert np.linalg.det(placed(volume)) * np.linalg.det(PLACE) < 0


@pytest.mark.parametrize("action", [poses.flip, lambda v: poses.put_upright(v, TURN)])
def test_undo_takes_what_was_made_out_of_the_scene(scene, volume, action):
    held = stepped(volume, action)
    assert poses.undo(scene, held) is volume
    assert np.allclose(placed(volume), PLACE) and volume.GetParentTransformNode() is None
    assert scene.GetNumberOfNodesByClass("vtkMRMLLinearTransformNode") == 0


def test_undo_keeps_a_transform_that_moves_something_else(scene, volume):
    held = stepped(volume, poses.flip)
    other = add_volume(scene, Volume(np.arange(8.0).reshape(2, 2, 2), np.eye(4)), "other")
    other.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    poses.undo(scene, held)
    assert other.GetParentTransformNode() is not None


def test_hardening_is_undone_with_its_transform(scene, volume):
    poses.put_upright(volume, TURN)
    held = stepped(volume, poses.harden)
    assert volume.GetParentTransformNode() is None and np.allclose(placed(volume), TURN @ PLACE)
    poses.undo(scene, held)
    assert volume.GetParentTransformNode() is not None and np.allclose(placed(volume), TURN @ PLACE)


def test_there_is_nothing_to_harden_without_a_transform(volume):
    with pytest.raises(InputError, match="orient it first"):
        poses.harden(volume)


def test_hardening_a_warp_is_refused(scene, volume):
    from craniomark.mrml import Field, put_field

    warp = scene.AddNewNodeByClass("vtkMRMLGridTransformNode")
    put_field(Field(np.ones((3, 2, 2, 2)), np.eye(4)), warp)
    volume.SetAndObserveTransformNodeID(warp.GetID())
    with pytest.raises(InputError, match="not linear"):
        poses.harden(volume)
    assert volume.GetParentTransformNode() is warp


def test_a_foreign_parent_stays_above_the_pose(scene, volume):
    parent = add_linear(scene, TURN, "registration")
    volume.SetAndObserveTransformNodeID(parent.GetID())
    held = stepped(volume, poses.flip)
    assert volume.GetParentTransformNode().GetParentTransformNode() is parent
    poses.undo(scene, held)
    assert volume.GetParentTransformNode() is parent


def test_a_parent_that_is_not_linear_is_refused_and_nothing_is_left(scene, volume):
    warp = scene.AddNewNodeByClass("vtkMRMLGridTransformNode")
    from craniomark.mrml import Field, put_field

    put_field(Field(np.ones((3, 2, 2, 2)), np.eye(4)), warp)
    volume.SetAndObserveTransformNodeID(warp.GetID())
    with pytest.raises(InputError, match="not linear"):
        poses.flip(volume)
    assert scene.GetNumberOfNodesByClass("vtkMRMLLinearTransformNode") == 0


def test_handles_turn_about_the_middle_and_do_not_scale(volume):
    pose = poses.show_handles(volume, True)
    display = pose.GetDisplayNode()
    assert poses.handles_shown(volume) and not display.GetEditorScalingEnabled()
    centre = pose.GetCenterOfTransformation()
    assert np.allclose(centre * np.array([-1, -1, 1]), (PLACE @ [3, 2.5, 2, 1])[:3])
    poses.show_handles(volume, False)
    assert not poses.handles_shown(volume)


def test_handles_of_a_volume_without_a_pose_are_hidden_already(volume):
    assert poses.show_handles(volume, False) is None and volume.GetParentTransformNode() is None


def test_steps_are_undone_in_turn(scene, volume):
    steps = poses.Steps(lambda: scene)
    for name in ("one", "two"):
        steps.keep(poses.before(volume, name))
        poses.flip(volume)
    assert steps.next_words == "two" and len(steps) == 2
    steps.undo()
    assert steps.next_words == "one"
    steps.undo()
    with pytest.raises(InputError, match="change something first"):
        steps.undo()


@pytest.mark.parametrize("gone", ["volume", "transform"])
def test_what_is_gone_can_not_be_undone(scene, volume, gone):
    poses.put_upright(volume, TURN)
    held = stepped(volume, poses.flip)
    scene.RemoveNode(volume if gone == "volume" else volume.GetParentTransformNode())
    with pytest.raises(InputError, match="not in the scene any more"):
        poses.undo(scene, held)
