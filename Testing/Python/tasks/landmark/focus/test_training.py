"""A few steps of training bring landmarks nearer than their starts, alone and end to end."""

import numpy as np
import torch
from landmark_networks import trained

from craniomark.engine.example import Example
from craniomark.parts.nets.precision import half_precision
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.focus.network import FocusNetwork, FocusSettings
from craniomark.tasks.landmark.focus.objective import FocusObjective, FocusObjectiveSettings
from craniomark.tasks.landmark.focus.patches import suited
from craniomark.tasks.landmark.focus.predict import focus
from craniomark.tasks.landmark.focus.samples import FocusSamples, FocusSampleSettings, starts_away
from craniomark.tasks.landmark.focus.together import TwoLevels
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings

SMALL = FocusSettings(size=16, spacing=0.2, unet=UNetSettings((16, 32), everywhere=True))
SHOWN = FocusSampleSettings(patches=26, off=0.3, farthest=0.8)


def test_landmarks_end_nearer_to_the_truth_than_they_start(examples: list[Example]) -> None:
    torch.manual_seed(1)
    labels = [str(i) for i in range(len(examples[0].points))]
    network = FocusNetwork(SMALL, len(labels))
    samples = FocusSamples(examples, SMALL, SHOWN)
    objective = FocusObjective(FocusObjectiveSettings(), labels)

    def losses(step: int) -> dict[str, torch.Tensor]:
        tensors, _ = samples.draw(1, step)
        with half_precision("cpu"):
            focused = network(tensors["patches"], tensors["landmarks"])
        return objective(focused, tensors["offsets"], tensors["landmarks"])

    away = starts_away(len(labels), SHOWN, np.random.default_rng(9))
    truth = examples[0].points

    def error() -> float:
        found = focus([network], examples[0].image, truth + away).points
        return float(np.linalg.norm(found - truth, axis=1).mean())

    before = error()
    told = trained(network, losses, 60)
    assert np.mean(told[-8:]) < 0.7 * np.mean(told[:8])
    start = float(np.linalg.norm(away, axis=1).mean())
    assert before > 0.8 * start  # the untrained network is no skill
    assert error() < 0.7 * start


def test_the_error_of_the_second_level_teaches_the_first(examples: list[Example]) -> None:
    """Slopes reach level 1 through the places where patches are cut, not only through the sum."""
    torch.manual_seed(1)
    mean = examples[0].points
    settings = NetworkSettings(spacing=0.8, margin=1.0, unet=UNetSettings((8, 16)))
    whole = LandmarkNetwork(settings, Grid.around(mean, 0.8, 1.0, 4), mean)
    both = TwoLevels(whole, FocusNetwork(SMALL, len(mean)))
    images = torch.rand(2, 1, *whole.grid.shape)
    chosen = torch.tensor([[0, 4, 9], [3, 1, 2]])
    sources = [suited(e.image, SMALL.spacing) for e in examples[:2]]
    poses = torch.eye(4).repeat(2, 1, 1)
    poses[1, 0, 3] = 0.5
    told = both(images, chosen, sources, poses, torch.ones(2))
    torch.testing.assert_close(told.starts[1, 0], told.located.points[1, 3])
    torch.testing.assert_close(told.points, told.starts + told.focused.offsets.view(2, 3, 3))
    told.focused.offsets.square().sum().backward()
    assert whole.heatmaps is not None
    assert float(whole.heatmaps.weight.grad.abs().max()) > 0  # type: ignore[union-attr]
