"""The scan of a session is known by its content."""

import os
import shutil
from dataclasses import replace

import pytest

from craniomark.flows.pipeline.record import Record, write_record
from craniomark.flows.review import open_review
from craniomark.flows.review.scan import identified, unread
from craniomark.ground.checks import InputError


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scans" / "skull.nrrd"
    path.parent.mkdir()
    path.write_bytes(b"voxels of a skull")
    return path


@pytest.fixture
def begun(opened, scan):
    session = opened(scan=scan)
    session.accept("b")
    session.close()
    return session


def test_the_session_remembers_its_scan(begun, scan):
    assert begun.scan == scan


@pytest.mark.usefixtures("begun")
def test_the_same_scan_elsewhere_is_the_same(opened, scan, tmp_path):
    moved = tmp_path / "moved.nrrd"
    shutil.copyfile(scan, moved)
    session = opened(scan=moved)
    assert session.scan == moved and not session.notes


@pytest.mark.usefixtures("begun")
def test_folders_may_be_moved_together(folder, scan, desk):
    scan.parent.rename(scan.parent.with_name("moved scans"))
    moved = folder.rename(folder.with_name("moved out"))
    with open_review(moved, "skull", desk, scan=moved.parent / "moved scans" / "skull.nrrd") as session:
        assert session.points["b"].status == "accepted" and not session.notes


@pytest.mark.usefixtures("begun")
def test_another_scan_is_refused(opened, tmp_path):
    other = tmp_path / "other.nrrd"
    other.write_bytes(b"voxels of another")
    with pytest.raises(InputError, match=r"skull\.session\.json: scan is not .*other\.nrrd as it is now"):
        opened(scan=other)


@pytest.mark.usefixtures("begun")
def test_another_scan_of_the_same_size_is_refused_too(opened, scan):
    scan.write_bytes(b"voxels of a skoll")
    os.utime(scan, (1, 1))
    with pytest.raises(InputError, match="scan is not"):
        opened()


@pytest.mark.usefixtures("begun")
def test_another_scan_is_taken_if_the_user_says_so_and_noted(opened, tmp_path):
    other = tmp_path / "other.nrrd"
    other.write_bytes(b"the same image, saved anew")
    session = opened(scan=other, other_scan=True)
    assert any("takes the place of another scan" in note for note in session.notes)
    session.accept("e")
    session.close()
    assert opened(scan=other).points["e"].status == "accepted"


@pytest.mark.usefixtures("begun")
def test_a_scan_that_is_gone_is_told_and_the_session_opened(opened, scan):
    scan.unlink()
    session = opened()
    assert any("is not at" in note for note in session.notes)
    assert session.accept("e")


@pytest.mark.usefixtures("begun")
def test_a_refused_scan_leaves_no_lock(opened, scan):
    content = scan.read_bytes()
    scan.write_bytes(b"other")
    with pytest.raises(InputError):
        opened()
    scan.write_bytes(content)
    assert not opened().read_only


def test_the_record_of_the_prediction_tells_scan_and_model(opened, folder, scan):
    from craniomark.flows.pipeline.record import ModelIdentity

    record = Record("skull", "done", identified(scan), {}, model=ModelIdentity("mouse", "2", "ab"))
    write_record(record, folder)
    session = opened()
    assert (session.scan, dict(session.model)) == (scan, {"name": "mouse", "version": "2", "sha256": "ab"})


def test_a_scan_that_changed_since_its_prediction_is_refused(opened, folder, scan):
    write_record(Record("skull", "done", identified(scan), {}), folder)
    scan.write_bytes(b"scanned anew")
    with pytest.raises(InputError, match=r"skull\.json: scan is not"):
        opened()


def test_a_scan_that_is_not_there_is_refused(opened, tmp_path):
    with pytest.raises(InputError, match="not readable"):
        opened(scan=tmp_path / "none.nrrd")


def test_a_scan_is_read_as_a_whole_only_where_its_state_tells_too_little(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(b"voxels")
    known = identified(path)
    assert unread(known) is None and unread(None) is None and unread(None, tmp_path / "gone") is None
    assert unread(None, path) == path, "nothing is known of it"
    os.utime(path, ns=(1, 1))
    assert unread(known) == path and unread(replace(known, sha256="")) is None
    path.write_bytes(b"other size")
    assert unread(known) is None, "it is another one for sure"
