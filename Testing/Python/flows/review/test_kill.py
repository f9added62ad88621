"""Reviews that are killed: every change that was told to the user is there afterwards."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from reviewing_child import place
from small_review import LABELS

CHILD = Path(__file__).with_name("reviewing_child.py")
MOMENTS = ("half written", "written", "while keeping", "kept", "moved")


@pytest.fixture
def start(folder):
    """Start a child on the folder; it is killed and its last lines are returned by `end`."""
    children = []

    def run(*words):
        command = [sys.executable, "-u", str(CHILD), str(folder), *map(str, words)]
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return children[-1]

    yield run
    for child in children:
        child.kill()
        child.communicate()


def lines_until(child, word):
    seen = []
    for line in child.stdout:
        if line.strip() == word:
            return seen
        seen.append(int(line))
    raise AssertionError(f"the child ended before {word!r}")


def check(session, told):
    """As many changes as the child told, or the one more that was under way, and each where it belongs."""
    count = session._history.done
    assert count in (told, told + 1)
    expected = {LABELS[number % len(LABELS)]: place(number) for number in range(1, count + 1)}
    assert {label: session.points[label].position for label in expected} == expected
    assert not list(session.path.parent.glob(".part-*"))


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_in_the_middle_of_a_save_loses_nothing(start, opened, moment):
    child = start(9, 6, moment)
    told = lines_until(child, "waiting")
    child.kill()
    child.wait()
    session = opened()
    assert not session.read_only and not session.notes
    check(session, len(told))
    assert session._history.done == 5 + (moment == "moved")


def test_kills_at_random_moments_lose_nothing(start, opened, folder):
    moments = random.Random(3)
    for _ in range(3):
        child = start(100000)
        child.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.3))
        child.kill()
        told = 1 + len(child.stdout.read().splitlines())
        with opened() as session:
            check(session, told)
            assert not session.notes
        (folder / "skull.session.json").unlink()
        (folder / "skull.session.json.previous").unlink()


def test_a_killed_review_can_be_undone_to_its_beginning(start, opened, given):
    child = start(7)
    lines_until(child, "waiting")
    child.kill()
    child.wait()
    session = opened()
    for _ in range(7):
        session.undo()
    assert session.undo() is None
    assert session.points["nasion"].position == tuple(given.points[0])


@pytest.mark.skipif(os.name == "nt", reason="there a killed process is gone at once, too, but has no signals")
def test_a_review_that_another_process_holds_is_read_only_and_says_who(start, opened):
    child = start(3)
    lines_until(child, "waiting")
    session = opened()
    assert "child in killed" in session.read_only
    assert session.points["left, inner"].position == place(2)
    child.kill()
    child.wait()
    assert session.take_over()
    assert session.accept("nasion") is not None
