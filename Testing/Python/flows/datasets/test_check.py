"""Faults of a data set on disk."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.datasets.check import check_data
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume

LABELS = ("a", "b", "c", "d", "e")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return five sound specimens: scans of noise and five landmarks inside each."""
    rng = np.random.default_rng(0)
    base = rng.uniform(2, 8, (5, 3))
    for name in "vwxyz":
        image = rng.integers(0, 255, (20, 20, 20)).astype(np.uint8)
        write_volume(Volume(image, np.diag([0.5, 0.5, 0.5, 1])), tmp_path / "data" / f"{name}.nii.gz")
        points = base + rng.normal(0, 0.05, base.shape)
        write_landmarks(LandmarkSet(LABELS, points), tmp_path / "data" / f"{name}.mrk.json")
    return tmp_path / "data"


def problems(folder: Path) -> list[tuple[str, str]]:
    found = check_data(folder).findings
    return [(one.specimen, one.what) for one in found if one.severity == "problem"]


def test_sound_data_have_no_problem(folder: Path) -> None:
    told = []
    report = check_data(folder, lambda name, done, total: told.append((name, done, total)))
    assert (report.specimens, report.labels, report.problems) == (5, LABELS, 0)
    assert told[-1] == ("z", 5, 5)


def test_a_specimen_without_landmarks_is_named(folder: Path) -> None:
    (folder / "x.mrk.json").unlink()
    ((name, what),) = problems(folder)
    assert name == "x" and "landmarks is none" in what


def test_a_broken_scan_stops_no_other(folder: Path) -> None:
    (folder / "x.nii.gz").write_bytes(b"not an image")
    ((name, _),) = problems(folder)
    assert name == "x"


def test_lacking_and_extra_labels_are_named(folder: Path) -> None:
    points = np.full((5, 3), 5.0) + np.arange(15).reshape(5, 3) / 5
    write_landmarks(LandmarkSet(("a", "b", "c", "d", "E"), points), folder / "x.mrk.json")
    found = problems(folder)
    assert ("x", "has no landmark e") in found
    assert ("x", "has a landmark that most others lack: E") in found


def test_a_copy_is_named(folder: Path) -> None:
    shutil.copy(folder / "v.nii.gz", folder / "x.nii.gz")
    assert problems(folder) == [("x", "is the same file as v")]


def test_points_outside_the_image_are_named(folder: Path) -> None:
    write_landmarks(LandmarkSet(LABELS, -np.ones((5, 3)) * [[1], [2], [3], [4], [5]]), folder / "x.mrk.json")
    assert any(
        name == "x" and "outside the image" in what and "RAS" in what for name, what in problems(folder)
    )


def test_other_axes_and_voxels_are_worth_a_look(folder: Path) -> None:
    image = np.random.default_rng(1).integers(0, 255, (60, 60, 60)).astype(np.uint8)
    matrix = np.diag([-0.17, 0.17, 0.17, 1])
    matrix[0, 3] = 10
    write_volume(Volume(image, matrix), folder / "x.nii.gz")
    looks = [one.what for one in check_data(folder).findings if one.specimen == "x"]
    assert any("axes run RPS" in what for what in looks)
    assert any("voxels" in what for what in looks)


def test_points_on_one_line_are_told(folder: Path) -> None:
    line = np.outer([1, 2, 3, 4, 5], [1, 1, 1.0])
    for name in "vwxyz":
        write_landmarks(LandmarkSet(LABELS, line), folder / f"{name}.mrk.json")
    assert any("could not be compared" in one.what for one in check_data(folder).findings)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        check_data(tmp_path)


def test_real_scans_are_sound(mouse_ct_folder: Path, tmp_path: Path) -> None:
    for path in sorted(mouse_ct_folder.glob("152_1[0-4]*.nii.gz")):
        (tmp_path / path.name).symlink_to(path)
    report = check_data(tmp_path)
    assert (report.specimens, report.problems) == (4, 0)


def test_the_strains_known_as_outliers_are_found(mouse_mesh_folder: Path) -> None:
    from craniomark.flows.datasets.shape_checks import shape_findings
    from craniomark.ground.specimens import find_specimens, read_truth

    specimens = find_specimens([mouse_mesh_folder])
    truths = [read_truth(one) for one in specimens]
    labels = truths[0].labels
    shapes = np.array([truth.ordered(labels).points for truth in truths])
    findings = shape_findings([one.id for one in specimens], labels, shapes)
    assert {"SF", "PERC", "C3HeB"} <= {one.specimen for one in findings}
    assert all(one.severity == "look" for one in findings)
