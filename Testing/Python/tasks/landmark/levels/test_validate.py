"""Figures of a validation, and what counts as collapsed."""

import numpy as np
import pytest

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.tasks.landmark.levels.validate import figures, has_collapsed


@pytest.fixture(scope="module")
def mean(examples: list[Example]) -> np.ndarray:
    return np.mean([example.points for example in examples], axis=0)


def test_the_mean_shape_scores_as_the_null_that_stands_beside_it(
    examples: list[Example], mean: np.ndarray
) -> None:
    told = figures(lambda _: mean, examples, mean)
    assert told["mean_mm"] == told["mean_shape_mm"] > 0.2
    assert told["size"] == pytest.approx(1, abs=0.05)
    assert next(iter(told)) == "mean_mm"
    assert told == figures(lambda _: mean, examples, mean)


def test_one_point_for_all_landmarks_is_a_collapse(examples: list[Example], mean: np.ndarray) -> None:
    told = figures(lambda _: 0.2 * mean, examples, mean)
    assert told["size"] == pytest.approx(0.2, abs=0.05)
    assert has_collapsed(told)


def test_being_no_better_than_the_mean_shape_is_one_if_it_is_asked(
    examples: list[Example], mean: np.ndarray
) -> None:
    told = figures(lambda _: mean, examples, mean)
    assert has_collapsed(told, worse=1.0)
    assert not has_collapsed(told, worse=1.5)
    assert has_collapsed(told | {"mean_mm": float("nan")})
    assert not has_collapsed(told | {"mean_mm": 0.5 * told["mean_mm"]}, worse=1.0)


def test_a_predictor_is_shown_the_image_in_the_pose_that_the_truth_has(examples: list[Example]) -> None:
    points = examples[0].points
    whole = [Example(examples[0].image, np.where(np.arange(len(points))[:, None] == 2, np.nan, points))]

    def knowing(image: Image) -> np.ndarray:
        pose = image.matrix @ np.linalg.inv(whole[0].image.matrix)
        return points @ pose[:3, :3].T + pose[:3, 3]

    told = figures(knowing, whole, points)
    assert told["max_mm"] == pytest.approx(0, abs=1e-6)
