"""Bias of landmarks."""

import numpy as np
import pytest

from craniomark.flows.evaluation import Resampling, evaluate
from craniomark.flows.evaluation.bias import Bias, bias_of
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.flows.evaluation.shape_terms import shape_terms
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]


def found_in(predicted: Cohort, truth: Cohort, draws: int = 199) -> Bias:
    pairs = [row for row in evaluate(predicted, truth).errors if not row.note]
    return bias_of(pairs, shape_terms(pairs).turns, Resampling(draws))


def noisy(rng: np.random.Generator, n: int = 12, shift: float = 0.0) -> tuple[Cohort, Cohort]:
    """Predictions with noise of 0.1 mm; those of the third landmark are shifted along x as well."""
    base = rng.normal(size=(8, 3)) * [5, 9, 4]
    labels = tuple(f"L{i}" for i in range(8))
    offset = np.where(np.arange(8)[:, None] == 2, [shift, 0, 0], 0)
    truth = {str(i): LandmarkSet(labels, base + rng.normal(size=(8, 3)) * 0.2) for i in range(n)}
    predicted = {
        name: LandmarkSet(labels, one.points + offset + rng.normal(size=(8, 3)) * 0.1)
        for name, one in truth.items()
    }
    return predicted, truth


def test_vector_is_that_of_the_contract(predicted: Cohort, truth: Cohort) -> None:
    metrics, bias = evaluate(predicted, truth), found_in(predicted, truth)
    for label, one in metrics.per_landmark.items():
        np.testing.assert_allclose(bias.landmarks[label].bias_mm, one.bias_mm, atol=1e-12)


def test_shifted_landmark_is_found_and_no_other() -> None:
    bias = found_in(*noisy(np.random.default_rng(0), shift=0.3))
    assert bias.biased == ("L2",)
    assert bias.landmarks["L2"].p < 0.01 and bias.landmarks["L2"].p_adjusted < 0.01
    assert bias.p < 0.02
    assert bias.landmarks["L2"].low_mm[0] < 0.3 < bias.landmarks["L2"].high_mm[0]
    assert bias.landmarks["L2"].low_mm[0] > 0.1


def test_noise_is_no_bias() -> None:
    rng = np.random.default_rng(1)
    found = [found_in(*noisy(rng), draws=99) for _ in range(25)]
    assert np.mean([bool(bias.biased) for bias in found]) < 0.25
    assert 0.3 < np.mean([bias.p for bias in found]) < 0.7


def test_intervals_hold_zero_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(12):
        for one in found_in(*noisy(rng, n=6), draws=99).landmarks.values():
            hits += [low <= 0 <= high for low, high in zip(one.low_mm, one.high_mm, strict=True)]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.04)


def test_landmark_of_one_specimen_has_no_test() -> None:
    predicted, truth = noisy(np.random.default_rng(3), n=5)
    for name in list(predicted)[1:]:
        points = predicted[name].points.copy()
        points[4] = np.nan
        predicted[name] = LandmarkSet(predicted[name].labels, points)
    one = found_in(predicted, truth).landmarks["L4"]
    assert one.n == 1 and np.isnan(one.p) and np.isnan(one.low_mm).all()


def test_one_specimen_tells_nothing(predicted: Cohort, truth: Cohort) -> None:
    with pytest.raises(NotEnough, match="two specimens"):
        found_in({"a": predicted["a"]}, truth)
