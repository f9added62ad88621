"""Poses in an output folder: kept for the same scan and model, and for no other."""

import csv
import os

import pytest

from craniomark.desktop.outcomes import failure, outcome_of
from craniomark.desktop.poses_file import TABLE, ScanState, kept_poses, transform_of, write_poses
from craniomark.jobs.kinds.listing import size_and_time

GOOD = {"verdict": "good", "degrees": 37.2, "score": 0.912, "scale": 1.01}


def state_of(scan, model):
    return ScanState(*size_and_time(scan), model or "")


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_text("voxels")
    return path


@pytest.fixture
def states(scan):
    return {"a": state_of(scan, "/models/mouse")}


@pytest.fixture
def out(tmp_path, states):
    """A folder in which a pose was found."""
    folder = tmp_path / "out"
    folder.mkdir()
    transform_of(folder, "a").write_text("a pose")
    write_poses(folder, [outcome_of("a", GOOD, True), failure("b", "refused", "x, y")], states)
    return folder


def test_the_table_holds_all(out):
    rows = list(csv.DictReader((out / TABLE).read_text(encoding="utf-8").splitlines()))
    assert rows[0]["verdict"] == "good" and rows[0]["degrees"] == "37.2000" and rows[0]["bytes"] == "6"
    assert rows[1]["message"] == "x, y" and rows[1]["degrees"] == rows[1]["bytes"] == ""


def test_a_pose_is_kept_as_it_was(out, states):
    kept = kept_poses(out, states)["a"]
    assert (kept.verdict, kept.degrees, kept.score, kept.scale) == ("good", 37.2, 0.912, 1.01)
    assert kept.message == outcome_of("a", GOOD, True).message


def test_a_scan_that_has_changed_is_not_known(out, scan):
    scan.write_text("other voxels")
    assert kept_poses(out, {"a": state_of(scan, "/models/mouse")}) == {}


def test_a_scan_that_was_written_anew_is_not_known(out, scan):
    os.utime(scan, ns=(1, 1))
    assert kept_poses(out, {"a": state_of(scan, "/models/mouse")}) == {}


def test_another_model_searches_again(out, scan):
    assert kept_poses(out, {"a": state_of(scan, None)}) == {}


def test_a_pose_whose_file_is_gone_is_searched_for_again(out, states):
    transform_of(out, "a").unlink()
    assert kept_poses(out, states) == {}


def test_what_was_refused_is_tried_again(out, scan):
    state = state_of(scan, None)
    write_poses(out, [failure("a", "refused", "no skull")], {"a": state})
    assert kept_poses(out, {"a": state}) == {}


@pytest.mark.parametrize(
    "text", ["", "id,verdict\na,good\n", "id,verdict,bytes,modified,model\na,good,x,,\n", "\0\xff"]
)
def test_another_table_is_no_trouble(out, states, text):
    (out / TABLE).write_text(text, encoding="latin-1")
    assert kept_poses(out, states) == {}


def test_a_folder_of_slices_is_known_by_all_of_them(tmp_path):
    folder = tmp_path / "slices"
    folder.mkdir()
    (folder / "1.dcm").write_text("one")
    before = state_of(folder, None)
    (folder / "2.dcm").write_text("two")
    assert state_of(folder, None) != before and before.bytes == 3
