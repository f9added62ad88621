from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import Volume, write_volume


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scans, the first with a label image."""
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[1, 2, 3] = 5
    write_volume(Volume(labels, np.diag([2.0, 2, 2, 1])), tmp_path / "a-LM.nii.gz")
    (tmp_path / "a.nrrd").touch()
    (tmp_path / "b.nrrd").touch()
    return tmp_path


def test_a_label_image_becomes_centroids(folder: Path) -> None:
    landmarks = read_truth(find_specimens([folder])[0])
    assert landmarks.labels == ("5",)
    assert np.allclose(landmarks.points, [[2, 4, 6]])


def test_a_spacing_that_corrects_the_scan_corrects_its_label_image(folder: Path) -> None:
    (folder / "list.csv").write_text("id,path,spacing\na,a.nrrd,0.1\n")
    (specimen,) = find_specimens([folder / "list.csv"])
    assert np.allclose(read_truth(specimen).points, [[0.1, 0.2, 0.3]])


def test_a_specimen_without_landmarks_says_how_to_give_them(folder: Path) -> None:
    with pytest.raises(InputError, match=r"b\.mrk\.json"):
        read_truth(find_specimens([folder])[1])


def test_real_markups_are_read(mouse_mesh_folder: Path) -> None:
    (specimen,) = find_specimens([mouse_mesh_folder / "C57BL6_J.ply"])
    landmarks = read_truth(specimen)
    assert landmarks.present.all()
    assert np.ptp(landmarks.points, axis=0).max() > 15


def test_real_folders_give_one_specimen_a_scan(mouse_ct_folder: Path, mouse_mesh_folder: Path) -> None:
    scans = find_specimens([mouse_ct_folder])
    assert len(scans) == len(list(mouse_ct_folder.glob("*.nii.gz"))) // 2
    assert all(scan.landmarks is not None for scan in scans)
    surfaces = find_specimens([mouse_mesh_folder])
    assert len(surfaces) == len(list(mouse_mesh_folder.glob("*.ply")))
    assert {surface.kind for surface in surfaces} == {"surface"}
