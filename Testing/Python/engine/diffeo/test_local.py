"""Local correlation, by its definition."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from craniomark.engine.diffeo.local import LocalCorrelation

seeds = st.integers(0, 2**32 - 1)


def correlated(a: np.ndarray, b: np.ndarray, size: int) -> float:
    one, other = (torch.from_numpy(image).float()[None, None] for image in (a, b))
    return float(LocalCorrelation(one, size, floor=0.01)(other))


@given(seeds)
def test_a_local_correlation_lies_between_nothing_and_one(seed: int) -> None:
    a, b = np.random.default_rng(seed).uniform(0, 1, (2, 9, 8, 10))
    assert 0 <= correlated(a, b, 3) <= 1


def test_a_local_correlation_of_an_image_with_itself_is_near_one_and_with_another_is_not() -> None:
    a, b = np.random.default_rng(4).normal(0, 3, (2, 12, 12, 12))
    assert correlated(a, a, 5) > 0.99
    assert correlated(a, b, 5) < 0.1


def test_a_local_correlation_follows_the_definition_in_a_cube() -> None:
    a, b = np.random.default_rng(5).uniform(0, 1, (2, 5, 5, 5))
    found = []
    for i, j, k in np.ndindex(5, 5, 5):  # beyond the border both images count as zero
        x, y = (np.pad(c, 1)[i : i + 3, j : j + 3, k : k + 3].ravel() for c in (a, b))
        covariance = np.cov(x, y, bias=True)
        found.append(covariance[0, 1] ** 2 / ((covariance[0, 0] + 0.01) * (covariance[1, 1] + 0.01)))
    np.testing.assert_allclose(correlated(a, b, 3), np.mean(found), rtol=1e-4)


def test_a_local_correlation_of_flat_images_is_nothing() -> None:
    flat = np.zeros((8, 8, 8))
    assert correlated(flat, flat, 3) == 0
