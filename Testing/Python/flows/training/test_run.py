"""A run from its start to its weights, and what may come between."""

import json
import signal
import threading

import numpy as np
import pytest
import torch
from matplotlib.image import imread
from toy_task import ToyTask, altered, identity_of_toy, settings_of, train, weights_of

from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.metrics import read_metrics
from craniomark.flows.training.run import run_training
from craniomark.flows.training.tensors import load_weights
from craniomark.ground.checks import InputError

ALLOWED = {
    "progress": {"step", "of", "seconds_left"},
    "metric": {"step", "name", "value"},
    "log": {"step", "name", "path", "message"},
    "result": {"step", "path", "message"},
    "error": {"message"},
}


def test_trained_network_beats_the_untrained_by_far(tmp_path):
    task, untrained = ToyTask(), ToyTask()
    outcome = train(tmp_path, task, {"steps": 300})
    untrained.network.eval()
    assert outcome.figures["mean_mm"] < 0.4 * untrained.validate()["mean_mm"]
    assert task.validate() == pytest.approx(outcome.figures)
    load_weights(untrained.network, outcome.weights)
    assert untrained.validate() == pytest.approx(outcome.figures)


def test_run_folder_and_events_hold_what_panels_expect(tmp_path):
    events = []
    outcome = train(
        tmp_path, listen=events.append, changes={"pictures_every": 20, "tensorboard": True}, job="j7"
    )
    names = {path.name for path in tmp_path.iterdir()}
    assert {
        "config.yaml", "metrics.jsonl", "state.json", "checkpoints", "log.txt", "tensorboard", "pictures",
        "weights.safetensors",
    } <= names  # fmt: skip
    for event in events:
        assert json.loads(json.dumps(event)) == event and event["job"] == "j7"
        assert event.keys() - {"event", "job"} <= ALLOWED[event["event"]]
    assert events[-1] == {
        "event": "result", "job": "j7", "step": 30, "path": str(outcome.weights), "message": "Done.",
    }  # fmt: skip
    progress = [event for event in events if event["event"] == "progress"]
    assert progress[-1]["step"] == progress[-1]["of"] == 30 and progress[-1]["seconds_left"] == 0
    assert [event for event in events if event["event"] == "metric"] == read_metrics(
        tmp_path / "metrics.jsonl"
    )
    state = read_json(tmp_path / "state.json")
    assert (state["status"], state["step"], state["figures"]) == ("done", 30, outcome.figures)
    assert any((tmp_path / "tensorboard").iterdir())


def test_each_term_of_the_loss_has_its_curve(tmp_path):
    train(tmp_path)
    curves: dict[str, dict[int, float]] = {}
    for event in read_metrics(tmp_path / "metrics.jsonl"):
        curves.setdefault(event["name"], {})[event["step"]] = event["value"]
    assert list(curves["validation/mean_mm"]) == [0, 10, 20, 30]
    for name in ("loss/point", "loss/size", "loss/total", "learning_rate"):
        assert list(curves[name]) == [5, 10, 15, 20, 25, 30]
    assert curves["loss/total"][5] == pytest.approx(curves["loss/point"][5] + curves["loss/size"][5])


def test_pictures_are_png_files(tmp_path):
    train(tmp_path, changes={"pictures_every": 20})
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert [path.name for path in pictures] == ["anna_view-000000020.png", "anna_view-000000030.png"]
    pixels = imread(str(pictures[0]))
    assert pixels.shape[:2] == (8, 12) and np.allclose(pixels[..., :3], 200 / 255)


def test_same_seed_gives_the_same_bits_and_another_seed_others(tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        train(tmp_path / name, changes={"seed": seed})
    assert weights_of(tmp_path / "a") == weights_of(tmp_path / "b") != weights_of(tmp_path / "c")


def test_batches_prepared_ahead_end_in_the_same_bits(tmp_path, whole_run):
    train(tmp_path, changes={"batches_ahead": 3})
    assert weights_of(tmp_path) == weights_of(whole_run())


def test_generators_of_the_caller_are_left_alone(tmp_path):
    task = ToyTask()
    torch.manual_seed(1)
    train(tmp_path, task)
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(3))


