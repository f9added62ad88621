"""A press takes the point under review, whatever lies in front of it."""

from types import SimpleNamespace

import numpy as np
import pytest

from craniomark.ground.landmarks import LandmarkSet
from craniomark.mrml import add_landmarks
from craniomark.web.grip import Grip, position_in

FRONT, BACK, ASIDE = 0, 1, 2


@pytest.fixture
def points(scene):
    """Two points at one place of a slice, and one aside; the widgets take the first."""
    places = np.array([[-10.0, -20.0, 0.0], [-10.0, -20.0, 0.2], [-60.0, -20.0, 0.0]])
    return add_landmarks(scene, LandmarkSet(("front", "back", "aside"), places), "points")


@pytest.fixture
def view(scene, points):
    """An axial slice through the origin, one pixel a millimetre, with the origin at its lower left."""
    node = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    node.SetOrientationToAxial()
    node.SetDimensions(200, 100, 1)
    node.SetFieldOfView(200, 100, 1)
    node.SetXYZOrigin(-100, 50, 0)
    display, moved = points.GetDisplayNode(), []

    def move(event):
        moved.append(event)
        x, y = mouse.GetEventPosition()
        near = np.hypot(*np.subtract(position_in(made, points, FRONT), (x, y))) < 20
        display.SetActiveComponent(display.ComponentControlPoint if near else display.ComponentNone, FRONT)

    at = [0, 0]
    mouse = SimpleNamespace(InvokeEvent=move, GetEventPosition=lambda: tuple(at))
    made = SimpleNamespace(get_view_node=lambda: node, interactor=lambda: mouse, moved=moved, at=at)
    return made


def taken(view, points, number, off=(0.0, 0.0), scale=1.0):
    view.at[:] = np.add(position_in(view, points, BACK), off)
    return Grip(lambda: (points, number)).take(view, scale), points.GetDisplayNode().GetActiveComponentIndex()


def test_a_point_behind_another_is_taken(view, points):
    assert taken(view, points, BACK) == (True, BACK)
    assert view.moved == ["MouseMoveEvent"], "the widgets look again before the press"


def test_one_that_is_aside_is_not(view, points):
    assert taken(view, points, ASIDE) == (False, FRONT)


def test_on_a_fine_screen_the_reach_is_as_large_on_the_page(view, points):
    assert taken(view, points, BACK, (12.0, 0.0)) == (False, FRONT)
    assert taken(view, points, BACK, (12.0, 0.0), scale=2.0) == (True, BACK)


def test_where_the_widgets_take_nothing_the_press_turns_the_view(view, points):
    assert taken(view, points, BACK, (0.0, 40.0))[0] is False
    assert Grip(lambda: None).take(view, 1.0) is False


def test_a_point_off_the_slice_or_missing_is_nowhere(view, points):
    view.get_view_node().SetSliceOffset(9.0)
    assert position_in(view, points, BACK) is None
    view.get_view_node().SetSliceOffset(0.0)
    points.SetNthControlPointPositionMissing(BACK)
    assert position_in(view, points, BACK) is None
