"""Volumes and folders as users have them: flipped, copied, without a file, with results open elsewhere."""

import os

import numpy as np
import pytest
from odd_landmarks import PLACES
from waiting import until

from craniomark.desktop import poses
from craniomark.desktop import results as results_module
from craniomark.desktop.inputs import scan_in_scene
from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.predicting import Options
from craniomark.desktop.results import SPECIMEN
from craniomark.flows.pipeline.record import read_record
from craniomark.ground.checks import InputError, can_write, check_free
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_volume, point_of


@pytest.fixture
def volume(scene):
    voxels = np.zeros((8, 8, 8), np.int16)
    voxels[:4] = 1000
    return add_volume(scene, Volume(voxels, np.diag([0.5, 0.5, 0.5, 1.0])), "Schädel 1: CT")


@pytest.fixture
def desk(board, scene):
    made = LandmarkDesk(board, lambda: scene, lambda: None, lambda: [])
    made.predict.ready = lambda found: made.review.open(found.volume, str(found.folder), "Anna")
    yield made
    made.disconnect()


@pytest.fixture
def results(tmp_path):
    return tmp_path / "Ergebnisse von Jörg"


def predict(desk, board, volume, results, **options):
    desk.predict.predict(volume, str(results), Options(**options))
    assert until(board, lambda: not desk.busy)
    return desk.take_outcome()


def test_a_flipped_volume_is_predicted_as_a_mirrored_scan(desk, board, volume, results):
    poses.flip(volume)
    told = predict(desk, board, volume, results)
    assert "flipped" in told.message
    assert read_record(results / "Schädel 1_ CT.json").options["mirror"] is True
    assert not np.allclose(point_of(desk.review.points.node, "1"), PLACES[0])
    assert desk.review.session.points["1"].position == pytest.approx(PLACES[0])
    predict(desk, board, volume, results, mirror=True)
    assert read_record(results / "Schädel 1_ CT.json").options["mirror"] is False


def test_results_that_are_open_elsewhere_are_told_before_anything_is_computed(
    desk, board, volume, results, monkeypatch
):
    predict(desk, board, volume, results)

    def locked(path):
        if path.name.endswith(".csv"):
            raise InputError(path, "output file", "not replaceable", "close it in other programs")

    monkeypatch.setattr(results_module, "check_free", locked)
    with pytest.raises(InputError, match=r"CT\.csv.*close it in other programs"):
        desk.predict.predict(volume, str(results), Options())
    assert not desk.busy and not list(results.glob(".predicting*"))


def test_a_copy_can_be_predicted_once_it_has_another_name(desk, board, volume, results, scene):
    predict(desk, board, volume, results)
    copy = add_volume(scene, Volume(np.ones((8, 8, 8)) * np.arange(8), np.diag([0.5, 0.5, 0.5, 1.0])), "copy")
    copy.SetAttribute(SPECIMEN, volume.GetAttribute(SPECIMEN))  # as Slicer's CloneVolume does
    told = predict(desk, board, copy, results)
    assert told.kind == "fault" and "rename the volume" in told.message
    assert predict(desk, board, copy, results).kind == "doubt" and (results / "copy.csv").exists()


def test_a_scan_that_slicer_cannot_load_has_a_remedy(scene, tmp_path):
    with pytest.raises(InputError, match="load it by hand, call the volume skull, and press Open"):
        scan_in_scene(scene, "skull", tmp_path)


def test_a_folder_is_tried_and_left_as_it_was(tmp_path, monkeypatch):
    assert can_write(tmp_path / "new folder ä") and list((tmp_path / "new folder ä").iterdir()) == []
    tries = []

    def refuse(path, *_, **__):
        tries.append(path)
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    assert not can_write(tmp_path) and len(tries) == 1


def test_a_file_that_another_program_holds_is_not_free(tmp_path):
    check_free(tmp_path / "none.csv")
    (tmp_path / "held.csv").mkdir()  # can't be opened for writing, as a file that a spreadsheet holds
    with pytest.raises(InputError, match="close it in other programs"):
        check_free(tmp_path / "held.csv")
