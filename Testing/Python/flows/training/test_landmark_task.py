"""The landmark and focus tasks in the training loop: samples, losses, figures, pictures, configs."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "engine"))

from synthetic import asymmetric, grid, image_of
from toy_task import identity_of_toy, settings_of

from craniomark.engine.example import Example
from craniomark.flows.template.frame import template_frame
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.focus_task import EndToEndTask, FocusChoice, FocusTask, WholeSettings
from craniomark.flows.training.landmark_task import LandmarkChoice, LandmarkTask
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.run import run_training
from craniomark.flows.training.task import Renewable, Task, Watched
from craniomark.flows.training.tensors import write_tensors
from craniomark.ground.checks import InputError
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.focus.network import FocusSettings
from craniomark.tasks.landmark.focus.objective import FocusObjectiveSettings
from craniomark.tasks.landmark.focus.samples import FocusSampleSettings
from craniomark.tasks.landmark.levels.network import NetworkSettings
from craniomark.tasks.landmark.levels.objective import ObjectiveSettings
from craniomark.tasks.landmark.levels.rough import ROUGH_NETWORK, ROUGH_SAMPLES
from craniomark.tasks.landmark.levels.samples import SampleSettings

MODEL = NetworkSettings(spacing=1.2, margin=1.0, unet=UNetSettings((8, 16)), hidden=8, heads="both")
FOCUS = FocusSettings(size=8, spacing=0.4, unet=UNetSettings((8, 16), everywhere=True))
PATCHES = FocusSampleSettings(patches=6)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return landmark_data()


def landmark_data() -> TrainingData:
    """Three specimens of eight blobs, two of them to train on."""
    thing = asymmetric((5, 4, 3.5), 8, 0.8, seed=11)
    rng, examples = np.random.default_rng(1), []
    for number in range(3):
        centres = thing.centres + rng.normal(0, 0.1, thing.centres.shape)
        image = image_of(replace(thing, centres=centres), *grid((7, 6, 5.5), 0.4))
        examples.append(Example(image, centres, f"s{number}"))
    labels = tuple("abcdefgh")
    frame = replace(template_frame(np.stack([e.points for e in examples])), mean=thing.centres)
    groups = {"s0": "wild", "s1": "tame"}
    return TrainingData(labels, frame, examples[0].image, tuple(examples[:2]), tuple(examples[2:]), groups)


def landmarks(data: TrainingData, **choices: Any) -> LandmarkTask:
    torch.manual_seed(1)
    model = replace(MODEL, margin=2.0) if choices.get("rough") else MODEL
    return LandmarkTask(data, LandmarkChoice(**choices), model, SampleSettings(), ObjectiveSettings())


def focus(data: TrainingData) -> FocusTask:
    torch.manual_seed(1)
    return FocusTask(data, FocusChoice(), FOCUS, PATCHES, FocusObjectiveSettings())


def end_to_end(data: TrainingData, weights: Path | None = None) -> EndToEndTask:
    torch.manual_seed(1)
    whole = WholeSettings(str(weights) if weights else None, model=MODEL)
    return EndToEndTask(data, FocusChoice(end_to_end=True), FOCUS, PATCHES, FocusObjectiveSettings(), whole)


def every(data: TrainingData) -> dict[str, Any]:
    return {
        "all": landmarks(data), "rough": landmarks(data, rough=5),
        "groups": landmarks(data, group_prior=True), "focus": focus(data), "end to end": end_to_end(data),
    }  # fmt: skip


def test_tasks_give_batches_losses_figures_and_pictures(data: TrainingData) -> None:
    for name, one in every(data).items():
        task: Task = one
        assert isinstance(one, Renewable), name
        assert isinstance(one, Watched), name
        batch = task.batch(3, 5)
        assert set(batch.names) <= {"s0", "s1"}, name
        losses = task.losses(batch, 5)
        assert next(iter(losses)) == "points", name
        assert all(bool(loss.isfinite()) for loss in losses.values()), name
        torch.stack(list(losses.values())).sum().backward()
        task.network.eval()
        figures = task.validate()
        assert next(iter(figures)) == "mean_mm", name
        assert not one.collapsed(figures | {"mean_mm": 0.1, "size": 1.0}), name
        assert one.collapsed(figures | {"size": 0.1}), name
        picture = next(iter(task.pictures().values()))
        assert picture.dtype == np.uint8, name
        assert picture.ndim == 3 and picture.shape[2] == 3, name


def test_batches_and_fresh_weights_are_functions_of_the_seed(data: TrainingData) -> None:
    for name, one in every(data).items():
        first, again = one.batch(3, 5).tensors, one.batch(3, 5).tensors
        for key, tensor in first.items():
            torch.testing.assert_close(
                again[key], tensor, rtol=0, atol=0, equal_nan=True, msg=f"{name} {key}"
            )
        one.renew(7)
        weights = {key: tensor.clone() for key, tensor in one.network.state_dict().items()}
        one.renew(8)
        changed = [key for key, tensor in one.network.state_dict().items() if not tensor.equal(weights[key])]
        assert changed, name
        one.renew(7)
        for key, tensor in one.network.state_dict().items():
            assert tensor.equal(weights[key]), f"{name} {key}"


def test_groups_are_told_by_name_and_unknown_ones_are_zero(data: TrainingData) -> None:
    one = landmarks(data, group_prior=True)
    assert one.groups == ("tame", "wild")
    assert [one.group_index(name) for name in ("wild", "tame", "", "never seen")] == [2, 1, 0, 0]
    assert landmarks(data).landmark_network.prior is None


def test_rough_landmarks_are_a_few_of_all(data: TrainingData) -> None:
    one = landmarks(data, rough=5)
    assert len(one.chosen) == len(one.labels) == 5
    assert one.labels == tuple(data.labels[i] for i in one.chosen)
    i, j, k = one.landmark_network.grid.shape
    assert i == j == k


def test_end_to_end_training_begins_with_the_landmark_network_that_is_given(
    data: TrainingData, tmp_path: Path
) -> None:
    before = landmarks(data)
    before.renew(5)
    path = tmp_path / "weights.safetensors"
    write_tensors(path, before.network.state_dict(), {"task": "landmark"})
    one = end_to_end(data, path)
    for key, tensor in before.network.state_dict().items():
        assert one.whole_network.state_dict()[key].equal(tensor), key
    one.renew(9)
    assert one.whole_network.state_dict().keys() == before.network.state_dict().keys()
    for key, tensor in before.network.state_dict().items():
        assert one.whole_network.state_dict()[key].equal(tensor), key


def test_weights_that_are_not_there_are_refused(data: TrainingData, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing"):
        end_to_end(data, tmp_path / "nothing.safetensors")


@pytest.mark.parametrize("kind", ["all", "end to end"])
def test_the_loop_trains_it(data: TrainingData, tmp_path: Path, kind: str) -> None:
    one = every(data)[kind]
    settings = settings_of(steps=3, validate_every=3, pictures_every=0, restarts=0)
    one.collapsed = lambda _: False
    outcome = run_training(one, settings, tmp_path / "run", identity_of_toy())
    assert outcome.status == "done"
    assert outcome.figures["mean_mm"] > 0


def test_the_level_rough_is_level_zero() -> None:
    words = ["data=here", "out=there"]
    config: Any = compose(task_entry("landmark"), [*words, "level=rough"]).settings
    assert config.landmarks == LandmarkChoice(rough=12)
    assert config.model == ROUGH_NETWORK
    assert replace(config.samples, centred=True) == ROUGH_SAMPLES
    config = compose(task_entry("landmark"), words).settings
    assert config.landmarks == LandmarkChoice()
    assert config.model == NetworkSettings()


def test_a_focus_config_reaches_the_network_before_it() -> None:
    words = ["data=here", "out=there", "focus.end_to_end=true", "whole.model.spacing=0.4"]
    config: Any = compose(task_entry("focus"), words).settings
    assert config.focus.end_to_end
    assert config.whole.model.spacing == 0.4


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("landmarks.rough=3", "landmarks.rough"),
        ("model.heads=none", "model.heads"),
        ("objective.outer={a:-1}", "objective"),
        ("samples.pose.degrees=500", "degrees"),
    ],
)
def test_bad_words_are_refused_with_their_key(word: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        compose(task_entry("landmark"), ["data=here", "out=there", word])


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (LandmarkChoice, {"poses": 0}, "poses is 0"),
        (LandmarkChoice, {"worse": 0.0}, "worse is 0"),
        (FocusChoice, {"rounds": 0}, "rounds is 0"),
        (FocusChoice, {"worse": -1.0}, "worse is -1"),
        (WholeSettings, {"share": -1.0}, "share is -1"),
    ],
)
def test_bad_settings_are_refused(kind: type, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        kind(**wrong)
