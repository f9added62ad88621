from dataclasses import replace

import numpy as np
import pytest

from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_surface, add_volume, put_volume, surface_of, volume_of
from craniomark.mrml.handedness import left_right_known

TRIANGLE = Surface(np.eye(3), np.array([[0, 1, 2]]))
SCAN = Volume(np.arange(8, dtype=np.int16).reshape(2, 2, 2), np.eye(4))


def loaded(scene, path, kind="Model", storage="Model"):
    node = scene.AddNewNodeByClass(f"vtkMRML{kind}Node")
    storage = scene.AddNewNodeByClass(f"vtkMRML{storage}StorageNode")
    storage.SetFileName(str(path))
    node.SetAndObserveStorageNodeID(storage.GetID())
    return node


@pytest.mark.parametrize("known", [True, False])
def test_what_was_known_survives_the_scene(scene, known):
    assert volume_of(add_volume(scene, replace(SCAN, left_right_known=known), "a")).left_right_known == known
    surface = replace(TRIANGLE, left_right_known=known)
    assert surface_of(add_surface(scene, surface, "a")).left_right_known == known


def test_new_content_tells_anew(scene):
    node = add_volume(scene, replace(SCAN, left_right_known=False), "a")
    put_volume(SCAN, node)
    assert volume_of(node).left_right_known


@pytest.mark.parametrize("ending", ["ply", "stl", "vtk", "vtp", "obj"])
@pytest.mark.parametrize("known", [True, False])
def test_a_mesh_is_known_by_the_space_that_its_file_names(scene, tmp_path, ending, known):
    path = tmp_path / f"a.{ending}"
    write_surface(replace(TRIANGLE, left_right_known=known), path)
    assert read_surface(path).left_right_known == known
    assert left_right_known(loaded(scene, path)) == known


@pytest.mark.parametrize(
    ("name", "known"), [("a.nrrd", True), ("a.TIF", False), ("a.png", False), ("a.mha", True)]
)
def test_pictures_name_no_orientation(scene, name, known):
    assert left_right_known(loaded(scene, name, "ScalarVolume", "VolumeArchetype")) == known


def test_a_mesh_whose_file_is_gone_is_not_known(scene, tmp_path):
    assert not left_right_known(loaded(scene, tmp_path / "gone.ply"))


def test_what_was_made_in_the_scene_has_its_orientation(scene):
    assert left_right_known(scene.AddNewNodeByClass("vtkMRMLModelNode"))
    assert left_right_known(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))
