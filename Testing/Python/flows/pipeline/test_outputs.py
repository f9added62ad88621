# ruff: noqa: ARG005 - stand-ins take what the real ones take
import json

import numpy as np
import pytest
from fake_predictor import LABELS, FakePredictor, landmarks_of, write_scan

from craniomark.flows.pipeline.outputs import check_writable, counts, keep_reviewed, to_review
from craniomark.flows.pipeline.request import Request
from craniomark.flows.pipeline.specimen_run import run_specimen
from craniomark.flows.pipeline.transform_file import read_pose
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, write_landmarks
from craniomark.ground.specimens import find_specimens
from craniomark.ground.volumes import read_volume


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("Schädel und mehr")
    scan = write_scan(folder / "Maus 7 ü.nii.gz")
    out = folder / "out put"
    record = run_specimen(find_specimens([scan])[0], Request(out), FakePredictor(), lambda step, part: None)
    return scan, out, record


def test_five_files_and_nothing_else(done):
    _, out, _ = done
    names = sorted(path.name.removeprefix("Maus 7 ü") for path in out.iterdir())
    assert names == [".csv", ".json", ".mrk.json", ".png", ".tfm"]


def test_landmarks_are_those_of_the_prediction_in_both_files(done):
    scan, out, _ = done
    truth = landmarks_of(read_volume(scan))
    for ending in (".csv", ".mrk.json"):
        found = read_landmarks(out / f"Maus 7 ü{ending}")
        assert found.labels == LABELS
        assert np.allclose(found.points, truth.points, atol=1e-4, equal_nan=True)
        assert found.annotation("2").flag == "review"


def test_transform_is_the_inverse_of_the_pose_in_the_record(done):
    _, out, record = done
    assert np.allclose(read_pose(out / "Maus 7 ü.tfm"), record.specimen_to_template)


def test_record_tells_what_was_done(done):
    scan, out, _ = done
    told = json.loads((out / "Maus 7 ü.json").read_text(encoding="utf-8"))
    assert told["orientation"] == {"score": 0.9, "verdict": "good", "degrees": 12.0, "scale": 1.02}
    assert told["counts"]["review"] == 1 and told["counts"]["missing"] == 1
    assert told["source"]["path"] == str(scan) and len(told["source"]["sha256"]) == 64
    assert told["left_right"] == "verified" and told["notes"] == ["A note."]
    assert {"read", "search", "total"} <= set(told["seconds"])


def test_record_is_written_last(done):
    _, out, _ = done
    times = {path.suffix: path.stat().st_mtime_ns for path in out.iterdir() if ".mrk" not in path.name}
    assert times[".json"] == max(times.values())


def test_points_that_a_person_accepted_need_no_review():
    landmarks = LandmarkSet(
        ("a", "b", "c"), np.zeros((3, 3)),
        {
            "a": Annotation(0.5, "review", "accepted"),
            "b": Annotation(0.3, "review", "refined"),
            "c": Annotation(0.4, "review", "refined"),
        },
    )  # fmt: skip
    assert to_review(landmarks) == ["c", "b"]
    assert counts(landmarks)["review"] == 2


def test_corrections_are_kept_aside_before_they_are_written_over(tmp_path):
    landmarks = LandmarkSet(("a",), [[1, 2, 3]], {"a": Annotation(status="corrected")})
    for expected in (1, 2):
        write_landmarks(landmarks, tmp_path / "x.csv")
        keep_reviewed(tmp_path, "x")
        assert "corrected" in (tmp_path / f"x.csv.reviewed-{expected}").read_text(encoding="utf-8")


def test_nothing_is_kept_aside_where_nobody_corrected(tmp_path):
    write_landmarks(LandmarkSet(("a",), [[1, 2, 3]]), tmp_path / "x.csv")
    keep_reviewed(tmp_path, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_output_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="output folder is a file"):
        check_writable(tmp_path / "out")


def test_output_folder_under_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="output folder"):
        check_writable(tmp_path / "out" / "deeper")


def test_empty_folder_is_taken_away_again_but_not_one_that_was_there(tmp_path):
    check_writable(tmp_path / "new")()
    assert not (tmp_path / "new").exists()
    check_writable(tmp_path)()
    assert tmp_path.exists()
