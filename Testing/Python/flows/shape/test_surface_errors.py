import numpy as np
import pytest
from ellipsoids import image_of

from craniomark.flows.shape.surface_errors import surface_errors, vertex_areas
from craniomark.ground.meshes.isosurface import isosurface


def ball(radius: float):
    return isosurface(image_of(np.full(3, radius)), 50.0)


def test_a_larger_ball_lies_outside_by_the_difference():
    errors = surface_errors(ball(7.0), ball(6.5))
    assert errors.to_true.mean() == pytest.approx(0.5, abs=0.02) and (errors.to_true > 0).all()
    assert surface_errors(ball(6.0), ball(6.5)).to_true.max() < 0
    for name in ("mean", "rms", "p95", "hausdorff"):
        assert errors.figures[f"symmetric_{name}"] == pytest.approx(0.5, abs=0.05)


def test_both_ways_differ_where_a_part_is_missing():
    whole = ball(6.5)
    from craniomark.ground.meshes.components import faces_kept

    half = faces_kept(whole, whole.vertices[whole.faces].mean(1)[:, 0] > 0)
    figures = surface_errors(half, whole).figures
    assert figures["predicted_to_true_hausdorff"] < 1e-6 and figures["true_to_predicted_hausdorff"] > 5


def test_areas_of_the_vertices_are_those_of_the_surface():
    assert vertex_areas(ball(6.5)).sum() == pytest.approx(4 * np.pi * 6.5**2, rel=0.02)
