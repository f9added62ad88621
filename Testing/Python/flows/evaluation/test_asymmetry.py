"""Asymmetry of predicted against true shapes."""

import numpy as np
import pytest

from craniomark.flows.evaluation import Resampling
from craniomark.flows.evaluation.asymmetry import AsymmetryComparison, asymmetry_of
from craniomark.flows.evaluation.samples import Sample
from craniomark.flows.evaluation.sides import sides_of

LABELS = tuple("abcdefgh")


def compared(predicted: np.ndarray, truth: np.ndarray) -> AsymmetryComparison:
    sample = Sample(tuple("stuvwxyz"[: len(truth)]), LABELS, np.stack([predicted, truth], axis=1))
    return asymmetry_of(sample, sides_of(LABELS, truth, None), Resampling(99))


def skulls(rng: np.random.Generator, n: int = 8, own: float = 0.1) -> np.ndarray:
    side = np.array([[2.0, -6, 0], [4, 1, 2], [3, 7, -1]])
    base = np.vstack([side + np.array([0.1, 0, 0.1]), side * [-1, 1, 1], [[0, -8, 1], [0, 5, -3]]])
    return np.asarray(base + rng.normal(size=(n, 8, 3)) * own)


def test_method_that_is_the_truth_keeps_everything() -> None:
    truth = skulls(np.random.default_rng(0))
    found = compared(truth, truth)
    assert found.fluctuating_ratio == pytest.approx(1)
    assert found.fluctuating_correlation == pytest.approx(1)
    assert found.directional_degrees == pytest.approx(0, abs=1e-3)
    assert (found.pairs, found.midline) == (3, 2)


def test_method_that_pastes_the_mean_loses_fluctuating_asymmetry() -> None:
    rng = np.random.default_rng(1)
    truth = skulls(rng)
    found = compared(truth.mean(axis=0) + rng.normal(size=truth.shape) * 0.01, truth)
    assert found.fluctuating_ratio < 0.05
    assert abs(found.fluctuating_correlation) < 0.4
    low, high = found.fluctuating_ratio_interval
    assert low <= found.fluctuating_ratio <= high
    assert found.directional_degrees < 30


def test_mirrored_method_has_the_opposite_directional_asymmetry() -> None:
    truth = skulls(np.random.default_rng(2), own=0.02)
    structure = sides_of(LABELS, truth, None).structure
    found = compared(np.array([structure.mirrored(shape) for shape in truth]), truth)
    assert found.directional_degrees > 150


def test_two_specimens_have_no_correlation() -> None:
    truth = skulls(np.random.default_rng(3), n=2)
    found = compared(truth, truth)
    assert np.isnan(found.fluctuating_correlation)
    assert np.isnan(found.fluctuating_ratio_interval).all()
