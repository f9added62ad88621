"""A real CT landmarked by the shipped model in the real child, reviewed and exported."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import read_volume
from craniomark.mrml import add_volume
from watching import drag, message, rows, session

import double
from double.durations import Watch
from fairness import fairly

FOLDER = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mmllm"
LONGEST_REVIEW_MS = 1000
PREDICTING_SECONDS = 560

pytestmark = [
    pytest.mark.usefixtures("pictures"),
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="CRANIOMARK_DATA has no mouse CTs"),
]


@pytest.fixture
def specimen():
    return next(one for one in find_specimens([FOLDER]) if one.landmarks)


@pytest.fixture
def predicted(panel, scene, specimen, real_board):
    """The panel after a prediction that let the windows go on."""
    panel.ui.inputSelector.pick(add_volume(scene, read_volume(specimen.path), "skull"))

    def predict():
        panel.ui.predictButton.click()
        with double.gaps() as gaps:
            assert double.settle(lambda: not panel.widget.desk.busy, PREDICTING_SECONDS)
            double.settle(lambda: not real_board.busy, 60)
        assert session(panel) is not None, message(panel)
        return gaps

    fairly(predict)
    return panel


def exported(panel, folder):
    """Positions by label, as the long CSV tells them, LPS mm."""
    ui = panel.ui
    ui.exportLine.currentPath, ui.replaceBox.checked = str(folder), True
    ui.formatBox.setCurrentIndex(0)
    ui.exportButton.click()
    assert message(panel)[0] == "note", message(panel)
    with (folder / "landmarks-long.csv").open(encoding="utf-8", newline="") as stream:
        told = [row for row in csv.DictReader(stream) if row["x"] not in ("", "NA")]
    return {row["label"]: [float(row[axis]) for axis in "xyz"] for row in told}


def review_flagged(panel):
    """Go through the doubtful points with the keys; milliseconds that each took."""
    took = []
    while session(panel).progress.doubtful:
        watch, label = Watch(), session(panel).current
        before = session(panel).points[label].position
        if before is None:
            panel.ui.missingButton.click()
        elif len(took) % 2:
            drag(panel, label, *np.add(before, (0.05, 0.0, 0.05)))
            panel.ui.nextButton.click()
        else:
            panel.ui.acceptButton.click()
        double.settle()
        took.append(watch.milliseconds())
        assert session(panel).points[label].reviewed
    return took


def picture_of(panel, tmp_path):
    """Keep a picture of the panel where CRANIOMARK_SCREENSHOTS names a folder."""
    for name in ("scan", "options", "export", "repeat", "many", "train"):
        getattr(panel.ui, f"{name}Section").collapsed = True
    panel.widget.message.clear()
    folder = Path(os.environ.get("CRANIOMARK_SCREENSHOTS", "") or tmp_path)
    double.grab(panel.parent, folder / "AutoLandmark-review-skull.png")


def test_a_real_scan_is_landmarked_reviewed_and_exported(predicted, specimen, tmp_path, slicer):
    truth, made = read_truth(specimen), read_landmarks(tmp_path / "results" / "skull.csv")
    away = np.linalg.norm(made.ordered(truth.labels).points - truth.points, axis=1)
    assert np.nanmean(away) < 0.25, "the points lie on the skull"
    assert {row[0] for row in rows(predicted)} == set(truth.labels)
    assert double.settle(lambda: not predicted.ui.pictureLabel.isHidden(), 120)
    asis = exported(predicted, tmp_path / "export")
    known = made.ordered(asis)
    assert list(asis) and np.allclose([*asis.values()], known.points, atol=1e-4), (
        "the file tells what was predicted"
    )

    moved, other = [row[0] for row in rows(predicted) if row[0] in asis][:2]
    predicted.widget.desk.review.go(moved)
    drag(predicted, moved, *np.add(asis[moved], (0.31, -0.22, 0.13)))
    predicted.ui.undoButton.click()
    assert exported(predicted, tmp_path / "export") == asis, "undo brings every number back"
    predicted.widget.desk.review.go(other)
    place = np.add(asis[other], (0.31, -0.22, 0.13))
    drag(predicted, other, *place)
    after = exported(predicted, tmp_path / "export")
    assert after.pop(other) == pytest.approx(place.tolist(), abs=1e-4)
    asis.pop(other)
    assert after == asis, "no other point is touched"

    picture_of(predicted, tmp_path)
    took = review_flagged(predicted)
    assert took and max(took) <= LONGEST_REVIEW_MS, took
    predicted.ui.writeButton.click()
    written = read_landmarks(tmp_path / "results" / "skull.csv")
    assert written.annotation(other).status == "corrected"
    red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    assert red.GetBackgroundVolumeID() == predicted.widget.desk.review.volume.GetID()
