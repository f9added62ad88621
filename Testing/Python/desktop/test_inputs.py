"""What can be landmarked, and where it was loaded from."""

import numpy as np
import pytest

from craniomark.desktop import inputs
from craniomark.desktop.inputs import LOADED, checked_volume, file_of, is_surface, loaded_from, make_room
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.ground.volumes import Volume, write_volume
from craniomark.mrml import add_volume, put_surface


@pytest.fixture
def volume(scene):
    return add_volume(scene, Volume(np.zeros((3, 4, 5), np.int16), np.eye(4)), "skull")


def test_a_surface_passes_and_an_empty_model_does_not(scene):
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "skull.ply")
    with pytest.raises(InputError, match=r"skull\.ply: triangles is none"):
        checked_volume(node)
    put_surface(Surface(np.eye(3), [[0, 1, 2]]), node)
    assert checked_volume(node) is node and is_surface(node)


def test_volumes_pass_and_nothing_does_not(volume, scene):
    assert checked_volume(volume) is volume and not is_surface(volume) and not is_surface(None)
    with pytest.raises(InputError, match="choose a volume"):
        checked_volume(None)
    with pytest.raises(InputError, match="choose a volume"):
        checked_volume(scene.AddNewNodeByClass("vtkMRMLLinearTransformNode"))


def test_the_file_of_a_volume_counts_while_it_is_as_it_was_there(slicer, scene, volume, tmp_path):
    assert file_of(volume) is None
    path = tmp_path / "skull.nrrd"
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    volume.SetAndObserveStorageNodeID(storage.GetID())
    assert storage.WriteData(volume) and file_of(volume) == path
    assert loaded_from(scene, path) is volume and loaded_from(scene, tmp_path / "other.nrrd") is None
    volume.SetOrigin(1, 2, 3)
    volume.StorableModified()
    assert file_of(volume) is None and loaded_from(scene, path) is None


@pytest.fixture
def review_of_three(scene, tmp_path):
    """Three volumes that were loaded one after the other, as a review does."""
    made = []
    for name in ("a", "b", "c"):
        volume = add_volume(scene, Volume(np.zeros((3, 4, 5), np.int16), np.eye(4)), name)
        write_volume(Volume(np.zeros((3, 4, 5), np.int16), np.eye(4)), tmp_path / f"{name}.nrrd")
        volume.AddDefaultStorageNode()
        volume.GetStorageNode().SetFileName(str(tmp_path / f"{name}.nrrd"))
        volume.GetStorageNode().ReadData(volume)
        volume.SetAttribute(LOADED, "1")
        made.append(volume)
    return made


@pytest.mark.parametrize(("free", "left"), [(10**9, "abc"), (0, "b"), (None, "abc")])
def test_scans_go_where_memory_is_short_but_for_the_one_under_review(
    scene, review_of_three, tmp_path, monkeypatch, free, left
):
    monkeypatch.setattr(inputs, "available_memory", lambda: free)
    make_room(scene, tmp_path / "a.nrrd", keep=review_of_three[1])
    assert "".join(node.GetName() for node in review_of_three if scene.IsNodePresent(node)) == left


def test_volumes_that_were_changed_or_that_a_user_loaded_stay(scene, review_of_three, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "available_memory", lambda: 0)
    review_of_three[0].SetOrigin(1, 2, 3)
    review_of_three[1].RemoveAttribute(LOADED)
    make_room(scene, tmp_path / "a.nrrd")
    assert [bool(scene.IsNodePresent(node)) for node in review_of_three] == [True, True, False]
