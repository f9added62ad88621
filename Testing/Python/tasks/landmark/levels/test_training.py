"""A few steps of training: the loss drops and the mean shape is beaten, on made-up and on real specimens."""

from typing import Any

import numpy as np
import pytest
import torch
from landmark_networks import trained

from craniomark.engine.example import Example
from craniomark.ground.geometry import apply, similarity_fit
from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.pose import PoseRange
from craniomark.parts.nets.precision import half_precision
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings
from craniomark.tasks.landmark.levels.objective import Objective, ObjectiveSettings
from craniomark.tasks.landmark.levels.predict import predict
from craniomark.tasks.landmark.levels.samples import Samples, SampleSettings
from craniomark.tasks.landmark.levels.validate import figures, has_collapsed

SHOWN = SampleSettings(
    batch=2, pose=PoseRange(4.0, 0.02, 0.0, 0.6), intensity=IntensityRange(), field=FieldRange(), first=1.0
)  # fmt: skip


def run(
    examples: list[Example], steps: int, spacing: float, **choices: Any
) -> tuple[list[float], dict[str, float], dict[str, float]]:
    """Losses, and figures before and after training."""
    torch.manual_seed(1)
    mean = np.nanmean([e.points for e in examples], axis=0)
    settings = NetworkSettings(spacing=spacing, margin=1.5, unet=UNetSettings((16, 32)), **choices)
    grid = Grid.around(mean, spacing, 1.5, settings.unet.multiple)
    network = LandmarkNetwork(settings, grid, mean)
    samples = Samples(examples, grid, SHOWN)
    labels = [str(i) for i in range(len(mean))]
    objective = Objective(ObjectiveSettings(rotation=0.01), labels, mean)

    def losses(step: int) -> dict[str, torch.Tensor]:
        tensors, names = samples.draw(1, step)
        with half_precision("cpu"):
            located = network(tensors["images"], blend=objective.settings.blend_at(step))
        return objective(located, tensors["points"], names)

    def told() -> dict[str, float]:
        return figures(lambda image: predict(network, image).points, examples, mean)

    before = told()
    return trained(network, losses, steps), before, told()


def test_the_mean_shape_is_beaten_on_made_up_specimens(examples: list[Example]) -> None:
    losses, before, after = run(examples, 60, 0.5)
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])
    assert after["mean_mm"] < 0.7 * after["mean_shape_mm"]
    assert before["mean_mm"] > before["mean_shape_mm"]  # the untrained network is no skill
    assert not has_collapsed(after, worse=1.0)


@pytest.mark.slow
def test_the_mean_shape_is_beaten_on_a_real_training_specimen(skulls: list[Any]) -> None:
    """The mean of five skulls, pasted in a pose that is a little off, is what has to be beaten."""
    mean = skulls[0].points
    examples = []
    for skull in skulls[:2]:
        pose = similarity_fit(skull.points, mean)
        examples.append(Example(skull.bright_image.moved(pose), apply(pose, skull.points), "one"))
    losses, _, after = run(examples, 80, 0.6)
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])
    assert after["mean_mm"] < 0.85 * after["mean_shape_mm"]
