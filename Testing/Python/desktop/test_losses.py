"""The curves of a training on a chart of the scene."""

import math

from craniomark.desktop.losses import (
    MOST_POINTS,
    chart_of,
    columns_of_terms,
    parts_of,
    show_losses,
    terms_of,
    thinned,
)
from craniomark.mrml import plot_of

CURVES = {
    ("orient", "loss/total"): [(1, 0.5), (2, None), (3, 0.25)],
    ("orient", "validation/mean_mm"): [(3, 0.1)],
    ("landmark", "loss/total"): [(1, 0.7)],
}


def test_each_term_is_a_curve_and_the_chart_is_used_again(scene):
    chart = show_losses(scene, CURVES, "orient", "orient")
    plot = plot_of(chart)
    assert [curve.name for curve in plot.curves] == ["loss/total", "validation/mean_mm"] and plot.log_y
    assert show_losses(scene, CURVES, "landmark", "landmark") is chart is chart_of(scene)
    assert [curve.name for curve in plot_of(chart).curves] == ["loss/total"]
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 1


def test_after_the_scene_was_closed_it_is_made_again(scene):
    show_losses(scene, CURVES, "orient", "orient")
    scene.Clear(0)
    assert chart_of(scene) is None
    assert show_losses(scene, CURVES, "orient", "orient") is chart_of(scene)


def test_no_curves_no_chart(scene):
    assert show_losses(scene, {}, "orient", "orient") is None and chart_of(scene) is None


def test_a_loss_below_zero_has_no_logarithm(scene):
    chart = show_losses(scene, {("", "loss"): [(1, -1.0), (2, 0.5)]}, "", "x")
    assert not plot_of(chart).log_y


def test_short_curves_repeat_their_last_point():
    columns = columns_of_terms(terms_of(CURVES, "orient"))
    assert columns["validation/mean_mm"] == [0.1, 0.1] and columns["validation/mean_mm: step"] == [3, 3]
    assert columns["loss/total"] == [0.5, 0.25]


def test_long_curves_are_thinned_and_keep_their_end():
    points = [(step, math.exp(-step)) for step in range(10 * MOST_POINTS + 3)]
    kept = thinned(points)
    assert len(kept) <= MOST_POINTS + 1 and kept[0] == points[0] and kept[-1] == points[-1]


def test_networks_in_their_order():
    assert parts_of(CURVES) == ["orient", "landmark"]
