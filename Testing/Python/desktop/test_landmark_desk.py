"""Predicting, refining and folders without windows: a child of odd jobs, real nodes, real files."""

import numpy as np
import pytest
from odd_landmarks import MOVED_MM
from waiting import until

from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.predicting import Options
from craniomark.desktop.reviewing import REVIEW
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_volume


@pytest.fixture
def volume(scene):
    voxels = np.zeros((8, 8, 8), np.int16)
    voxels[:4] = 1000
    return add_volume(scene, Volume(voxels, np.diag([0.5, 0.5, 0.5, 1.0])), "skull")


@pytest.fixture
def asked():
    return []


@pytest.fixture
def desk(board, scene, asked):
    """The presenters; who asks whether packages are complete is noted."""
    made = LandmarkDesk(board, lambda: scene, lambda: asked.append(1), lambda: [])
    made.predict.ready = lambda found: made.review.open(found.volume, str(found.folder), "Anna")
    yield made
    made.disconnect()


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def predicted(desk, board, volume, results):
    desk.predict.predict(volume, str(results), Options())
    assert until(board, lambda: not desk.busy)
    told = desk.take_outcome()
    assert told.kind == "doubt" and "1 doubtful" in told.message and desk.take_outcome() is None
    return desk


def use(tmp_path, what):
    folder = tmp_path / what
    folder.mkdir(exist_ok=True)
    return Options(str(folder))


def test_a_prediction_is_kept_told_and_reviewed(predicted, results, asked):
    assert asked == [1] and (results / "skull.nrrd").exists() and predicted.review.session.current == "2"
    assert not [path for path in results.iterdir() if path.name.startswith(".predicting")]


def test_a_volume_that_changes_while_it_is_predicted_is_refused(desk, board, volume, results):
    desk.predict.predict(volume, str(results), Options())
    volume.SetOrigin(7, 7, 7)
    assert until(board, lambda: not desk.busy)
    assert "not what it was when the work began" in desk.take_outcome().message
    assert list(results.iterdir()) == []


@pytest.mark.parametrize(
    ("lacks", "words"),
    [("volume", "choose a volume"), ("results", "where results are kept"), ("model", "choose another model")],
)
def test_nothing_begins_without_volume_folder_or_model(desk, volume, results, lacks, words, asked):
    model = Options("/no/such/model") if lacks == "model" else Options()
    with pytest.raises(InputError, match=words):
        desk.predict.predict(
            None if lacks == "volume" else volume, " " if lacks == "results" else str(results), model
        )
    assert not desk.busy and asked == []


@pytest.mark.usefixtures("predicted")
def test_packages_that_are_missing_begin_nothing(desk, volume, results, tmp_path):
    def refuse():
        raise InputError("torch", "Python package", "missing", "install the extension PyTorch")

    for worker in (desk.predict, desk.refine, desk.folder):
        worker.ensure = refuse
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.nrrd").write_bytes((results / "skull.nrrd").read_bytes())
    for begin in (
        lambda: desk.predict.predict(volume, str(results), Options()),
        lambda: desk.refine.refine(("2",), None),
        lambda: desk.folder.predict(str(tmp_path / "scans"), str(results), Options(), True),
    ):
        with pytest.raises(InputError, match="install the extension PyTorch"):
            begin()
    assert not desk.busy


def test_refined_points_are_one_step(predicted, board):
    before = predicted.review.session.points["2"].position
    predicted.refine.refine(("2",), None)
    assert predicted.busy and until(board, lambda: not predicted.busy)
    outcome = predicted.take_outcome()
    assert outcome.kind == "note" and "1 of 1 points" in outcome.message
    assert predicted.review.session.points["2"].position[0] == pytest.approx(before[0] + MOVED_MM)
    predicted.review.undo()
    assert predicted.review.session.points["2"].position == before


@pytest.mark.usefixtures("predicted")
def test_refining_needs_points_a_review_and_the_scan(desk, results):
    with pytest.raises(InputError, match="select some in the table"):
        desk.refine.refine((), None)
    with pytest.raises(InputError, match="choose another model"):
        desk.refine.refine(("2",), "/no/such/model")
    (results / "skull.nrrd").unlink()
    with pytest.raises(InputError, match="predict it again"):
        desk.refine.refine(("2",), None)
    desk.review.close()
    with pytest.raises(InputError, match="open its review first"):
        desk.refine.refine(("2",), None)


def test_a_refinement_that_is_stopped_moves_nothing(predicted, board, tmp_path):
    predicted.refine.refine(("2",), use(tmp_path, "slow").model)
    assert "Refining 1 points" in predicted.refine.status
    assert until(board, lambda: predicted.refine._work.job.begun)
    predicted.cancel()
    assert until(board, lambda: not predicted.busy)
    assert predicted.take_outcome().message == "Stopped; no point was moved."
    assert predicted.review.session.points["2"].status == "predicted"


def test_a_crash_while_refining_moves_nothing_and_keeps_its_last_words(predicted, board, tmp_path):
    predicted.refine.refine(("2",), use(tmp_path, "crash").model)
    assert until(board, lambda: not predicted.busy)
    outcome = predicted.take_outcome()
    assert outcome.kind == "fault" and "the last words" in outcome.details
    assert predicted.review.session.points["2"].status == "predicted"


@pytest.mark.usefixtures("predicted")
def test_a_folder_is_done_paused_and_gone_on_with(desk, board, results, tmp_path):
    (tmp_path / "scans").mkdir()
    for name in ("a", "b"):
        (tmp_path / "scans" / f"{name}.nrrd").write_bytes((results / "skull.nrrd").read_bytes())
    desk.folder.predict(str(tmp_path / "scans"), str(results), use(tmp_path, "brief"), True)
    assert desk.folder.busy and not desk.folder.pausable and not desk.folder.rows
    assert until(board, lambda: [row.state for row in desk.folder.rows][1:] == ["at work"])
    desk.folder.pause()
    assert until(board, lambda: desk.folder.paused) and not desk.busy
    assert desk.folder.rows[0].state == "done" and "1 of 2" in desk.folder.status
    desk.folder.go_on()
    assert desk.busy and until(board, lambda: not desk.busy)
    assert [row.state for row in desk.folder.rows] == ["done", "done"]
    assert until(board, lambda: [row.look for row in desk.folder.rows] == ["1 doubtful"] * 2)
    assert len(read_landmarks(results / "b.csv")) == 4


def test_a_review_that_opens_at_once_and_nothing_to_open(predicted, volume, results):
    opened = []
    predicted.review.close()
    predicted.open(volume, str(results), "Anna", REVIEW, lambda: opened.append(1))
    assert opened == [1] and predicted.review.session is not None
    with pytest.raises(InputError, match="where results are kept"):
        predicted.open(volume, " ", "Anna", REVIEW)
    with pytest.raises(InputError, match="choose a volume"):
        predicted.open(None, str(results), "Anna", REVIEW)
