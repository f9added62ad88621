"""Which landmarks are read from a folder or file."""

import json
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.evaluation import read_cohort_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_cohort, write_landmarks
from craniomark.ground.volumes import Volume, write_volume

POINTS = np.array([[1.0, 2, 3], [4, 5, 6]])


def landmarks(shift: float = 0.0) -> LandmarkSet:
    return LandmarkSet(("1", "2"), POINTS + shift, {"1": Annotation(error90_mm=0.25)})


def write_labels(path: Path) -> None:
    array = np.zeros((12, 12, 12), dtype=np.uint8)
    for value, (i, j, k) in enumerate(POINTS.astype(int), start=1):
        array[i, j, k] = value
    write_volume(Volume(array, np.eye(4)), path)


def test_table_is_preferred_to_markups_of_the_same_id(tmp_path: Path) -> None:
    write_landmarks(landmarks(), tmp_path / "x.csv")
    write_landmarks(landmarks(1.0), tmp_path / "x.mrk.json")
    found = read_cohort_of(tmp_path)
    assert list(found) == ["x"]
    np.testing.assert_allclose(found["x"].points, POINTS)
    assert found["x"].annotation("1").error90_mm == 0.25


def test_files_of_a_run_that_hold_no_specimen_are_passed_over(tmp_path: Path) -> None:
    write_landmarks(landmarks(), tmp_path / "x.csv")
    write_cohort({"x": landmarks(), "y": landmarks()}, tmp_path / "landmarks.csv", "csv-long")
    (tmp_path / "summary.csv").write_text("id,status,doubtful,missing\nx,done,0,0\n")
    (tmp_path / "x.json").write_text(json.dumps({"input": "x.nii.gz"}))
    (tmp_path / "readme.txt").write_text("nothing\n")
    assert list(read_cohort_of(tmp_path)) == ["x"]


def test_label_images_are_read_as_centroids(tmp_path: Path) -> None:
    write_labels(tmp_path / "x-LM.nii.gz")
    write_labels(tmp_path / "y_LM.nrrd")
    write_labels(tmp_path / "x.nii.gz")
    write_labels(tmp_path / "seg_x.nii.gz")
    found = read_cohort_of(tmp_path)
    assert list(found) == ["x", "y"]
    for one in found.values():
        assert one.labels == ("1", "2")
        np.testing.assert_allclose(one.points, POINTS, atol=1e-6)


def test_markups_are_preferred_to_label_images(tmp_path: Path) -> None:
    write_labels(tmp_path / "x-LM.nii.gz")
    write_landmarks(landmarks(1.0), tmp_path / "x.mrk.json")
    np.testing.assert_allclose(read_cohort_of(tmp_path)["x"].points, POINTS + 1, atol=1e-6)


def test_folder_with_the_table_of_many_specimens_alone(tmp_path: Path) -> None:
    write_cohort({"x": landmarks(), "y": landmarks(1.0)}, tmp_path / "landmarks.csv", "csv-long")
    (tmp_path / "summary.csv").write_text("id,status,doubtful,missing\nx,done,0,0\n")
    assert list(read_cohort_of(tmp_path)) == ["x", "y"]


@pytest.mark.parametrize("name", ["x.csv", "x.mrk.json", "x.fcsv"])
def test_single_file_of_one_specimen(tmp_path: Path, name: str) -> None:
    write_landmarks(landmarks(), tmp_path / name)
    found = read_cohort_of(tmp_path / name)
    np.testing.assert_allclose(found["x"].points, POINTS, atol=1e-6)


def test_single_label_image(tmp_path: Path) -> None:
    write_labels(tmp_path / "x-LM.nii.gz")
    assert list(read_cohort_of(tmp_path / "x-LM.nii.gz")) == ["x"]


def test_single_file_of_many_specimens(tmp_path: Path) -> None:
    write_cohort({"x": landmarks(), "y": landmarks()}, tmp_path / "all.tps", "tps")
    assert list(read_cohort_of(tmp_path / "all.tps")) == ["x", "y"]


def test_two_label_images_of_one_id_are_refused(tmp_path: Path) -> None:
    write_labels(tmp_path / "x-LM.nii.gz")
    write_labels(tmp_path / "x_LM.nrrd")
    with pytest.raises(InputError, match="same id"):
        read_cohort_of(tmp_path)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="landmarks is none"):
        read_cohort_of(tmp_path)


def test_absent_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        read_cohort_of(tmp_path / "nowhere")


def test_broken_file_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    write_landmarks(landmarks(), tmp_path / "x.csv")
    (tmp_path / "y.mrk.json").write_text("{")
    with pytest.raises(InputError, match=r"y\.mrk\.json"):
        read_cohort_of(tmp_path)


def test_real_label_images_and_markups(mouse_ct_folder: Path, mouse_mesh_folder: Path) -> None:
    one = next(iter(sorted(mouse_ct_folder.glob("*-LM.nii.gz"))))
    found = read_cohort_of(one)
    assert list(found) == [one.name.removesuffix("-LM.nii.gz")]
    assert len(next(iter(found.values()))) == 55
    meshes = read_cohort_of(mouse_mesh_folder)
    assert len(meshes) == len(list(mouse_mesh_folder.glob("*.mrk.json")))
