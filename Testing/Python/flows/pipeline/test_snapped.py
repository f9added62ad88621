"""Landmarks put on the surface of a mesh."""

import numpy as np
import pytest

from craniomark.flows.pipeline.snapped import on_surface
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.meshes import Solid, Surface
from craniomark.ground.volumes import Volume

TENT = Surface([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
POINTS = np.array([[2.0, 3.0, -0.5], [-1.0, 2.0, 2.0], [np.nan] * 3])
LABELS = ("a", "b", "c")


@pytest.fixture
def solid() -> Solid:
    return Solid(np.zeros((2, 2, 2), np.uint8), np.eye(4), surface=TENT)


@pytest.fixture
def found() -> LandmarkSet:
    notes = {"a": Annotation(0.1, "ok", "predicted", (2.0, 3.0, -0.5)), "c": Annotation(status="missing")}
    return LandmarkSet(LABELS, POINTS, notes)


def test_points_move_to_the_nearest_place(found: LandmarkSet, solid: Solid) -> None:
    placed = on_surface(found, solid)
    np.testing.assert_allclose(placed.points[:2], [[2, 3, 0], [0, 2, 2]], atol=1e-6)
    assert np.isnan(placed.points[2]).all()
    assert placed.annotation("a").predicted == pytest.approx((2, 3, 0), abs=1e-6)
    assert placed.annotation("a").error90_mm == 0.1
    assert placed.annotation("c").status == "missing"


def test_points_that_nobody_moved_stay(found: LandmarkSet, solid: Solid) -> None:
    before = LandmarkSet(("b", "a"), [POINTS[1], [2.5, 3.0, -0.5]])
    placed = on_surface(found, solid, besides=before)
    np.testing.assert_allclose(placed.points[:2], [[2, 3, 0], POINTS[1]], atol=1e-6)


def test_points_of_a_scan_stay(found: LandmarkSet) -> None:
    assert on_surface(found, Volume(np.zeros((2, 2, 2), np.uint8), np.eye(4))) is found
