"""A real CT oriented by the shipped model, in the real child, while the windows go on."""

import os
from pathlib import Path

import numpy as np
import pytest
from craniomark.desktop import shared
from craniomark.ground.volumes import read_volume
from craniomark.mrml import add_volume
from looking import message, world

import double
from fairness import fairly

FOLDER = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mmllm"


@pytest.fixture
def real_board(panel, monkeypatch):
    """Let the panel's presenter ask a child that computes."""
    from craniomark.desktop.board import JobBoard

    board, desk = JobBoard(), panel.widget.desk
    board.wake = shared._held["pump"].timer.start
    for holder in (shared._held["pump"], desk, desk.poses, desk.register):
        monkeypatch.setattr(holder, "_board", board)
    yield board
    board.close(20.0)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="CRANIOMARK_DATA has no mouse CTs")
def test_a_real_scan_stands_upright(panel, scene, slicer, real_board):
    path = sorted(path for path in FOLDER.glob("*.nii.gz") if "-LM" not in path.name)[0]
    volume = add_volume(scene, read_volume(path), path.name)
    tilted = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    turn = np.eye(4)
    turn[:2, :2] = [[0.0, -1.0], [1.0, 0.0]]
    tilted.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(turn))
    untilted = world(volume)
    volume.SetAndObserveTransformNodeID(tilted.GetID())
    volume.HardenTransform()
    panel.ui.inputSelector.pick(volume)

    def orient():
        if panel.ui.undoButton.enabled:
            panel.ui.undoButton.click()
        panel.ui.orientButton.click()
        with double.gaps() as gaps:
            assert double.settle(lambda: not panel.widget.desk.busy, 580)
        kind, text = message(panel)
        assert kind == "note" and "good" in text, text
        return gaps

    fairly(orient)
    double.settle(lambda: not real_board.busy, 60)
    found = world(volume) @ np.linalg.inv(untilted)
    degrees = np.degrees(np.arccos(np.clip((np.trace(found[:3, :3]) - 1) / 2, -1, 1)))
    assert degrees < 30, "the scans of this set lie nearly upright, and the tilt of 90 degrees is taken back"


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="CRANIOMARK_DATA has no mouse CTs")
def test_a_real_scan_is_brought_onto_where_it_was(panel, scene, slicer, real_board):
    path = sorted(path for path in FOLDER.glob("*.nii.gz") if "-LM" not in path.name)[0]
    fixed, moving = (add_volume(scene, read_volume(path), name) for name in ("fixed", "moving"))
    moved = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    turn = np.eye(4)
    angle = np.radians(25)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    turn[:3, 3] = 4, -3, 6
    moved.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(turn))
    moving.SetAndObserveTransformNodeID(moved.GetID())
    corners = np.array([[0, 0, 0, 1], [150, 0, 0, 1], [0, 150, 0, 1], [0, 0, 150, 1]]).T
    apart = np.abs(world(moving) @ corners - world(fixed) @ corners).max()
    panel.ui.inputSelector.pick(moving)
    panel.ui.fixedSelector.pick(fixed)
    panel.ui.methodBox.setCurrentIndex(0)
    panel.ui.registerButton.click()
    assert double.settle(lambda: not panel.widget.desk.busy, 580)
    kind, text = message(panel)
    assert kind == "note" and "fit" in text, text
    left = np.abs(world(moving) @ corners - world(fixed) @ corners).max()
    assert apart > 3 and left < 0.1, (apart, left)
    double.settle(lambda: not real_board.busy, 60)
