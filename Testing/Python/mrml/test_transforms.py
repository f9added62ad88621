import numpy as np
import pytest
from hypothesis import given
from mrml_scene import (
    affine,
    array_of,
    bent_node,
    few,
    linear_node,
    lps,
    nested,
    placement,
    put_under,
    seeds,
    vtk_of,
)

from craniomark.flows.pipeline.transform_file import read_pose, write_pose
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.mrml import (
    add_landmarks,
    add_linear,
    add_volume,
    landmarks_of,
    linear_of,
    move_by,
    put_linear,
    volume_of,
)

POINTS = np.random.default_rng(0).uniform(-20, 20, (5, 3))


def moved(matrix, points):
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def own_matrix(node):
    held = vtk_of(np.eye(4))
    node.GetMatrixTransformToParent(held)
    return array_of(held)


def world_matrix(node):
    held = vtk_of(np.eye(4))
    node.GetMatrixTransformToWorld(held)
    return array_of(held)


def volume():
    return Volume(np.arange(60, dtype=np.int16).reshape(3, 4, 5), placement(3))


@few
@given(seeds)
def test_a_matrix_moves_lps_points_as_the_node_moves_ras_points(slicer, seed):
    node = add_linear(slicer.vtkMRMLScene(), affine(seed), "pose")
    np.testing.assert_allclose(
        lps(moved(own_matrix(node), lps(POINTS))), moved(affine(seed), POINTS), atol=1e-9
    )
    np.testing.assert_allclose(linear_of(node), affine(seed), atol=1e-12)


@few
@given(seeds)
def test_a_matrix_of_the_world_is_read_and_written_through_the_parents(slicer, seed):
    scene = slicer.vtkMRMLScene()
    node = nested(scene, seed)
    ras = world_matrix(node)
    np.testing.assert_allclose(
        moved(linear_of(node, world=True), POINTS), lps(moved(ras, lps(POINTS))), atol=1e-6
    )
    put_linear(affine(seed + 9), node, world=True)
    np.testing.assert_allclose(
        lps(moved(world_matrix(node), lps(POINTS))), moved(affine(seed + 9), POINTS), atol=1e-6
    )


def test_a_matrix_kept_as_its_inverse_is_read(scene):
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformFromParent(vtk_of(np.linalg.inv(affine(2))))
    np.testing.assert_allclose(moved(linear_of(node), POINTS), lps(moved(affine(2), lps(POINTS))), atol=1e-9)


def test_a_node_of_another_class_is_read_while_it_is_linear(scene):
    node = scene.AddNewNodeByClass("vtkMRMLTransformNode")
    node.SetMatrixTransformToParent(vtk_of(affine(2)))
    np.testing.assert_allclose(moved(linear_of(node), POINTS), lps(moved(affine(2), lps(POINTS))), atol=1e-9)


@few
@given(seeds)
def test_a_pose_file_in_slicer_is_the_pose_in_the_bridge(slicer, tmp_path_factory, seed):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("pose") / "pose.tfm"
    write_pose(affine(seed), path)
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    storage = scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    np.testing.assert_allclose(linear_of(node), affine(seed), atol=1e-9)


@few
@given(seeds)
def test_slicers_pose_file_is_read_by_the_library_as_the_bridge_reads_the_node(
    slicer, tmp_path_factory, seed
):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("pose") / "pose.tfm"
    node = add_linear(scene, affine(seed), "pose")
    storage = scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    np.testing.assert_allclose(read_pose(path), linear_of(node), atol=1e-6)


@few
@given(seeds)
def test_a_pose_moves_a_volume_and_its_points_alike(slicer, seed):
    scene = slicer.vtkMRMLScene()
    scan, points = (
        add_volume(scene, volume(), "skull"),
        add_landmarks(scene, LandmarkSet("abcde", POINTS), "points"),
    )
    pose = add_linear(scene, affine(seed), "pose")
    put_under(scan, pose)
    put_under(points, pose)
    np.testing.assert_allclose(volume_of(scan).matrix, affine(seed) @ volume().matrix, atol=1e-9)
    np.testing.assert_allclose(landmarks_of(points).points, moved(affine(seed), POINTS), atol=1e-9)


