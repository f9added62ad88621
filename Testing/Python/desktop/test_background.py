"""Work beside the windows: what it gives, what goes wrong, and what nobody waits for any more."""

import threading

import pytest
from waiting import until

from craniomark.desktop.background import Background
from craniomark.desktop.board import JobBoard
from craniomark.ground.checks import InputError


@pytest.fixture
def quiet():
    return JobBoard()


def test_a_thread_works_and_the_result_comes_in_the_thread_of_the_windows(quiet):
    background, threads, given = Background(quiet), [], []
    background.do("Reading", lambda: threads.append(threading.get_ident()) or 7, given.append)
    assert background.busy and background.status == "Reading"
    assert until(quiet, lambda: not background.busy) and given == [7]
    assert threads[0] != threading.get_ident() and background.status == "" and background.outcome is None


@pytest.mark.parametrize("where", ["work", "then"])
def test_what_is_raised_becomes_a_sentence(quiet, where):
    def refuse(*_):
        raise InputError("a", "folder", "gone", "choose another")

    background = Background(quiet)
    background.do("", refuse if where == "work" else lambda: 1, refuse if where == "then" else lambda _: None)
    assert until(quiet, lambda: not background.busy)
    assert background.outcome.kind == "fault" and "choose another" in background.outcome.message


def test_what_was_cancelled_is_not_heard_of(quiet):
    background, given, go = Background(quiet), [], threading.Event()
    background.do("", lambda: go.wait(60), given.append)
    background.cancel()
    assert not background.busy
    go.set()
    assert until(quiet, lambda: not quiet.busy) and given == []
