"""What the section "Train" thinks: buttons, pause and going on, faults, the finished model."""

import json

import pytest
from waiting import until

from craniomark.desktop.training import TrainChoices, TrainPresenter
from craniomark.ground.checks import InputError


@pytest.fixture
def presenter(board, tmp_path):
    made = TrainPresenter(board)
    (tmp_path / "data").mkdir()
    made.choose(data=str(tmp_path / "data"), out=str(tmp_path / "out"))
    return made


def test_a_training_runs_to_a_model(board, presenter, tmp_path):
    told = []
    presenter.on_model.append(told.append)
    assert not presenter.view().use
    presenter.start()
    assert until(board, lambda: presenter.job.ended)
    view = presenter.view()
    assert view.use and view.start and not view.stop and view.fraction == 1
    assert presenter.use() == tmp_path / "out" / "bundle" / "my-skulls" == told[0]


def test_buttons_follow_the_state(board, presenter):
    presenter.start()
    view = presenter.view()
    assert (view.start, view.pause, view.stop, view.check, view.locked) == (False, True, True, False, True)
    assert until(board, lambda: presenter.view().parts == ("orient",))
    view = presenter.view()
    assert view.part == "orient" and "left" in view.status and 0 <= view.fraction < 1


def test_a_paused_training_goes_on_where_it_was(board, presenter, tmp_path):
    presenter.start()
    until(board, lambda: presenter.job.fraction > 0.1)
    presenter.pause()
    assert until(board, lambda: presenter.paused)
    step = int((tmp_path / "out" / "count").read_text())
    assert 0 < step < 60
    view = presenter.view()
    assert (view.start, view.start_text, view.pause, view.stop) == (True, "Go on training", False, True)
    presenter.start()
    assert until(board, lambda: presenter.job.ended)
    assert f"began at step {step}" in presenter.view().log


def test_a_stopped_training_is_not_lost(board, presenter, tmp_path):
    presenter.start()
    until(board, lambda: presenter.job.fraction > 0.1)
    presenter.stop()
    assert until(board, lambda: presenter.job.ended)
    assert presenter.view().status == "Stopped. What was learned is kept."
    assert (tmp_path / "out" / "count").exists() and presenter.view().start


def test_a_crash_is_told_with_the_last_lines(board, presenter):
    presenter.choose(words="odd=crash")
    presenter.start()
    assert until(board, lambda: presenter.job.ended)
    view = presenter.view()
    assert "exit code 7" in view.problem and "the last words" in view.last_lines and view.start


def test_a_missing_package_is_named_and_looked_for_again(board, presenter, monkeypatch):
    from craniomark.desktop import requirements

    monkeypatch.setattr(requirements, "_complete", {"train"})
    presenter.choose(words="odd=missing")
    presenter.start()
    assert until(board, lambda: presenter.job.ended)
    assert "lightning is missing" in presenter.view().problem
    assert requirements._complete == set()


def test_nothing_begins_where_packages_are_refused(presenter):
    def refuse():
        raise InputError("torch", "Python package", "missing", "allow its installation")

    presenter.ensure = refuse
    with pytest.raises(InputError, match="torch"):
        presenter.start()
    assert presenter.job is None and presenter.view().start


def test_the_check_tells_each_finding(board, presenter):
    presenter.check()
    assert presenter.view().stop and not presenter.view().start
    assert until(board, lambda: presenter.checking.ended)
    assert presenter.findings.splitlines() == [
        "2 specimens, 3 landmarks, 1 problem, 0 worth a look.",
        "✖ a: landmark 3 is missing",
    ]
    assert presenter.view().status.startswith("2 specimens")


def test_listeners_are_told_until_they_leave(presenter):
    told = []
    listener = lambda: told.append(1)  # noqa: E731
    presenter.listen(listener)
    presenter.choose(recipe="default")
    presenter.unlisten(listener)
    presenter.choose(recipe="quick")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": ""}, "choose the folder with the landmarked scans"),
        ({"data": "/nowhere/at/all"}, "choose one that exists"),
        ({"out": " "}, "choose where the training is kept"),
        ({"words": "recipe"}, "key=value"),
    ],
)
def test_wrong_choices_are_refused_by_a_sentence(presenter, changes, words):
    presenter.choose(**changes)
    with pytest.raises(InputError, match=words):
        presenter.start()
    assert presenter.job is None


def test_data_and_output_may_not_be_one_folder(tmp_path):
    with pytest.raises(InputError, match="choose another folder"):
        TrainChoices(str(tmp_path), str(tmp_path)).request()


def test_the_request_is_that_of_the_command_line(tmp_path):
    choices = TrainChoices(str(tmp_path), str(tmp_path / "out"), "default", "orient", "a=1\n\n b=2 ")
    request = choices.request()
    assert request.task == "orient" and request.words == ("recipe=default", "a=1", "b=2")


def test_an_unfinished_training_is_seen_in_its_folder(presenter, tmp_path):
    run = tmp_path / "old" / "orient"
    run.mkdir(parents=True)
    (tmp_path / "old" / "stages.json").write_text("{}")
    (run / "state.json").write_text(json.dumps({"status": "stopped", "step": 5, "of": 10}))
    point = {"event": "metric", "job": "orient", "step": 3, "name": "loss/total", "value": 0.5}
    (run / "metrics.jsonl").write_text(json.dumps(point) + "\n")
    presenter.choose(out=str(tmp_path / "old"))
    view = presenter.view()
    assert view.start_text == "Go on training" and view.parts == ("orient",)
    assert "unfinished" in view.status
    assert presenter.curves[("orient", "loss/total")] == [(3, 0.5)]


def test_a_broken_folder_is_told_and_kept(presenter, tmp_path):
    run = tmp_path / "broken"
    run.mkdir()
    (run / "state.json").write_text("[")
    presenter.choose(out=str(run))
    assert presenter.view().start


def test_a_model_that_is_gone_is_told(board, presenter, tmp_path):
    presenter.start()
    assert until(board, lambda: presenter.job.ended)
    (tmp_path / "out" / "bundle" / "my-skulls").rmdir()
    with pytest.raises(InputError, match="train everything first"):
        presenter.use()
