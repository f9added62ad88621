import math
from types import SimpleNamespace

import numpy as np
import pytest

from craniomark.flows.training.registry import task_entry, task_names
from craniomark.flows.training.shape_task import ShapeChoice, ShapeData, ShapeTask
from craniomark.tasks.shape.intensity import IntensitySettings
from craniomark.tasks.shape.network import NetworkSettings
from craniomark.tasks.shape.objective import ObjectiveSettings
from craniomark.tasks.shape.samples import Shapes

RNG = np.random.default_rng(0)


def shapes(count: int) -> Shapes:
    images = RNG.normal(size=(count, 60, 60, 60)).astype(np.float16)
    scores, particles = (RNG.normal(size=(count, *rest)).astype(np.float32) for rest in ((2,), (12, 3)))
    return Shapes(images, scores, particles, tuple(f"s{n}" for n in range(count)))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaders")
    np.save(folder / "mean_PCA.npy", np.zeros(2))
    np.save(folder / "std_PCA.npy", np.ones(2))
    return ShapeData(folder, shapes(5), shapes(2), 2, np.eye(4), {})


def task_of(data, stage="base", tl=False, **choice):
    parts = ShapeChoice(**choice), NetworkSettings(tl=tl), ObjectiveSettings(stage=stage), IntensitySettings()
    return ShapeTask(data, *parts)


def test_shape_is_a_task_among_the_others():
    assert "shape" in task_names() and task_entry("shape").data is not None


def test_batches_follow_from_seed_and_step(data):
    one, same, later = (task_of(data).batch(1, step) for step in (0, 0, 1))
    assert one.tensors["images"].equal(same.tensors["images"]) and one.names == same.names
    assert set(one.names) != set(later.names)


def test_weights_that_have_learnt_nothing_are_never_the_best(data):
    task = task_of(data)
    assert task.validate()["relative"] == math.inf
    next(task.network.parameters()).data.add_(0.01)
    assert math.isfinite(task.validate()["relative"])


@pytest.mark.parametrize(
    ("choice", "factors"),
    [
        ({"decay": "step", "decay_epochs": 2, "decay_factor": 0.5}, [1, 1, 0.5, 0.5, 0.25]),
        ({"decay": "cosine", "decay_epochs": 2, "decay_factor": 0.0}, [1, 0.5, 0, 0.5, 1]),
        ({}, [1, 1, 1, 1, 1]),
    ],
)
def test_the_learning_rate_follows_epochs(data, choice, factors):
    task = task_of(data, **choice)
    assert [task.rate_factor(3 * epoch) for epoch in range(5)] == pytest.approx(factors)


def test_pictures_show_both_sets(data):
    pixels = task_of(data).pictures()["particles"]
    assert pixels.dtype == np.uint8 and pixels.ndim == 3


def test_a_stage_needs_its_network(data):
    with pytest.raises(ValueError, match="stage is ae"):
        task_of(data, stage="ae")


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match="decay_factor is 2"):
        ShapeChoice(decay_factor=2)
    assert SimpleNamespace(choice=ShapeChoice()).choice.batch == 0
