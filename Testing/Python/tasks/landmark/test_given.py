"""Given points: as many errors stay under the estimate as was asked for, and half a millimetre is told."""

import json

import numpy as np
import pytest

from craniomark.tasks.landmark.given import FARTHEST_MM, GivenErrors, fit_given


@pytest.fixture(scope="module")
def errors() -> np.ndarray:
    """What a model errs, mm."""
    return np.random.default_rng(1).gamma(3, 0.04, 400)


@pytest.fixture(scope="module")
def fitted(errors: np.ndarray) -> GivenErrors:
    return fit_given(errors, np.full(errors.shape, 0.22), 0.9, 0.05)


def seen_from_the_model(moved: np.ndarray, errors: np.ndarray, seed: int) -> np.ndarray:
    """Distances between points `moved` off the truth and model points `errors` off it."""
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=(len(moved), 3)) for _ in range(2))
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    return np.asarray(np.linalg.norm(moved[:, None] * a - errors[:, None] * b, axis=1))


def test_nine_in_ten_given_points_err_less_than_their_estimate(
    fitted: GivenErrors, errors: np.ndarray
) -> None:
    moved = np.random.default_rng(3).uniform(0, FARTHEST_MM, len(errors))
    distance = seen_from_the_model(moved, errors, 4)
    estimates = fitted.error90(distance, np.full(errors.shape, 0.22))
    assert np.mean(moved <= estimates) == pytest.approx(0.9, abs=0.04)
    assert np.median(estimates - moved) < 0.2, "and they are not just large"


def test_half_a_millimetre_is_told_and_the_truth_is_left_alone(
    fitted: GivenErrors, errors: np.ndarray
) -> None:
    half = seen_from_the_model(np.full(errors.shape, 0.5), errors, 5)
    assert np.mean(half > fitted.review_above) > 0.97
    assert np.mean(errors > fitted.review_above) == pytest.approx(0.05, abs=0.005)


def test_they_come_back_from_json(fitted: GivenErrors) -> None:
    assert GivenErrors.from_json(json.loads(json.dumps(fitted.as_json()))) == fitted


@pytest.mark.parametrize(
    "change", [{"of_distance": -1.0}, {"of_estimate": float("nan")}, {"of_distance": None}]
)
def test_numbers_that_make_no_sense_are_refused(fitted: GivenErrors, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="errors of given points"):
        GivenErrors.from_json(fitted.as_json() | change)
    values = fitted.as_json()
    del values["review_above_mm"]
    with pytest.raises(ValueError, match="review_above_mm"):
        GivenErrors.from_json(values)
