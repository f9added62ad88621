"""Faults that are planted are found; sound data stay silent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from craniomark.flows.datasets.shape_checks import FEWEST_SPECIMENS, shape_findings
from craniomark.ground.geometry import random_rotations

Array = NDArray[np.float64]
PAIRS = 8
LABELS = [f"L{n}" for n in range(2 * PAIRS + 4)]
IDS = [f"s{n}" for n in range(8)]


def cohort(seed: int = 0, noise: float = 0.05) -> Array:
    """Nearly symmetric skulls with noise, each in its own pose and size."""
    rng = np.random.default_rng(seed)
    half = rng.uniform([1, -10, -5], [6, 10, 5], (PAIRS, 3))
    middle = rng.uniform([0, -10, -5], [0, 10, 5], (4, 3))
    base = np.vstack([half, half * [-1, 1, 1], middle])
    shapes = base + rng.normal(0, noise, (len(IDS), *base.shape))
    turns = random_rotations(len(IDS), rng)
    sizes = rng.uniform(0.95, 1.05, (len(IDS), 1, 1))
    return sizes * np.einsum("sij,snj->sni", turns, shapes) + rng.uniform(-9, 9, (len(IDS), 1, 3))


def found(shapes: Array) -> list[tuple[str, str, str]]:
    return [(one.specimen, one.severity, one.what) for one in shape_findings(IDS, LABELS, shapes)]


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_sound_data_have_no_problem(seed: int) -> None:
    assert not [one for one in found(cohort(seed)) if one[1] == "problem"]


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 7), st.permutations(range(len(LABELS))))
def test_two_exchanged_labels_are_named(seed: int, specimen: int, order: list[int]) -> None:
    shapes = cohort(seed)
    first, second = order[:2]
    if np.linalg.norm(shapes[specimen, first] - shapes[specimen, second]) < 2:
        return
    shapes[specimen, [first, second]] = shapes[specimen, [second, first]]
    problems = [one for one in found(shapes) if one[1] == "problem"]
    assert len(problems) == 1
    assert problems[0][0] == IDS[specimen]
    assert LABELS[first] in problems[0][2].split() and LABELS[second] in problems[0][2].split()


def test_sides_exchanged_throughout_are_one_problem() -> None:
    shapes = cohort()
    sides = [*range(PAIRS, 2 * PAIRS), *range(PAIRS), *range(2 * PAIRS, len(LABELS))]
    shapes[2] = shapes[2][sides]
    problems = [one for one in found(shapes) if one[0] == IDS[2]]
    assert len(problems) == 1
    assert "left and right" in problems[0][2]


@pytest.mark.parametrize("factor", [1000.0, 10.0, 0.1, 2.0])
def test_another_unit_is_a_problem(factor: float) -> None:
    shapes = cohort()
    shapes[5] *= factor
    assert [one[:2] for one in found(shapes)] == [(IDS[5], "problem")]


def test_a_slipped_point_is_worth_a_look() -> None:
    shapes = cohort()
    shapes[3, 4] += 3.0
    (look,) = [one for one in found(shapes) if "landmark L4 " in one[2]]
    assert look[:2] == (IDS[3], "look")


def test_a_strange_shape_is_worth_a_look() -> None:
    shapes = cohort()
    shapes[6] += np.random.default_rng(1).normal(0, 0.6, shapes[6].shape)
    assert any(one[0] == IDS[6] and "unusual" in one[2] for one in found(shapes))


def test_a_mirrored_scan_among_asymmetric_ones_is_worth_a_look() -> None:
    rng = np.random.default_rng(3)
    shapes = cohort(noise=0.02)
    sides = [*range(PAIRS, 2 * PAIRS), *range(PAIRS), *range(2 * PAIRS, len(LABELS))]
    base = cohort(noise=0.0)[0]
    skew = rng.normal(0, 0.3, base.shape)
    shapes = base + skew + rng.normal(0, 0.03, shapes.shape)
    shapes[1] = (shapes[1] * [-1, 1, 1])[sides]
    assert any(one[0] == IDS[1] and "mirrored" in one[2] for one in found(shapes))


def test_missing_points_are_passed_over() -> None:
    shapes = cohort()
    shapes[0, 3] = np.nan
    shapes[:, 5] = np.nan
    assert not [one for one in found(shapes) if one[1] == "problem"]


def test_few_specimens_say_nothing() -> None:
    few = FEWEST_SPECIMENS - 1
    assert shape_findings(IDS[:few], LABELS, cohort()[:few]) == []
