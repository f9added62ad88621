"""Permutation tests."""

import numpy as np
import pytest

from craniomark.ground.geometry import adjusted_p, permutation_p, sign_flip_test
from craniomark.ground.geometry.permutation import sign_flips


def test_p_counts_the_data_as_one_more_draw() -> None:
    assert permutation_p(2.0, [1.0, 3.0, 2.0, 0.0]) == pytest.approx(3 / 5)
    assert permutation_p(9.0, np.zeros(99)) == pytest.approx(0.01)
    assert permutation_p(2.0, [2.0, 1.0], exact=True) == pytest.approx(0.5)
    assert np.isnan(permutation_p(float("nan"), [1.0]))


def test_few_specimens_are_flipped_in_every_way() -> None:
    signs, exact = sign_flips(5, 999, np.random.default_rng(0))
    assert exact and signs.shape == (16, 5)
    assert len({tuple(row) for row in signs}) == 16
    signs, exact = sign_flips(40, 999, np.random.default_rng(0))
    assert not exact and signs.shape == (999, 40)


def test_two_specimens_can_prove_nothing() -> None:
    p, _ = sign_flip_test([[5.0, 5.0], [5.0, 5.1]], 999, np.random.default_rng(0))
    assert p == pytest.approx(0.5)


def test_no_difference_has_p_1() -> None:
    assert sign_flip_test(np.zeros((7, 3)), 999, np.random.default_rng(0))[0] == 1


def test_shift_is_found() -> None:
    rng = np.random.default_rng(1)
    assert sign_flip_test(rng.normal(size=(12, 6)) + 1, 999, rng)[0] < 0.01


def test_p_is_uniform_where_there_is_nothing() -> None:
    rng = np.random.default_rng(2)
    p = np.array([sign_flip_test(rng.standard_t(3, size=(9, 4)), 256, rng)[0] for _ in range(400)])
    for level in (0.05, 0.2, 0.5, 0.8):
        assert np.mean(p <= level) == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 400) + 0.005)


def test_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sign_flip_test(np.zeros((0, 3)), 99, np.random.default_rng(0))


def test_adjusted_p_leaves_gaps_alone() -> None:
    np.testing.assert_allclose(adjusted_p([0.01, float("nan"), 0.04, 0.03]), [0.03, np.nan, 0.04, 0.04])
