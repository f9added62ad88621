"""A surface with numbers: colours, histogram, and the vertex that is picked."""

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.web.bars import BINS, histogram
from craniomark.web.surfaces import SurfaceShown, bar_colours, colour_at

CORNERS = np.array([[0.0, 0, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2]])
FACES = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]
ERRORS = np.array([0.0, 1.0, 2.0, np.nan])


@pytest.fixture
def shown(scene):
    made = SurfaceShown(lambda: scene)
    made.show(Surface(CORNERS, FACES, {"error": ERRORS, "side": np.arange(4.0)}), "shape")
    return made


def test_the_first_numbers_colour_it_over_their_range(shown):
    display = shown.node.GetDisplayNode()
    assert shown.names == ("error", "side") and display.GetActiveScalarName() == "error"
    assert display.GetScalarVisibility() and display.GetScalarRange() == (0.0, 2.0)
    assert shown.summary["mean"] == pytest.approx(1.0) and sum(shown.counts.counts) == 3


def test_other_numbers_and_none(shown):
    shown.choose("side")
    assert shown.high == 3.0
    shown.choose("")
    assert shown.counts is None and not shown.node.GetDisplayNode().GetScalarVisibility()
    with pytest.raises(InputError, match="choose others"):
        shown.choose("weight")


def test_a_range_is_given_the_smaller_end_first(shown):
    shown.range(0.5, 1.5)
    assert shown.node.GetDisplayNode().GetScalarRange() == (0.5, 1.5)
    with pytest.raises(InputError, match="smaller one first"):
        shown.range(2, 1)


def test_the_nearest_vertex_is_picked_in_lps(shown, scene):
    picked = shown.pick(np.array([-1.9, -0.1, 0.0]))  # RAS
    assert (picked.vertex, picked.place, picked.value) == (1, (2.0, 0.0, 0.0), 1.0)
    mark = scene.GetFirstNodeByClass("vtkMRMLMarkupsFiducialNode")
    assert mark.GetNthControlPointPosition(0) == pytest.approx((-2.0, 0.0, 0.0))
    shown.end()
    assert scene.GetFirstNodeByClass("vtkMRMLMarkupsFiducialNode") is None and shown.picked is None


def test_values_beyond_the_range_count_at_its_ends():
    counts = histogram(np.array([-5.0, 0.5, 9.0, np.inf]), 0.0, 1.0).counts
    assert counts[0] == 1 and counts[-1] == 1 and sum(counts) == 3
    assert sum(histogram(np.ones(3), 1.0, 1.0).counts) == 3


def test_colours_grow_brighter():
    brightness = [sum(colour_at(part)) for part in np.linspace(0, 1, 9)]
    assert brightness == sorted(brightness) and len(bar_colours()) == BINS
    assert bar_colours()[0].startswith("#4")