@few
@given(seeds)
def test_moving_a_node_under_parents_moves_it_alone(slicer, seed):
    scene = slicer.vtkMRMLScene()
    scan, sibling = add_volume(scene, volume(), "skull"), add_volume(scene, volume(), "sibling")
    parent = nested(scene, seed)
    for node in (scan, sibling):
        put_under(node, parent)
    before, other = volume_of(scan), volume_of(sibling)
    own = add_linear(scene, np.eye(4), "pose")
    for step in (affine(seed + 5), affine(seed + 6)):
        expected = step @ volume_of(scan).matrix
        move_by(scan, step, own)
        np.testing.assert_allclose(volume_of(scan).matrix, expected, rtol=1e-9, atol=1e-6)
    assert scan.GetParentTransformNode() is own
    assert own.GetParentTransformNode() is parent
    np.testing.assert_array_equal(volume_of(sibling).matrix, other.matrix)
    move_by(scan, before.matrix @ np.linalg.inv(volume_of(scan).matrix), own)
    np.testing.assert_allclose(own_matrix(own), np.eye(4), atol=1e-6)


def test_a_node_without_parents_gets_the_matrix_itself(scene):
    scan, own = add_volume(scene, volume(), "skull"), add_linear(scene, affine(1), "pose")
    put_under(own, linear_node(scene, affine(2)))
    move_by(scan, affine(3), own)
    np.testing.assert_allclose(linear_of(own), affine(3), atol=1e-12)
    assert own.GetParentTransformNode() is None


def test_a_node_is_not_moved_by_its_own_ancestor(scene):
    scan, top = add_volume(scene, volume(), "skull"), linear_node(scene, affine(1))
    top.SetName("top")
    put_under(scan, linear_node(scene, affine(2), top))
    with pytest.raises(ValueError, match="top moves skull from further up"):
        move_by(scan, np.eye(4), top)


def test_a_node_under_a_bent_parent_is_not_moved(scene):
    scan, own = add_volume(scene, volume(), "skull"), add_linear(scene, np.eye(4), "pose")
    put_under(scan, bent_node(scene))
    with pytest.raises(InputError, match="skull: transform is not linear"):
        move_by(scan, affine(1), own)
    assert scan.GetParentTransformNode() is not own


@pytest.mark.parametrize(
    "wrong",
    [np.eye(3), np.diag([1, 1, 0, 1]), np.diag([1, np.nan, 1, 1]), np.ones((4, 4)), np.diag([1.0, 1, 1, 2])],
)
def test_what_is_no_linear_transform_is_not_written(scene, wrong):
    node = add_linear(scene, affine(1), "pose")
    for act in (lambda: put_linear(wrong, node), lambda: add_linear(scene, wrong, "other")):
        with pytest.raises(ValueError, match="a linear transform"):
            act()
    np.testing.assert_allclose(linear_of(node), affine(1), atol=1e-12)
    assert scene.GetFirstNodeByName("other") is None


def test_bent_flat_missing_and_wrong_nodes_are_refused(scene):
    with pytest.raises(InputError, match="transform is not linear"):
        linear_of(bent_node(scene))
    with pytest.raises(InputError, match="not invertible"):
        linear_of(linear_node(scene, np.diag([1.0, 1, 0, 1])))
    with pytest.raises(InputError, match="linear transform: selection is none"):
        linear_of(None)
    with pytest.raises(InputError, match="choose a linear transform"):
        put_linear(np.eye(4), bent_node(scene))
    with pytest.raises(InputError, match="not linear"):
        put_linear(np.eye(4), linear_node(scene, np.eye(4), bent_node(scene)), world=True)
