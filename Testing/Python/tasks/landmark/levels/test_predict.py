"""Predictions: frames, averaging over poses and networks, doubts."""

from typing import Any, cast

import numpy as np
import pytest
import torch
from landmark_networks import CentreOfMass, blob

from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.predict import mean_and_scatter, predict, predict_together

GRID = Grid.cube(5.0, 0.4)
PLACE = (1.3, -0.7, 0.4)


def net(**choices: Any) -> Any:
    return cast(Any, CentreOfMass(GRID, **choices))


def test_a_point_is_told_in_the_frame_of_the_image() -> None:
    moved = np.eye(4)
    moved[:3, 3] = [0.3, 0.2, -0.5]
    told = predict(net(), blob(PLACE).moved(moved))
    np.testing.assert_allclose(told.points[0], np.add(PLACE, moved[:3, 3]), atol=0.02)
    assert told.scatter[0] == 0 == told.disagreement[0]
    assert told.spread[0] == pytest.approx(0.5, abs=0.1)


def test_answers_of_moved_images_are_brought_back_to_where_they_were() -> None:
    turns = PoseRange(25.0, 0.1, 0.05, 1.0)
    told = predict(net(), blob(PLACE), poses=6, turns=turns)
    np.testing.assert_allclose(told.points[0], PLACE, atol=0.02)
    assert 0 < told.scatter[0] < 0.02


def test_poses_that_change_the_answer_show_in_the_scatter() -> None:
    """An offset that does not turn with the image is a mistake that averaging finds."""
    told = predict(net(off=(1.0, 0.0, 0.0)), blob(PLACE), poses=8, turns=PoseRange(40.0))
    assert told.scatter[0] > 0.1


def test_poses_are_a_function_of_the_seed() -> None:
    image, wrong = blob(PLACE), net(off=(1.0, 0.0, 0.0))
    first, again, other = (predict(wrong, image, poses=3, seed=s).points for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


def test_networks_together_tell_their_mean_and_how_they_differ() -> None:
    both = [net(off=(0.2, 0.0, 0.0)), net(off=(-0.2, 0.0, 0.0))]
    told = predict_together(both, blob(PLACE))
    np.testing.assert_allclose(told.points[0], PLACE, atol=0.02)
    assert told.disagreement[0] == pytest.approx(0.2, abs=1e-3)
    assert predict_together(both[:1], blob(PLACE)).disagreement[0] == 0


def test_the_network_is_left_as_it_was_found() -> None:
    network = net()
    network.train()
    predict(network, blob(PLACE))
    assert network.training


def test_mean_and_scatter_are_those_of_the_answers() -> None:
    mean, scatter = mean_and_scatter(np.array([[[0.0, 0, 0]], [[2.0, 0, 0]]]))
    np.testing.assert_allclose(mean, [[1, 0, 0]])
    np.testing.assert_allclose(scatter, [1])


def test_no_pose_and_no_network_are_refused() -> None:
    with pytest.raises(ValueError, match="poses is 0"):
        predict(net(), blob(PLACE), poses=0)
    with pytest.raises(ValueError, match="no network"):
        predict_together([], blob(PLACE))


def test_an_image_beside_the_grid_still_has_an_answer() -> None:
    assert np.isfinite(
        predict(net(), blob(PLACE).moved(np.diag([1, 1, 1, 1]) + np.eye(4, k=3) * 90)).points
    ).all()
    assert torch.is_grad_enabled()