def test_modes_of_modules_survive_validation(tmp_path):
    task, seen = ToyTask(), []
    losses = task.losses

    def watched(batch, step):
        seen.append([module.training for module in task.network])
        return losses(batch, step)

    task.losses = watched
    train(tmp_path, task)
    assert all(all(modes) for modes in seen) and len(seen) == 30
    assert not task.network.training


def test_done_run_is_not_trained_again(tmp_path):
    first = train(tmp_path)
    task = ToyTask()
    assert train(tmp_path, task) == first and task.asked == []
    assert task.validate() == pytest.approx(first.figures)
    assert "Done before, at step 30" in RunFolder(tmp_path).log.read_text(encoding="utf-8")


def test_done_run_whose_weights_are_damaged_makes_them_again(tmp_path):
    train(tmp_path)
    good = weights_of(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"")
    task = ToyTask()
    assert train(tmp_path, task).status == "done" and task.asked == []
    assert weights_of(tmp_path) == good


def test_best_weights_are_kept_if_asked(tmp_path):
    task, figures = ToyTask(), iter([3.0, 1.0, 2.0, 2.5])
    shown = []

    def validate():
        shown.append({name: t.clone() for name, t in task.network.state_dict().items()})
        return {"mean_mm": next(figures)}

    task.validate = validate
    train(tmp_path, task, {"result": "best"})
    assert all(torch.equal(t, shown[1][name]) for name, t in task.network.state_dict().items())


def test_stop_file_pauses_and_without_it_the_run_goes_on(tmp_path, whole_run):
    run, stop = tmp_path / "run", tmp_path / "stop"
    task = altered(12, lambda batch: stop.touch() or batch)
    outcome = train(run, task, stop_file=stop)
    assert (outcome.status, outcome.step) == ("stopped", 13)
    assert outcome.weights.is_file() and not RunFolder(run).weights.exists()
    assert read_json(RunFolder(run).state)["status"] == "stopped"
    assert train(run, stop_file=stop).step == 13
    stop.unlink()
    task = ToyTask()
    assert train(run, task, stop_file=stop).status == "done"
    assert task.asked[0] == (3, 13) and weights_of(run) == weights_of(whole_run())
    assert RunFolder(run).metrics.read_bytes() == RunFolder(whole_run()).metrics.read_bytes()


@pytest.mark.parametrize("step", [5, 10, 14])
@pytest.mark.parametrize("changes", [{}, {"precision": "bf16", "average_weights": 0.0}], ids=["32", "bf16"])
def test_pause_at_any_step_changes_nothing(tmp_path, whole_run, step, changes):
    run, stop = tmp_path / "run", tmp_path / "stop"
    train(run, altered(step - 1, lambda batch: stop.touch() or batch), changes, stop_file=stop)
    train(run, changes=changes)
    assert weights_of(run) == weights_of(whole_run(**changes))
    assert RunFolder(run).metrics.read_bytes() == RunFolder(whole_run(**changes)).metrics.read_bytes()


def test_ctrl_c_saves_and_then_interrupts(tmp_path, whole_run):
    task = altered(12, lambda batch: signal.raise_signal(signal.SIGINT) or batch)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, task)
    assert RunFolder(tmp_path).checkpoints.joinpath("00-000000013.safetensors").is_file()
    train(tmp_path)
    assert weights_of(tmp_path) == weights_of(whole_run())


def test_run_stops_when_nobody_listens_any_more(tmp_path):
    def listen(event):
        if event["event"] == "metric" and event["step"] == 10:
            raise BrokenPipeError

    outcome = train(tmp_path, listen=listen)
    assert (outcome.status, outcome.step) == ("stopped", 10)


def test_run_in_another_thread_works(tmp_path):
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(train(tmp_path)))
    thread.start()
    thread.join()
    assert outcomes[0].status == "done"


