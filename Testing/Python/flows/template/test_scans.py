"""The scans of a template: which labels count, and what is refused."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from synthetic_cohort import LABELS, scan_of, write_cohort

from craniomark.flows.template.scans import FEWEST, Scan, common_labels, read_scans
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.specimens import Specimen


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    write_cohort(tmp_path / "scans", FEWEST)
    return tmp_path / "scans"


def rewritten(folder: Path, number: int, labels: list[str], points: np.ndarray) -> None:
    write_landmarks(LandmarkSet(labels, points), folder / f"animal_{number}.mrk.json")


def landmarks(*labels: str, missing: tuple[str, ...] = ()) -> LandmarkSet:
    return LandmarkSet(labels, [[np.nan] * 3 if label in missing else [1.0, 2, 3] for label in labels])


def test_labels_that_half_of_the_specimens_have_are_taken() -> None:
    truths = [landmarks("a", "b", "c"), landmarks("c", "a"), landmarks("a", "d"), landmarks("a", "e")]
    assert common_labels(truths) == ("a", "c")


def test_missing_points_do_not_count() -> None:
    truths = [landmarks("a", "b"), landmarks("a", "b", missing=("b",)), landmarks("a", "b", missing=("b",))]
    assert common_labels(truths) == ("a",)


def test_the_order_is_that_of_the_fullest_list() -> None:
    assert common_labels([landmarks("b", "a"), landmarks("c", "a", "b"), landmarks("c")]) == ("c", "a", "b")


def test_scans_come_with_their_landmarks_in_one_order(cohort: Path) -> None:
    _, truth = scan_of(1)
    shuffled = np.random.default_rng(1).permutation(len(LABELS))
    rewritten(cohort, 1, [LABELS[i] for i in shuffled], truth.points[shuffled])
    labels, scans = read_scans([cohort])
    assert labels == LABELS
    assert [scan.specimen.id for scan in scans] == [f"animal_{n}" for n in range(FEWEST)]
    np.testing.assert_allclose(scans[1].points, truth.points, atol=1e-3)
    assert scans[1].volume.array.dtype == np.uint8, "kept as small as it was"
    path = cohort / "animal_1.nii.gz"
    assert scans[1].sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_checksum_of_a_folder_is_of_all_its_slices(tmp_path: Path, animals: list[Scan]) -> None:
    for number in range(3):
        (tmp_path / f"{number}.tif").write_bytes(bytes([number]))
    scan = Scan(Specimen("stack", tmp_path, "ct"), animals[0].volume, animals[0].points)
    before = scan.sha256()
    assert len(before) == 64
    (tmp_path / "2.tif").write_bytes(b"changed")
    assert scan.sha256() != before


def test_a_missing_landmark_stays_missing(cohort: Path) -> None:
    _, truth = scan_of(2)
    points = truth.points.copy()
    points[5] = np.nan
    rewritten(cohort, 2, list(LABELS), points)
    labels, scans = read_scans([cohort])
    assert labels == LABELS
    assert np.flatnonzero(np.isnan(scans[2].points).any(1)).tolist() == [5]


def test_scans_without_landmarks_take_no_part(cohort: Path) -> None:
    (cohort / "animal_0.mrk.json").unlink()
    with pytest.raises(InputError, match=f"landmarked CTs or meshes is {FEWEST - 1}: give at least {FEWEST}"):
        read_scans([cohort])


def test_no_inputs_are_refused() -> None:
    with pytest.raises(InputError):
        read_scans([])


def test_a_specimen_with_other_labels_is_named(cohort: Path) -> None:
    _, truth = scan_of(3)
    rewritten(cohort, 3, [f"other {n}" for n in range(len(LABELS))], truth.points)
    with pytest.raises(InputError, match="labels shared with the others is 0") as refused:
        read_scans([cohort])
    assert Path(refused.value.file).name == "animal_3.mrk.json"


def test_a_specimen_with_few_points_is_named(cohort: Path) -> None:
    _, truth = scan_of(3)
    rewritten(cohort, 3, list(LABELS[:5]), truth.points[:5])
    with pytest.raises(InputError, match="labels shared with the others is 5") as refused:
        read_scans([cohort])
    assert Path(refused.value.file).name == "animal_3.mrk.json"


def test_a_damaged_scan_is_named(cohort: Path) -> None:
    (cohort / "animal_2.nii.gz").write_bytes(b"not an image")
    with pytest.raises(InputError) as refused:
        read_scans([cohort])
    assert Path(refused.value.file).name == "animal_2.nii.gz"
