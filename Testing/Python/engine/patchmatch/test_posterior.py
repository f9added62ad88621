"""Scores become a shift: within reach, drawn by the prior, the peak where scores are believed wholly."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from synthetic import seeds, tensor

from craniomark.engine.patchmatch.posterior import expected_shift, read_map
from craniomark.engine.patchmatch.windows import cube

SIZE, SPACING = 9, 0.25
REACH = SPACING * (SIZE - 1) / 2


def peak(at: np.ndarray, width: float = 0.3, height: float = 1.0) -> torch.Tensor:
    return height * torch.exp(-((cube(SIZE, SPACING) - tensor(at)) ** 2).sum(-1) / (2 * width**2))


@given(seeds, st.floats(0.1, 200), st.floats(0.05, 5))
def test_the_mean_stays_within_reach(seed: int, sharpness: float, prior_sd: float) -> None:
    maps = tensor(np.random.default_rng(seed).uniform(-1, 1, (2, 3, SIZE, SIZE, SIZE)))
    shift = expected_shift(maps, SPACING, sharpness, prior_sd)
    assert shift.mean.shape == (2, 3, 3)
    assert shift.spread.shape == shift.score.shape == shift.best_score.shape == (2, 3)
    assert float(shift.mean.abs().max()) <= REACH + 1e-5
    assert (shift.best_score >= shift.start_score - 1e-6).all()


def test_mean_and_spread_are_the_moments_of_the_posterior() -> None:
    maps = np.random.default_rng(1).uniform(-1, 1, (SIZE,) * 3)
    offsets = cube(SIZE, SPACING).numpy().astype(float)
    weights = np.exp(7 * maps - (offsets**2).sum(-1) / (2 * 0.6**2))
    weights /= weights.sum()
    mean = (weights[..., None] * offsets).sum((0, 1, 2))
    spread = np.sqrt((weights * ((offsets - mean) ** 2).sum(-1)).sum())
    shift = expected_shift(tensor(maps), SPACING, 7.0, 0.6)
    np.testing.assert_allclose(shift.mean.numpy(), mean, atol=1e-5)
    np.testing.assert_allclose(float(shift.spread), spread, rtol=1e-4)


def test_without_evidence_nothing_moves() -> None:
    shift = expected_shift(torch.zeros(SIZE, SIZE, SIZE), SPACING, 40.0, 0.5)
    np.testing.assert_allclose(shift.mean, 0, atol=1e-6)
    assert float(shift.best_score) == float(shift.start_score)


def test_a_peak_between_shifts_is_read_between_them() -> None:
    at = np.array([0.31, -0.42, 0.17])
    shift = expected_shift(peak(at, 0.6), SPACING, 20.0, 100.0)
    np.testing.assert_allclose(shift.mean.numpy(), at, atol=0.02)


def test_a_narrow_prior_pulls_to_the_start() -> None:
    at = np.array([0.6, 0.0, 0.0])
    wide, middle, narrow = (
        float(expected_shift(peak(at), SPACING, 30.0, sd).mean[0]) for sd in (5, 0.1, 0.03)
    )
    assert narrow < middle < wide
    assert narrow < 0.05
    assert wide > 0.5


def test_a_near_peak_beats_a_far_one_that_is_hardly_better() -> None:
    maps = torch.maximum(peak(np.array([0.25, 0, 0]), 0.15), peak(np.array([-1.0, 0, 0]), 0.15, 1.03))
    assert float(expected_shift(maps, SPACING, 40.0, 0.3).mean[0]) > 0.15
    assert float(expected_shift(maps, SPACING, 400.0, 50.0).mean[0]) < -0.8


@given(seeds)
def test_complete_belief_gives_the_best_shift(seed: int) -> None:
    maps = tensor(np.random.default_rng(seed).permutation(SIZE**3).reshape((SIZE,) * 3) / SIZE**3)
    shift = expected_shift(maps, SPACING, 1e6, 1e3)
    best = cube(SIZE, SPACING).reshape(-1, 3)[maps.argmax()]
    torch.testing.assert_close(shift.mean, best, atol=1e-4, rtol=0)
    np.testing.assert_allclose(float(shift.spread), 0, atol=1e-2)
    np.testing.assert_allclose(float(shift.score), float(maps.max()), atol=1e-3)


def test_a_blunt_peak_is_spread_wider_than_a_sharp_one() -> None:
    sharp, blunt = (expected_shift(peak(np.zeros(3), w), SPACING, 40.0, 5.0).spread for w in (0.3, 0.9))
    assert float(sharp) < 0.6 * float(blunt)


def test_a_map_is_read_by_axis_and_between_shifts() -> None:
    offsets = cube(SIZE, SPACING)
    maps = offsets @ tensor([0.1, -0.2, 0.3])
    shift = tensor([[0.11, -0.37, 0.62], [0, 0, 0], [-1, 1, 1]])
    torch.testing.assert_close(
        read_map(maps.repeat(3, 1, 1, 1), shift, SPACING), shift @ tensor([0.1, -0.2, 0.3])
    )