def test_damaged_checkpoint_falls_back_and_ends_in_the_same_bits(tmp_path, whole_run):
    run, stop = tmp_path / "run", tmp_path / "stop"
    train(run, altered(16, lambda batch: stop.touch() or batch), stop_file=stop)
    newest = sorted(RunFolder(run).checkpoints.iterdir())[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    task = ToyTask()
    train(run, task)
    assert task.asked[0] == (3, 14) and newest.name in RunFolder(run).log.read_text(encoding="utf-8")
    assert weights_of(run) == weights_of(whole_run())
    assert RunFolder(run).metrics.read_bytes() == RunFolder(whole_run()).metrics.read_bytes()


@pytest.mark.parametrize(("harm", "told"), [("damage", "damaged, every one"), ("remove", "gone")])
def test_run_without_a_good_checkpoint_never_begins_again_by_itself(tmp_path, harm, told):
    run, stop = tmp_path / "run", tmp_path / "stop"
    train(run, altered(16, lambda batch: stop.touch() or batch), stop_file=stop)
    for path in RunFolder(run).checkpoints.iterdir():
        path.write_bytes(b"") if harm == "damage" else path.unlink()
    for _ in range(2):
        with pytest.raises(InputError, match=told):
            train(run)


def test_other_configuration_is_refused_and_the_run_left_as_it_was(tmp_path):
    run, stop, events = tmp_path / "run", tmp_path / "stop", []
    train(run, altered(16, lambda batch: stop.touch() or batch), stop_file=stop)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="width is 8, while the run began with 16"):
        train(
            run,
            identity=identity_of_toy(config={"task": "toy", "network": {"width": 8}}),
            listen=events.append,
        )
    assert before == {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert [event["event"] for event in events] == ["error"]


def test_run_that_has_learnt_nothing_begins_anew_with_other_settings(tmp_path, whole_run):
    def fail(_batch):
        raise MemoryError

    other = {"learning_rate": 0.5, "result": "best"}
    with pytest.raises(InputError, match="memory is too little at step 0"):
        train(tmp_path, altered(0, fail), other)
    train(tmp_path)
    assert weights_of(tmp_path) == weights_of(whole_run())
    assert RunFolder(tmp_path).metrics.read_bytes() == RunFolder(whole_run()).metrics.read_bytes()
    assert "had learnt nothing" in RunFolder(tmp_path).log.read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"learning_rate is 0\.5, while the run began with 0\.02"):
        train(tmp_path, changes=other)


def test_other_network_under_the_same_configuration_is_refused(tmp_path):
    run, stop = tmp_path / "run", tmp_path / "stop"
    train(run, altered(16, lambda batch: stop.touch() or batch), stop_file=stop)
    task = ToyTask()
    task.network = torch.nn.Linear(3, 1)
    with pytest.raises(InputError, match="network is another one"):
        train(run, task)


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="run folder is not usable"):
        train(tmp_path / "file")


def test_run_is_refused_twice_in_one_process(tmp_path):
    task = altered(3, lambda batch: train(tmp_path) and batch)
    with pytest.raises(InputError, match="in use by process"):
        train(tmp_path, task)


def test_own_failure_is_no_user_error_and_is_kept_in_the_log(tmp_path):
    def fail(_batch):
        raise ZeroDivisionError("a mistake")

    events = []
    with pytest.raises(ZeroDivisionError):
        train(tmp_path, altered(17, fail), listen=events.append)
    assert events[-1] == {"event": "error", "job": "toy", "message": "ZeroDivisionError: a mistake"}
    assert "a mistake" in RunFolder(tmp_path).log.read_text(encoding="utf-8")
    assert RunFolder(tmp_path).checkpoints.joinpath("00-000000017.safetensors").is_file()


def test_settings_reach_the_updates(tmp_path):
    seen = {}
    for name, change in {
        "plain": {}, "decay": {"weight_decay": 0.5}, "clip": {"gradient_clip": 0.01},
        "rate": {"learning_rate": 0.1},
        "shape": {"schedule": "constant"}, "warm": {"warmup_steps": 20}, "average": {"average_weights": 0.0},
        "bf16": {"precision": "bf16"},
    }.items():  # fmt: skip
        train(tmp_path / name, changes=change)
        seen[name] = weights_of(tmp_path / name)
    assert len(set(seen.values())) == len(seen)


def test_gpu_that_is_not_there_is_refused(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(InputError, match="device is cuda with 1 devices, where there are 0"):
        run_training(ToyTask(), settings_of(device="cuda"), tmp_path, identity_of_toy())
