"""Correlations against numpy, and what they must not mind."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from synthetic import seeds, tensor

from craniomark.engine.similarity import correlation, standardised


@given(seeds)
def test_equal_weights_give_the_correlation_of_numpy(seed: int) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, 4, 30))
    b = b + a
    expected = [np.corrcoef(x, y)[0, 1] for x, y in zip(a, b, strict=True)]
    found = correlation(tensor(a), tensor(b), torch.ones(4, 30))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-4)


@given(seeds)
def test_whole_weights_count_as_repetitions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, times = rng.normal(size=20), rng.normal(size=20), rng.integers(0, 4, 20)
    times[:3] = 2
    expected = np.corrcoef(np.repeat(a, times), np.repeat(b, times))[0, 1]
    np.testing.assert_allclose(float(correlation(tensor(a), tensor(b), tensor(times))), expected, atol=1e-4)


@given(seeds, st.floats(0.2, 50), st.floats(-100, 100))
def test_gain_and_offset_do_not_matter(seed: int, gain: float, offset: float) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, 40))
    ones = torch.ones(40)
    before, after = (
        correlation(tensor(a), tensor(b), ones),
        correlation(tensor(a), tensor(gain * b + offset), ones),
    )
    np.testing.assert_allclose(float(after), float(before), atol=1e-3)


def test_values_without_weight_do_not_count() -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 40))
    weights = np.r_[np.ones(30), np.zeros(10)]
    spoilt = np.r_[b[:30], np.full(10, 1e3)]
    expected = correlation(tensor(a[:30]), tensor(b[:30]), torch.ones(30))
    torch.testing.assert_close(correlation(tensor(a), tensor(spoilt), tensor(weights)), expected)


def test_flat_values_and_no_weight_at_all_score_nothing() -> None:
    a = tensor(np.random.default_rng(2).normal(size=40))
    assert abs(float(correlation(a, torch.full((40,), 7.0), torch.ones(40)))) < 1e-3
    assert float(correlation(a, a, torch.zeros(40))) == 0


def test_standardised_values_have_mean_zero_and_variance_one() -> None:
    rng = np.random.default_rng(3)
    values, weights = rng.normal(5, 3, (2, 50)), rng.uniform(0, 1, (2, 50))
    unit, spread = (t.numpy() for t in standardised(tensor(values), tensor(weights)))
    np.testing.assert_allclose(np.average(unit, 1, weights), 0, atol=1e-5)
    np.testing.assert_allclose((weights * unit**2).sum(1) / weights.sum(1), 1, atol=1e-4)
    mean = (weights * values).sum(1, keepdims=True) / weights.sum(1, keepdims=True)
    variance = (weights * (values - mean) ** 2).sum(1) / weights.sum(1)
    np.testing.assert_allclose(spread[:, 0], np.sqrt(variance), rtol=1e-4)
