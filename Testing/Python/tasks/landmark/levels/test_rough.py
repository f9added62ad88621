"""Level 0: landmarks far apart, and the pose that follows from them."""

from typing import Any

import numpy as np
import pytest
import torch

from craniomark.engine.example import Example
from craniomark.ground.geometry import random_rotations, rotation_angle_degrees
from craniomark.tasks.landmark.levels import rough
from craniomark.tasks.landmark.levels.network import NetworkSettings
from craniomark.tasks.landmark.levels.rough import farthest_points, predict_pose, rough_network


def test_the_chosen_landmarks_lie_farther_apart_than_most() -> None:
    points = np.random.default_rng(1).uniform(-5, 5, (60, 3))
    chosen = farthest_points(points, 8)
    assert len(set(chosen)) == 8
    assert list(chosen) == sorted(chosen)

    def closest(indices: Any) -> float:
        some = points[list(indices)]
        apart = np.linalg.norm(some[:, None] - some, axis=-1) + 99 * np.eye(len(some))
        return float(apart.min())

    rng = np.random.default_rng(2)
    assert closest(chosen) > max(closest(rng.permutation(60)[:8]) for _ in range(20))


def test_all_landmarks_may_be_chosen() -> None:
    assert farthest_points(np.random.default_rng(1).normal(size=(6, 3)), 6) == tuple(range(6))


@pytest.mark.parametrize("count", [3, 7])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"count is {count}: give 4 to 6"):
        farthest_points(np.zeros((6, 3)), count)


def test_the_grid_holds_the_landmarks_in_any_rotation(examples: list[Example]) -> None:
    mean = examples[0].points
    grid = rough_network(NetworkSettings(spacing=0.9, margin=1.0), mean, (0, 1, 2, 3)).grid
    middle = (mean.min(0) + mean.max(0)) / 2
    for turn in random_rotations(20, np.random.default_rng(1)):
        assert grid.holds((mean - middle) @ turn.T).all()


@pytest.mark.parametrize("poses", [1, 4])
def test_a_pose_follows_from_the_points(
    examples: list[Example], poses: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that knows the truth in its own frame, whatever the rotation it is shown."""
    example, chosen = examples[1], (0, 3, 7, 12, 20)
    moved = np.eye(4)
    moved[:3, :3] = 1.1 * random_rotations(1, np.random.default_rng(5))[0]
    moved[:3, 3] = [30, -20, 10]
    image = example.image.moved(moved)
    truth = example.points[list(chosen)] @ moved[:3, :3].T + moved[:3, 3]
    seen: list[np.ndarray] = []
    index_maps = rough.index_maps

    def watched(kept: Any, moves: np.ndarray, grid: Any) -> np.ndarray:
        seen.append(moves[0])
        return index_maps(kept, moves, grid)

    def answer(*_: object) -> tuple[np.ndarray, np.ndarray]:
        move = seen[-1]
        return truth @ move[:3, :3].T + move[:3, 3], np.full(len(chosen), 0.1)

    monkeypatch.setattr(rough, "index_maps", watched)
    monkeypatch.setattr(rough, "answer", answer)
    network = rough_network(NetworkSettings(spacing=1.2), example.points, chosen)
    told = predict_pose(network, image, example.points, chosen, poses)
    np.testing.assert_allclose(told.template_to_specimen, moved, atol=1e-6)
    np.testing.assert_allclose(told.points, truth, atol=1e-6)
    assert told.residual == pytest.approx(0, abs=1e-6) == told.scatter
    assert len(seen) == poses


def test_an_untrained_network_tells_of_its_doubt(examples: list[Example]) -> None:
    torch.manual_seed(1)
    chosen = farthest_points(examples[0].points, 6)
    network = rough_network(
        NetworkSettings(spacing=1.2, heads="heatmap", prior=0.0), examples[0].points, chosen
    )
    turn = np.eye(4)
    turn[:3, :3] = random_rotations(1, np.random.default_rng(2))[0]
    told = predict_pose(network, examples[0].image.moved(turn), examples[0].points, chosen, poses=3)
    assert told.residual > 1.0 or rotation_angle_degrees(told.template_to_specimen[:3, :3], turn[:3, :3]) > 20


def test_no_pose_is_refused(examples: list[Example]) -> None:
    network = rough_network(NetworkSettings(spacing=1.2), examples[0].points, (0, 1, 2, 3))
    with pytest.raises(ValueError, match="poses is 0"):
        predict_pose(network, examples[0].image, examples[0].points, (0, 1, 2, 3), 0)
