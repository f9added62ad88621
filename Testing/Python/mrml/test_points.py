import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import few, lps, nested, put_under, seeds

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.mrml import (
    add_landmarks,
    index_of,
    landmarks_of,
    lock,
    lock_all_but,
    locked_labels,
    point_of,
    put_point,
)


@pytest.fixture
def node(scene):
    """Return a list of three points."""
    return three(scene)


def three(scene):
    return add_landmarks(scene, LandmarkSet(("A", "B", "C"), np.arange(9.0).reshape(3, 3)), "points")


def test_a_point_is_found_by_its_label(node):
    assert [index_of(node, label) for label in "CAB"] == [2, 0, 1]
    np.testing.assert_array_equal(point_of(node, "B"), [3, 4, 5])


@few
@given(seeds, st.booleans())
def test_a_point_moves_in_the_world(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = three(scene)
    put_under(node, nested(scene, seed, bent))
    before, wanted = landmarks_of(node).points, np.random.default_rng(seed).uniform(-20, 20, 3)
    put_point(node, "B", wanted)
    np.testing.assert_allclose(lps(node.GetNthControlPointPositionWorld(1)), wanted, atol=1e-6)
    np.testing.assert_allclose(point_of(node, "B"), wanted, atol=1e-6)
    np.testing.assert_allclose(landmarks_of(node).points[[0, 2]], before[[0, 2]], atol=1e-9)


@pytest.mark.parametrize("nowhere", [None, [np.nan] * 3])
def test_a_point_goes_missing_and_comes_back(node, nowhere):
    put_point(node, "B", nowhere)
    assert node.GetNthControlPointPositionStatus(1) == node.PositionMissing
    assert np.isnan(point_of(node, "B")).all()
    put_point(node, "B", [1, 1, 1])
    np.testing.assert_array_equal(point_of(node, "B"), [1, 1, 1])


def test_moving_a_point_is_one_event(node):
    heard = []
    node.AddObserver(node.PointModifiedEvent, lambda *_: heard.append(1))
    put_point(node, "B", [1, 1, 1])
    assert heard == [1]


def test_locking_is_exact(node):
    lock(node, {"A", "C"})
    assert locked_labels(node) == {"A", "C"}
    assert [bool(node.GetNthControlPointLocked(number)) for number in range(3)] == [True, False, True]
    lock(node, ())
    assert locked_labels(node) == frozenset()


def test_all_but_the_one_under_review_are_locked(node):
    lock_all_but(node, "B")
    assert locked_labels(node) == {"A", "C"}
    lock_all_but(node, "C")
    assert locked_labels(node) == {"A", "B"}
    lock_all_but(node, None)
    assert locked_labels(node) == {"A", "B", "C"}


def test_locked_points_are_moved_all_the_same(node):
    lock_all_but(node, None)
    put_point(node, "A", [5, 6, 7])
    np.testing.assert_array_equal(point_of(node, "A"), [5, 6, 7])


def test_a_label_that_is_not_there_is_refused(node):
    for act in (point_of, index_of, lock_all_but, lambda node, label: put_point(node, label, [0, 0, 0])):
        with pytest.raises(InputError, match="points: landmark 'D' is not in the list"):
            act(node, "D")


def test_no_node_is_refused():
    for act in (lambda: point_of(None, "A"), lambda: locked_labels(None), lambda: lock(None, ())):
        with pytest.raises(InputError, match="choose a point list"):
            act()
