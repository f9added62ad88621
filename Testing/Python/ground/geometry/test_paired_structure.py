"""Structure of given pairs."""

import numpy as np
import pytest
from paired_shapes import MIDLINE, PAIRS, posed, symmetric_base

from craniomark.ground.geometry import find_bilateral_structure, structure_of_pairs


def test_plane_mirrors_each_point_onto_its_partner() -> None:
    rng = np.random.default_rng(0)
    points = posed(symmetric_base(rng), rng)
    found = structure_of_pairs(points, [(j, i) for i, j in PAIRS], MIDLINE)
    np.testing.assert_allclose(found.mirrored(points), points, atol=1e-9)
    for i, j in found.pairs:
        assert (points[i] - points[j]) @ found.normal > 0


def test_given_pairs_agree_with_found_ones() -> None:
    points = symmetric_base(np.random.default_rng(1))
    found = find_bilateral_structure(points)
    given = structure_of_pairs(points, found.pairs, found.midline)
    assert {frozenset(p) for p in given.pairs} == {frozenset(p) for p in found.pairs}
    np.testing.assert_array_equal(given.partner, found.partner)


def test_landmark_in_two_places_is_refused() -> None:
    points = symmetric_base(np.random.default_rng(1))
    with pytest.raises(ValueError, match="stands in two"):
        structure_of_pairs(points, [(0, 1)], [1])
    with pytest.raises(ValueError, match="at least one pair"):
        structure_of_pairs(points, [], [1])
