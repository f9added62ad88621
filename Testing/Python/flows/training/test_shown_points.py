"""Pictures of points: both colours are in it, missing points are not."""

import numpy as np
import torch

from craniomark.engine.image import Image
from craniomark.flows.training.shown_points import points_picture


def test_true_points_are_green_found_ones_red_and_missing_ones_nowhere() -> None:
    image = Image(torch.full((10, 12, 14), 0.5), np.diag([0.5, 0.5, 0.5, 1.0]))
    truth = np.array([[1.0, 1, 1], [3, 4, 5], [np.nan] * 3])
    found = np.array([[2.0, 2, 2], [np.nan] * 3, [99.0, 99, 99]])
    picture = points_picture(image, found, truth)
    red = (picture[..., 0].astype(int) - picture[..., 1]) > 100
    green = (picture[..., 1].astype(int) - picture[..., 0]) > 100
    assert red.sum() == 2 * 5  # a cross in each of two views; the point outside is not drawn
    assert green.sum() == 2 * 2 * 5
    nothing = points_picture(image, np.full((3, 3), np.nan), truth)
    assert not ((nothing[..., 0].astype(int) - nothing[..., 1]) > 100).any()
