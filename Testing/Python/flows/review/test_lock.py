"""One writer: within a process, between processes, and where systems differ."""

import errno
import os
import sys
import types
from dataclasses import replace

import pytest

from craniomark.flows.review import Listener, lock
from craniomark.flows.review.lock import Holder, Lock, read_holder, take_lock
from craniomark.ground.checks import InputError


def test_a_second_session_of_one_process_is_read_only_and_says_who(opened):
    first = opened()
    second = opened()
    assert not first.read_only
    assert "is being reviewed by Anna in test" in second.read_only
    with pytest.raises(InputError, match="read-only"):
        second.accept("b")
    with pytest.raises(InputError, match="read-only"):
        second.undo()


def test_a_read_only_session_sees_what_the_writer_does(opened):
    first, second = opened(), opened()
    heard = []
    second.listen(Listener(points=heard.append))
    assert not second.refresh()
    first.accept("b")
    assert second.refresh()
    assert second.points["b"].status == "accepted" and heard == [second.labels]
    assert not second.refresh()


def test_a_read_only_session_keeps_its_own_current_point(opened):
    first, second = opened(), opened()
    second.go("e")
    first.accept("b")
    second.refresh()
    assert second.current == "e"


def test_a_read_only_session_writes_once_the_writer_has_gone(opened):
    first, second = opened(), opened()
    heard = []
    second.listen(Listener(status=heard.append))
    assert not second.take_over()
    first.accept("b")
    first.close()
    assert second.take_over()
    assert second.points["b"].status == "accepted"
    second.accept("e")
    assert heard[-1] == "" and second._history.done == 2


def test_who_takes_over_signs_with_the_own_name_and_adds_to_the_time(opened, desk, clock):
    first, second = opened(), opened(desk=replace(desk, observer="Berta"))
    clock.seconds = 40
    first.accept("b")
    first.close()
    assert second.take_over()
    clock.seconds = 45
    second.accept("e")
    assert [second.points[label].observer for label in ("b", "e")] == ["Anna", "Berta"]
    assert second.seconds == 45.0


def test_a_closed_session_does_not_take_over(opened):
    first, second = opened(), opened()
    second.close()
    first.close()
    assert not second.take_over()
    assert not opened().read_only


def test_closing_a_read_only_session_leaves_the_writers_lock(opened):
    first, second = opened(), opened()
    second.close()
    assert opened().read_only
    assert first.accept("b")


def test_a_lock_file_that_a_dead_process_left_is_no_lock(opened, folder):
    (folder / ".skull.session.json.lock").write_text('{"observer": "ghost", "pid": 1}')
    assert not opened().read_only


def test_who_holds_it_is_told_with_machine_and_time():
    holder = Holder("Anna", "Slicer", "anna", "elsewhere", 7, "2026-01-02T12:00:00+00:00")
    assert holder.sentence() == "Anna in Slicer on elsewhere, since 2026-01-02T12:00:00+00:00"
    assert Holder(user="anna").sentence() == "anna"
    assert Holder().sentence() == "somebody"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"observer": 3, "pid": "x"}', "\0"])
def test_a_lock_file_that_tells_nothing_is_somebodys(tmp_path, text):
    (tmp_path / "lock").write_text(text)
    assert read_holder(tmp_path / "lock") == Holder()


def test_a_lock_that_was_released_can_be_taken(tmp_path):
    first = take_lock(tmp_path / "lock", "a", "p")
    assert isinstance(take_lock(tmp_path / "lock", "b", "p"), Holder)
    first.release()
    assert not (tmp_path / "lock").exists()
    assert isinstance(take_lock(tmp_path / "lock", "b", "p"), Lock)


def test_a_lock_whose_file_was_removed_meanwhile_is_not_believed(tmp_path, monkeypatch):
    path, real = tmp_path / "lock", lock._lock
    removed = []

    def remove_first(handle):
        if not removed:
            removed.append(path.unlink())
        real(handle)

    monkeypatch.setattr(lock, "_lock", remove_first)
    assert isinstance(take_lock(path, "a", "p"), Lock)
    assert isinstance(take_lock(path, "b", "p"), Holder)


def test_a_disk_without_locks_is_told_and_used(opened, monkeypatch):
    def none(_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_lock", none)
    session = opened()
    assert any("knows no locks" in note for note in session.notes)
    assert session.accept("b")


class Msvcrt(types.ModuleType):
    """Windows' locks, as far as they are used: one byte of a file, for one handle."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self):
        super().__init__("msvcrt")
        self.held = {}

    def locking(self, handle, mode, count):
        assert (os.lseek(handle, 0, os.SEEK_CUR), count) == (1 << 30, 1)
        file = os.fstat(handle).st_ino
        if mode == self.LK_UNLCK:
            del self.held[file]
        elif self.held.setdefault(file, handle) != handle:
            raise PermissionError(errno.EACCES, "Permission denied")


def test_on_windows_a_byte_far_behind_the_text_is_locked(tmp_path, monkeypatch):
    windows = Msvcrt()
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    monkeypatch.setattr(lock, "_ON_WINDOWS", True)
    first = take_lock(tmp_path / "lock", "Anna", "Slicer")
    second = take_lock(tmp_path / "lock", "Berta", "Slicer")
    assert isinstance(second, Holder) and second.observer == "Anna"
    first.release()
    assert not windows.held
    assert isinstance(take_lock(tmp_path / "lock", "Berta", "Slicer"), Lock)
