"""Scans are read beside the page, the next one ahead."""

import threading
import time

import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen, specimen_at
from craniomark.web.scans import Scans, read_specimen


class Loop:
    """Polls the steps that are followed."""

    def __init__(self):
        self.steps = []

    def follow(self, step):
        self.steps.append(step)

    def run(self, holds, seconds=30.0):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            self.steps = [step for step in self.steps if not step()]
            time.sleep(0.005)


@pytest.fixture
def loop():
    return Loop()


def specimens(tmp_path):
    made = []
    for name in "ab":
        (tmp_path / name).write_bytes(b"1")
        made.append(Specimen(name, tmp_path / name, "ct"))
    return made


def test_what_was_read_is_handed_over_once(loop, shelf):
    found, failed = [], []
    scans = Scans(loop.follow)
    scans.ask(specimen_at(shelf / "one.nrrd"), found.append, failed.append)
    assert scans.busy
    loop.run(lambda: found)
    assert not scans.busy and not failed and not loop.steps
    assert found[0].volume.shape == (24, 24, 24) and len(found[0].bone.fine.faces) > 100


def test_the_next_one_is_read_ahead_and_only_once(loop, tmp_path):
    first, second = specimens(tmp_path)
    read, found = [], []
    scans = Scans(loop.follow, lambda one: read.append(one.id) or one.id)
    scans.ask(first, found.append, found.append)
    loop.run(lambda: found)
    scans.ahead(second)
    while len(read) < 2:
        time.sleep(0.005)
    scans.ask(second, found.append, found.append)
    loop.run(lambda: len(found) == 2)
    assert read == found == ["a", "b"]


def test_a_specimen_that_is_too_large_is_not_read_ahead(loop, tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr("craniomark.web.scans.AHEAD_BYTES", 0)
    scans = Scans(loop.follow, lambda one: read.append(one.id))
    scans.ahead(specimens(tmp_path)[0])
    time.sleep(0.05)
    assert read == []


def test_what_was_asked_for_before_is_forgotten(loop, tmp_path):
    first, second = specimens(tmp_path)
    gate, found = threading.Event(), []
    scans = Scans(loop.follow, lambda one: gate.wait(10) and one.id)
    scans.ask(first, found.append, found.append)
    scans.ask(second, found.append, found.append)
    gate.set()
    loop.run(lambda: found)
    loop.run(lambda: not loop.steps)
    assert found == ["b"]


def test_a_file_that_is_no_scan_is_told(loop, tmp_path):
    (tmp_path / "x.nrrd").write_bytes(b"NRRD but no more")
    found, failed = [], []
    Scans(loop.follow).ask(Specimen("x", tmp_path / "x.nrrd", "ct"), found.append, failed.append)
    loop.run(lambda: failed)
    assert isinstance(failed[0], InputError) and not found


def test_a_surface_is_read_as_such(tmp_path):
    from craniomark.ground.meshes import Surface, write_surface

    write_surface(Surface([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), tmp_path / "s.ply")
    assert isinstance(read_specimen(specimen_at(tmp_path / "s.ply")), Surface)
