"""Neighbours that change places are put back; nobody else is touched."""

import numpy as np
from hypothesis import given
from synthetic import seeds

from craniomark.engine.patchmatch import keep_order, swapped_pairs
from craniomark.ground.geometry.rotations import random_rotations

TEMPLATE = np.array([[0.0, 0, 0], [0.4, 0, 0], [5.0, 0, 0], [5.0, 0.6, 0], [0, 9.0, 0]])


def test_neighbours_that_change_places_are_noticed() -> None:
    points = TEMPLATE.copy()
    points[[0, 1]] = points[[1, 0]]
    assert swapped_pairs(points, TEMPLATE) == [(0, 1)]


def test_neighbours_that_fall_together_are_noticed_and_those_that_come_closer_are_not() -> None:
    points = TEMPLATE.copy()
    points[3, 1] = 0.6 * 0.24
    assert swapped_pairs(points, TEMPLATE) == [(2, 3)]
    points[3, 1] = 0.6 * 0.26
    assert swapped_pairs(points, TEMPLATE) == []


def test_far_landmarks_may_do_as_they_like() -> None:
    points = TEMPLATE.copy()
    points[[0, 4]] = points[[4, 0]]
    points[1] += [0, 9.0, 0]
    assert swapped_pairs(points, TEMPLATE) == []


@given(seeds)
def test_a_rigid_motion_of_all_below_a_right_angle_swaps_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = random_rotations(1, rng)[0]
    gaps = TEMPLATE[[1, 3]] - TEMPLATE[[0, 2]]
    kept = ((gaps @ turn.T) * gaps).sum(1) / (gaps**2).sum(1)
    expected = [pair for pair, share in zip([(0, 1), (2, 3)], kept, strict=True) if share < 0.25]
    assert swapped_pairs(TEMPLATE @ turn.T + rng.normal(size=3), TEMPLATE) == expected


def test_a_landmark_without_a_place_swaps_with_nobody() -> None:
    points = TEMPLATE.copy()
    points[0] = np.nan
    assert swapped_pairs(points, TEMPLATE) == []


def test_two_landmarks_at_one_place_in_the_template_do_not_count() -> None:
    template = np.zeros((2, 3))
    assert swapped_pairs(np.array([[0, 0, 0], [1.0, 0, 0]]), template) == []


def test_both_of_a_swapped_pair_go_back_and_the_rest_stay() -> None:
    start = TEMPLATE + 0.05
    points = TEMPLATE + 0.1
    points[[2, 3]] = points[[3, 2]]
    kept = keep_order(points, start, TEMPLATE)
    np.testing.assert_array_equal(kept[[2, 3]], start[[2, 3]])
    np.testing.assert_array_equal(kept[[0, 1, 4]], points[[0, 1, 4]])
    assert swapped_pairs(kept, TEMPLATE) == []


def test_putting_back_may_swap_with_a_third_which_goes_back_too() -> None:
    template = np.array([[0.0, 0, 0], [0.5, 0, 0], [1.0, 0, 0]])
    points = np.array([[0.55, 0, 0], [0.45, 0, 0], [0.5, 0, 0]])
    kept = keep_order(points, template, template)
    assert swapped_pairs(kept, template) == []
    np.testing.assert_array_equal(kept, template)


def test_the_given_points_are_not_written_to() -> None:
    points = TEMPLATE[[1, 0, 2, 3, 4]].copy()
    before = points.copy()
    keep_order(points, TEMPLATE, TEMPLATE)
    np.testing.assert_array_equal(points, before)


def test_a_swapped_start_ends_the_search() -> None:
    points = TEMPLATE[[1, 0, 2, 3, 4]]
    np.testing.assert_array_equal(keep_order(points, points, TEMPLATE), points)
