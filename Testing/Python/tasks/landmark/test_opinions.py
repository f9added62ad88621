"""Consensus of opinions: a mean of those that agree, hardly moved by one that strays."""

import numpy as np
import pytest
from hypothesis import given
from synthetic import seeds

from craniomark.tasks.landmark.opinions import Opinion, consensus

COUNT = 6


def opinion(points: np.ndarray, weight: float = 1.0, doubt: float = 0.1) -> Opinion:
    return Opinion("some", points, np.full(len(points), doubt), weight)


def test_one_opinion_is_the_consensus() -> None:
    points = np.random.default_rng(1).normal(size=(COUNT, 3))
    found = consensus([opinion(points)])
    np.testing.assert_allclose(found.points, points)
    np.testing.assert_allclose(found.disagreement, 0, atol=1e-12)


@given(seeds)
def test_near_opinions_are_averaged_by_their_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(COUNT, 3))
    second = first + rng.uniform(-0.05, 0.05, (COUNT, 3))
    found = consensus([opinion(first, 3.0), opinion(second, 1.0)])
    np.testing.assert_allclose(found.points, 0.75 * first + 0.25 * second, atol=1e-9)


@given(seeds)
def test_a_stray_opinion_moves_the_consensus_less_than_the_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(COUNT, 3))
    agreeing = [opinion(truth + rng.normal(0, 0.02, truth.shape)) for _ in range(3)]
    stray = opinion(truth + np.array([3.0, 0.0, 0.0]))
    off = np.linalg.norm(consensus([*agreeing, stray]).points - truth, axis=1)
    assert (off < 0.2).all(), "the mean would be .75 off"


def test_disagreement_is_the_distance_from_the_consensus() -> None:
    points = np.zeros((COUNT, 3))
    found = consensus([opinion(points), opinion(points + np.array([0.2, 0, 0]))])
    np.testing.assert_allclose(found.disagreement, 0.1)
    np.testing.assert_allclose(found.doubt, 0.1)


def test_who_says_nothing_takes_no_part() -> None:
    points = np.random.default_rng(2).normal(size=(COUNT, 3))
    silent = points.copy()
    silent[2] = np.nan
    found = consensus([opinion(points), opinion(silent + 0.1)])
    np.testing.assert_allclose(found.points[2], points[2])
    assert found.disagreement[2] == pytest.approx(0)


def test_where_nobody_says_anything_there_is_nothing() -> None:
    points = np.zeros((COUNT, 3))
    points[4] = np.nan
    found = consensus([opinion(points), opinion(points)])
    assert np.isnan(found.points[4]).all()
    assert np.isnan(found.disagreement[4])


@given(seeds)
def test_opinions_that_are_equal_are_the_consensus_whatever_their_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(COUNT, 3))
    found = consensus([opinion(points, weight) for weight in rng.uniform(0.1, 5, 4)])
    np.testing.assert_allclose(found.points, points, atol=1e-9)
    np.testing.assert_allclose(found.disagreement, 0, atol=1e-9)


@given(seeds)
def test_one_wrong_opinion_of_three_is_outvoted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, direction = rng.normal(size=(COUNT, 3)), rng.normal(size=3)
    stray = truth + rng.uniform(2, 50) * direction / np.linalg.norm(direction)
    said = [opinion(truth), opinion(truth), opinion(stray)]
    found = consensus([said[i] for i in rng.permutation(3)])
    assert (np.linalg.norm(found.points - truth, axis=1) < 0.13).all(), "however far it strays"
