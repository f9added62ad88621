"""Paired difference of two methods."""

import numpy as np
import pytest

from craniomark.flows.evaluation import PointError, paired_difference
from craniomark.ground.checks import InputError

Rows = list[PointError]


def rows(errors: np.ndarray) -> Rows:
    """Errors, shape (specimens, landmarks), along x."""
    return [
        PointError(f"s{s}", f"L{j}", (float(e), 0, 0), (0, 0, 0))
        for s, of_specimen in enumerate(errors)
        for j, e in enumerate(of_specimen)
    ]


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def test_mean_is_the_difference_of_means() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.uniform(0, 1, size=(2, 12, 7))
    found = paired_difference(rows(a), rows(b), generator())
    assert found.mean_mm == pytest.approx(a.mean() - b.mean())
    assert found.low_mm < found.mean_mm < found.high_mm
    assert (found.n_specimens, found.n_points) == (12, 84)


def test_constant_difference_has_no_spread() -> None:
    b = np.random.default_rng(0).uniform(0, 1, size=(5, 4))
    found = paired_difference(rows(b + 0.1), rows(b), generator())
    assert (found.low_mm, found.high_mm) == pytest.approx((0.1, 0.1))
    assert found.decided


def test_interval_has_the_width_that_theory_gives() -> None:
    per_specimen = np.random.default_rng(1).normal(size=200) * 0.1
    a, b = np.tile(1 + per_specimen[:, None], (1, 30)), np.ones((200, 30))
    found = paired_difference(rows(a), rows(b), generator())
    assert found.high_mm - found.low_mm == pytest.approx(
        2 * 1.96 * per_specimen.std() / np.sqrt(200), rel=0.05
    )


def test_interval_covers_the_true_difference_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        a = 1 + np.tile(rng.normal(size=(25, 1)) * 0.1, (1, 3))
        found = paired_difference(rows(a), rows(np.ones((25, 3))), rng, draws=500, level=0.9)
        hits += found.low_mm <= 0 <= found.high_mm
    assert 0.8 < hits / 200 < 0.96


def test_swapping_the_methods_swaps_the_sign() -> None:
    a, b = np.random.default_rng(3).uniform(0, 1, size=(2, 10, 3))
    one = paired_difference(rows(a), rows(b), generator())
    other = paired_difference(rows(b), rows(a), generator())
    assert (other.mean_mm, other.low_mm, other.high_mm) == pytest.approx(
        (-one.mean_mm, -one.high_mm, -one.low_mm)
    )


def test_same_draws_give_the_same_interval() -> None:
    a, b = np.random.default_rng(3).uniform(0, 1, size=(2, 10, 3))
    assert paired_difference(rows(a), rows(b), generator()) == paired_difference(
        rows(a), rows(b), generator()
    )


def test_only_points_of_both_methods_count() -> None:
    a, b = np.random.default_rng(4).uniform(0, 1, size=(2, 6, 5))
    found = paired_difference(rows(a)[3:], rows(b)[:-2], generator())
    assert (found.n_specimens, found.n_points) == (6, 25)


def test_one_specimen_in_common_is_refused() -> None:
    with pytest.raises(InputError, match="at least two specimens"):
        paired_difference(rows(np.ones((1, 5))), rows(np.ones((3, 5))), generator())


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_level_outside_0_to_1_is_refused(level: float) -> None:
    both = rows(np.ones((3, 2)))
    with pytest.raises(InputError, match="between 0 and 1"):
        paired_difference(both, both, generator(), level=level)
