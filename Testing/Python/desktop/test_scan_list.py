"""Scans of a folder, listed by the child."""

import pytest
from waiting import until

from craniomark.desktop.scan_list import ScanList


@pytest.fixture
def folder(tmp_path):
    for name in ("b.nrrd", "a.nii.gz", "a.fcsv"):
        (tmp_path / name).write_text("voxels")
    (tmp_path / "slices").mkdir()
    for number in range(9):
        (tmp_path / "slices" / f"{number}.tif").write_text("x")
    return tmp_path


def asked(board, folder):
    """What is told of a folder: scans, or how it failed."""
    found, failed = [], []
    listing = ScanList(board)
    listing.ask(folder, found.extend, failed.append)
    assert listing.busy and (str(folder) in listing.status or "another job" in listing.status)
    assert until(board, lambda: not listing.busy) and listing.status == ""
    return found, failed


def test_scans_come_with_what_they_are_known_by(board, folder):
    found, failed = asked(board, folder)
    assert not failed and [one.id for one in found] == ["a", "b", "slices"]
    assert found[1].path == str(folder / "b.nrrd") and found[1].bytes == len("voxels")
    assert found[1].modified == (folder / "b.nrrd").stat().st_mtime_ns
    assert found[2].bytes == 9


def test_a_folder_without_scans_is_refused_by_a_sentence(board, tmp_path):
    found, failed = asked(board, tmp_path)
    assert not found and failed[0].kind == "fault" and "put scans or surfaces in it" in failed[0].message


def test_stopped_before_the_answer_nothing_begins(board, folder):
    found, failed = [], []
    listing = ScanList(board)
    listing.ask(folder, found.extend, failed.append)
    listing.cancel()
    assert until(board, lambda: not listing.busy)
    assert not found and failed[0].verdict == "cancelled" and failed[0].kind == "note"
