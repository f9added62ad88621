"""What is on the disk: whole at any moment, the one before kept, nothing of others overwritten."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_review import given_landmarks, state

from craniomark.flows.review import Listener, store
from craniomark.flows.review.places import user_place
from craniomark.flows.review.point import points_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet


@pytest.fixture
def reopened(opened):
    """Close a session and open it again."""

    def again(session):
        session.close()
        return opened()

    return again


def test_a_review_without_changes_leaves_no_file(opened, folder):
    opened().close()
    assert sorted(path.name for path in folder.iterdir()) == ["skull.csv"]


def test_every_change_is_on_the_disk_at_once(session):
    session.move("b", (1, 2, 3))
    assert json.loads(session.path.read_text())["points"]["b"]["position"] == [1.0, 2.0, 3.0]


def test_a_session_is_opened_as_it_was_left(session, reopened):
    session.move("b", (1, 2, 3))
    session.note("e", "a note")
    session.accept("e")
    session.undo()
    before = state(session)
    assert state(reopened(session)) == before


def test_undo_goes_on_after_reopening(session, reopened, given):
    session.move("b", (1, 2, 3))
    session.set_missing("e")
    again = reopened(session)
    assert again.undo().what == "set e missing"
    assert again.undo().what.startswith("move b")
    assert again.undo() is None
    assert points_of(again.landmarks) == points_of(given)


def test_redo_goes_on_after_reopening(session, reopened):
    session.set_missing("e")
    session.undo()
    again = reopened(session)
    assert again.redo().what == "set e missing"


def test_the_session_is_closed_with_its_lock(session, folder):
    session.accept("b")
    session.close()
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["skull.csv", "skull.session.json", "skull.session.json.previous"]


def test_a_closed_session_takes_no_changes(session):
    session.close()
    with pytest.raises(InputError, match="was closed"):
        session.accept("b")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"\0" * 400, b"[]", b"nul"])
def test_a_damaged_session_falls_back_to_the_one_before_and_says_so(session, opened, content):
    session.accept("b")
    session.accept("e")
    session.close()
    before = json.loads(session.path.with_name("skull.session.json.previous").read_text())
    session.path.write_bytes(content)
    again = opened()
    assert again.points["b"].status == "accepted"
    assert len(again.notes) == 1 and "skull.session.json" in again.notes[0]
    assert f"The one before it was taken, saved {before['saved']}." in again.notes[0]


def test_a_cut_off_session_falls_back_too(session, opened):
    session.accept("b")
    session.accept("e")
    session.close()
    data = session.path.read_bytes()
    for length in range(0, len(data) - 3, 97):
        session.path.write_bytes(data[:length])
        with opened() as again:
            assert again.points["b"].status == "accepted" and again.notes
            session.path.write_bytes(data)


def test_a_damaged_session_is_kept_and_the_good_one_before_it_too(session, opened):
    session.accept("b")
    session.accept("e")
    session.close()
    good = session.path.with_name("skull.session.json.previous").read_bytes()
    session.path.write_bytes(b"broken")
    opened().accept("nasion")
    assert session.path.with_name("skull.session.json.damaged-1").read_bytes() == b"broken"
    assert session.path.with_name("skull.session.json.previous").read_bytes() == good


def test_a_lost_session_is_taken_from_the_one_before(session, opened):
    session.accept("b")
    session.accept("e")
    session.close()
    session.path.unlink()
    again = opened()
    assert again.points["b"].status == "accepted"
    assert "is missing" in again.notes[0]


def test_where_both_are_damaged_it_is_refused_and_nothing_is_touched(session, opened):
    session.accept("b")
    session.accept("e")
    session.close()
    previous = session.path.with_name("skull.session.json.previous")
    session.path.write_bytes(b"broken")
    previous.write_bytes(b"broken too")
    with pytest.raises(InputError, match=r"skull\.session\.json: content is no readable JSON"):
        opened()
    assert (session.path.read_bytes(), previous.read_bytes()) == (b"broken", b"broken too")


def test_what_a_killed_process_left_half_written_is_cleared(session, opened, folder):
    session.accept("b")
    session.close()
    for name in (".part-x1-skull.session.json", ".part-skull.session.json.previous", ".part-x1-other.csv"):
        (folder / name).write_text("{")
    opened()
    assert [path.name for path in folder.glob(".part-*")] == [".part-x1-other.csv"]


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells files by their handles")


@needs_proc
def test_on_a_full_disk_the_review_is_saved_elsewhere_and_says_so(session, folder, monkeypatch):
    heard = []
    session.listen(Listener(status=heard.append))
    session.accept("b")
    with monkeypatch.context() as patch:
        real = os.fsync
        patch.setattr(store.os, "fsync", lambda handle: full() if on(handle, folder) else real(handle))
        session.accept("e")
    assert "No space left" in session.trouble and str(user_place(folder)) in session.trouble
    assert heard == [session.trouble] and not session.unsaved
    again = json.loads((user_place(folder) / "skull.session.json").read_text())
    assert again["points"]["e"]["status"] == "accepted"


def on(handle, folder):
    return str(Path(f"/proc/self/fd/{handle}").readlink()).startswith(str(folder))


@needs_proc
def test_what_was_saved_elsewhere_is_found_again(session, opened, folder, monkeypatch):
    session.accept("b")
    with monkeypatch.context() as patch:
        real = os.fsync
        patch.setattr(store.os, "fsync", lambda handle: full() if on(handle, folder) else real(handle))
        session.accept("e")
        session.close()
    again = opened()
    assert again.points["e"].status == "accepted"
    again.accept("d")
    again.close()
    assert opened().points["d"].reviewed


def test_where_nothing_can_be_saved_the_change_stays_and_is_tried_again(session, monkeypatch):
    heard = []
    session.listen(Listener(status=heard.append))
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "fsync", full)
        session.accept("b")
        assert session.unsaved and "full" in session.trouble
        assert session.points["b"].status == "accepted"
        assert not session.save()
    session.accept("e")
    assert (session.trouble, session.unsaved, heard[-1]) == ("", False, "")
    assert json.loads(session.path.read_text())["points"]["b"]["status"] == "accepted"


@pytest.fixture
def read_only(monkeypatch, folder):
    real = store.is_writable
    monkeypatch.setattr(store, "is_writable", lambda place: place != folder and real(place))


@pytest.mark.usefixtures("read_only")
def test_a_folder_that_cant_be_written_has_its_session_in_the_users_own(opened, folder):
    first = opened()
    first.accept("b")
    first.close()
    assert first.path == user_place(folder) / "skull.session.json"
    assert not (folder / "skull.session.json").exists()
    assert opened().points["b"].status == "accepted"


def test_of_two_copies_the_one_that_was_saved_more_often_is_taken(session, opened, folder, monkeypatch):
    session.accept("b")
    session.close()
    with monkeypatch.context() as patch:
        patch.setattr(store, "is_writable", lambda place: place != folder)
        other = opened()
        other.accept("e")
        other.close()
    assert other.path.parent == user_place(folder)
    again = opened()
    assert again.path.parent == folder
    assert again.points["e"].status == "accepted"


def test_of_two_strange_sessions_the_one_beside_is_taken_and_the_other_told(opened, folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(store, "is_writable", lambda place: place != folder)
        other = opened()
        other.accept("e")
        other.close()
        other.path.rename(other.path.with_name("aside"))
        other.path.with_name("skull.session.json.previous").unlink(missing_ok=True)
    session = opened()
    session.accept("b")
    session.close()
    other.path.with_name("aside").rename(other.path)
    again = opened()
    assert again.points["e"].status == "predicted"
    assert any("Another session" in note for note in again.notes)


def test_what_somebody_else_wrote_is_not_overwritten(session):
    session.accept("b")
    theirs = session.path.read_text().replace('"Anna"', '"Berta"')
    session.path.write_text(theirs)
    session.accept("e")
    assert session.path.read_text() == theirs
    mine = json.loads(session.path.with_name("skull.session.json.conflict-1").read_text())
    assert mine["points"]["e"]["status"] == "accepted"
    assert "conflict-1" in session.trouble
    with pytest.raises(InputError, match="changed by somebody else"):
        session.accept("nasion")


def test_a_conflict_on_a_full_disk_keeps_the_change_in_memory_and_theirs_on_the_disk(session, monkeypatch):
    session.accept("b")
    theirs = session.path.read_text().replace('"Anna"', '"Berta"')
    session.path.write_text(theirs)
    monkeypatch.setattr(store.Store, "write_beside", lambda *_: refuse())
    session.accept("e")
    assert session.unsaved and "changed by somebody else" in session.trouble and "is full" in session.trouble
    assert session.path.read_text() == theirs and session.points["e"].status == "accepted"


def refuse():
    raise InputError("folder", "disk", "full", "make room")


def test_a_session_that_was_deleted_under_a_review_is_written_again(session):
    session.accept("b")
    session.path.unlink()
    session.accept("e")
    assert json.loads(session.path.read_text())["points"]["b"]["status"] == "accepted"


def test_disks_without_links_keep_the_one_before_as_a_copy(session, monkeypatch):
    monkeypatch.setattr(store.os, "link", full)
    session.accept("b")
    session.accept("e")
    before = json.loads(session.path.with_name("skull.session.json.previous").read_text())
    assert (before["done"], before["points"]["b"]["status"]) == (1, "accepted")


def test_a_session_is_begun_with_landmarks_that_are_given(opened):
    session = opened("other", landmarks=given_landmarks())
    session.accept("b")
    session.close()
    assert opened("other").points["b"].status == "accepted"


def test_free_texts_of_other_programs_survive_reopening(opened, given):
    odd = Annotation(status="accepted", observer="A | B; C", time="yesterday", description="two\nlines | \t ")
    landmarks = LandmarkSet(given.labels, given.points, {"b": odd})
    with opened("other", landmarks=landmarks) as session:
        session.accept("e")
        before = dict(session.points)
    assert dict(opened("other").points) == before


@pytest.mark.parametrize(
    ("label", "x", "known"),
    [("", 1.0, Annotation()), ("a\tb", 1.0, Annotation()), ("a", 1e12, Annotation()),
     ("a", 1.0, Annotation(status="fine")), ("a", 1.0, Annotation(flag="?")), ("a", 1.0, Annotation(-0.1))],
)  # fmt: skip
def test_landmarks_that_would_not_be_read_again_are_refused_at_the_beginning(opened, folder, label, x, known):
    with pytest.raises(InputError, match="landmarks of other, "):
        opened("other", landmarks=LandmarkSet((label,), np.array([[x, 0, 0]]), {label: known}))
    assert sorted(path.name for path in folder.iterdir()) == ["skull.csv"]


def test_a_programs_points_that_would_not_be_read_again_are_refused(session, given):
    wrong = LandmarkSet(("b",), given.points[1:2], {"b": Annotation(status="fine")})
    with pytest.raises(InputError, match=r"b\.status is fine"):
        session.take(wrong)
    assert session.to_undo is None


def test_who_gives_no_name_does_not_sign_with_the_one_before(session, opened, desk):
    session.accept("b")
    session.close()
    again = opened(desk=replace(desk, observer=""))
    again.accept("e")
    assert (again.points["b"].observer, again.points["e"].observer) == ("Anna", "")
    assert json.loads(again.path.read_text())["observer"] == "Anna"


def test_without_landmarks_there_is_nothing_to_review(opened):
    with pytest.raises(InputError, match=r"other\.csv: landmarks is missing: predict"):
        opened("other")


@pytest.mark.parametrize("id_", ["", "a/b", "a\\b", " a", "a\nb"])
def test_ids_that_are_no_file_names_are_refused(opened, id_):
    with pytest.raises(InputError, match="specimen id"):
        opened(id_)
