"""The orientation task in the training loop: its samples, its loss, its figures and its pictures."""

import sys
from dataclasses import replace
from pathlib import Path

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
from craniomark.flows.training.orient_task import ENTRY, OrientChoice, OrientTask
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.run import run_training
from craniomark.flows.training.task import Renewable, Task
from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.orient.network import CentreBy, NetworkSettings
from craniomark.tasks.orient.objective import ObjectiveSettings
from craniomark.tasks.orient.samples import PLAIN, SampleSettings

MODEL = NetworkSettings(size=8, spacing=3.5, widths=(8, 16))


@pytest.fixture(scope="module")
def data() -> TrainingData:
    points = np.random.default_rng(1).normal(0, 4, (8, 3))
    examples = [
        Example(image_of(asymmetric((9, 6, 5), 30, 1.6, seed), *grid((13, 10, 9), 0.8)), points, f"s{seed}")
        for seed in (3, 4, 5)
    ]
    labels = tuple(str(i) for i in range(8))
    frame = template_frame(np.stack([points, points, points]))
    return TrainingData(labels, frame, examples[0].image, tuple(examples[:2]), tuple(examples[2:]))


def task(data: TrainingData, centre: CentreBy = "heads", samples: SampleSettings | None = None) -> OrientTask:
    torch.manual_seed(1)
    choice, model = OrientChoice(batch=6, trials=12), replace(MODEL, centre=centre)
    return OrientTask(data, choice, model, samples or SampleSettings(), ObjectiveSettings())


@pytest.mark.parametrize("centre", ["heads", "moments", "network"])
def test_a_task_gives_batches_losses_figures_and_pictures(data: TrainingData, centre: CentreBy) -> None:
    one: Task = task(data, centre)
    assert isinstance(one, Renewable)
    batch = one.batch(3, 5)
    assert batch.names.count("s3") == batch.names.count("s4") == 3
    losses = one.losses(batch, 5)
    assert all(bool(loss.isfinite()) for loss in losses.values())
    one.network.eval()
    figures = one.validate()
    assert next(iter(figures)) == "mean_degrees"
    assert figures == one.validate()
    assert all(np.isfinite(value) for value in figures.values())
    (picture,) = one.pictures().values()
    assert picture.dtype == np.uint8
    assert picture.shape == (4 * MODEL.size, 3 * MODEL.size, 3)
    assert picture.max() > 100


def test_samples_are_a_function_of_seed_and_step(data: TrainingData) -> None:
    first, again, later = task(data).batch(3, 5), task(data).batch(3, 5), task(data).batch(3, 6)
    torch.testing.assert_close(first.tensors["cubes"], again.tensors["cubes"], rtol=0, atol=0)
    assert float((first.tensors["cubes"] - later.tensors["cubes"]).abs().max()) > 0.1


def test_a_renewed_network_follows_from_its_seed(data: TrainingData) -> None:
    one = task(data, "moments")
    before = {name: t.clone() for name, t in one.network.state_dict().items()}
    one.renew(4)
    fresh = {name: t.clone() for name, t in one.network.state_dict().items()}
    one.renew(4)
    for name, values in one.network.state_dict().items():
        torch.testing.assert_close(values, fresh[name], rtol=0, atol=0)
    assert not torch.equal(before["turn.stem.0.weight"], fresh["turn.stem.0.weight"])
    torch.testing.assert_close(before["home"], fresh["home"])


def test_training_lowers_the_error_of_small_turns(data: TrainingData, tmp_path: Path) -> None:
    """Against its null: the same network untrained."""
    few = SampleSettings(PoseRange(40.0, 0.05), PLAIN.intensity, PLAIN.field, 0.0)
    one = task(data, samples=few)
    one.network.eval()
    untrained = one.validate()["hard_mean_degrees"]
    one.network.train()
    settings = settings_of(
        steps=80, validate_every=80, save_every=80, learning_rate=5e-3, average_weights=0.0
    )
    outcome = run_training(one, settings, tmp_path / "run", identity_of_toy(settings.seed))
    assert outcome.figures["hard_mean_degrees"] < 0.6 * untrained


def test_every_setting_can_be_said_on_the_command_line() -> None:
    assert task_entry("orient") is ENTRY
    words = [
        "data=x", "out=y", "model.centre=moments", "model.widths=[16,32,64]", "objective.geodesic=0",
        "samples.pose.scale=0.1", "choice.batch=8",
    ]  # fmt: skip
    settings = compose(ENTRY, words).settings
    assert settings.model == NetworkSettings(widths=(16, 32, 64), centre="moments")
    assert settings.samples.pose.scale == 0.1
    assert (settings.choice.batch, settings.objective.geodesic) == (8, 0)


@pytest.mark.parametrize("name", ["batch", "trials"])
def test_counts_are_checked(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0"):
        OrientChoice(**{name: 0})
