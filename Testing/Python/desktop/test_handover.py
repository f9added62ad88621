"""Volumes on their way to the child: what is read from the file is what the node shows."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "mrml"))

from craniomark.desktop.handover import Handover
from craniomark.desktop.raw_nrrd import write_raw_nrrd
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume
from craniomark.mrml import add_volume

LOOK = Handover._look
MATRIX = np.array([[0.0, -0.5, 0.0, 3.0], [0.4, 0.0, 0.0, -4.0], [0.0, 0.0, -0.3, 5.0], [0.0, 0.0, 0.0, 1.0]])


def voxels(dtype="int16"):
    return np.arange(7 * 6 * 5).reshape(7, 6, 5).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64", ">i2"])
def test_a_file_is_read_as_it_was_written(tmp_path, dtype):
    path = tmp_path / "x.nrrd"
    write_raw_nrrd(path, voxels(dtype), MATRIX)
    read = read_volume(path)
    assert np.array_equal(read.array, voxels(dtype)) and np.allclose(read.matrix, MATRIX)


def test_voxels_that_no_file_holds_are_refused(tmp_path):
    with pytest.raises(ValueError, match="complex128"):
        write_raw_nrrd(tmp_path / "x.nrrd", voxels("complex128"), MATRIX)


@pytest.fixture
def node(scene):
    return add_volume(scene, Volume(voxels(), MATRIX), "scan")


def handed(node, path):
    made = Handover(node, path)
    while not made.done:
        time.sleep(0.01)
    return made


def test_a_node_is_handed_over_in_the_world(node, tmp_path):
    made = handed(node, tmp_path / "x.nrrd")
    made.check(node)
    read = read_volume(tmp_path / "x.nrrd")
    assert np.array_equal(read.array, voxels()) and np.allclose(read.matrix, MATRIX)


def test_a_change_since_is_noticed(node, tmp_path):
    made = handed(node, tmp_path / "x.nrrd")
    node.SetOrigin(1, 2, 3)
    with pytest.raises(InputError, match="start again"):
        made.check(node)


def test_voxels_that_change_are_noticed(node, tmp_path):
    made = handed(node, tmp_path / "x.nrrd")
    node.GetImageData().Modified()
    with pytest.raises(InputError, match="not what it was"):
        made.check(node)


def test_a_folder_that_is_gone_is_told(node, tmp_path):
    made = handed(node, tmp_path / "gone" / "x.nrrd")
    with pytest.raises(OSError, match="No such file"):
        made.check(node)


def test_one_that_is_given_up_leaves_no_file(node, tmp_path, monkeypatch):
    def look(self):
        self._given_up.wait(5)
        LOOK(self)

    monkeypatch.setattr(Handover, "_look", look)
    made = Handover(node, tmp_path / "x.nrrd")
    made.give_up()
    while not made.done:
        time.sleep(0.01)
    assert not (tmp_path / "x.nrrd").exists()
