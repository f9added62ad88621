import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from craniomark.flows.pipeline.label_layout import place_labels


def overlap(centres, sizes):
    gap = np.abs(centres[:, None] - centres[None]) - (sizes[:, None] + sizes[None]) / 2
    return ((gap < -1e-9).all(axis=2) & ~np.eye(len(centres), dtype=bool)).sum() // 2


@given(st.integers(0, 10**6))
@example(1662)
def test_scattered_labels_do_not_cover_one_another_and_stay_inside(seed):
    points = np.random.default_rng(seed).uniform(0, 700, (30, 2))
    sizes = np.tile([14.0, 11.0], (30, 1))
    centres = place_labels(points, sizes, range(30), (700, 700))
    assert overlap(centres, sizes) == 0
    assert (centres - sizes / 2 >= -1e-6).all() and (centres + sizes / 2 <= 700 + 1e-6).all()


def test_labels_of_one_place_spread_around_it():
    sizes = np.tile([14.0, 11.0], (8, 1))
    centres = place_labels(np.full((8, 2), 200.0), sizes, range(8), (400, 400))
    assert overlap(centres, sizes) == 0


def test_points_that_are_not_named_get_no_label():
    centres = place_labels(np.array([[10.0, 10], [50, 50]]), np.full((2, 2), 8.0), [1], (100, 100))
    assert np.isnan(centres[0]).all() and np.isfinite(centres[1]).all()
