"""Distances that geometry knows."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from craniomark.ground.meshes import Surface, distances_to_surface, read_surface

LOW, HIGH = np.array([1, -3, 2]), np.array([5, 3, 12])


@given(points=arrays(np.float64, (7, 3), elements=st.floats(-30, 30)))
@settings(max_examples=40)
def test_distance_to_a_box(points: np.ndarray) -> None:
    outside = np.linalg.norm(np.maximum(np.maximum(LOW - points, points - HIGH), 0), axis=1)
    inside = np.minimum(points - LOW, HIGH - points).min(axis=1)
    expected = np.where(outside > 0, outside, inside)
    np.testing.assert_allclose(distances_to_surface(points, _box()), expected, atol=1e-9)


def _box() -> Surface:
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = [[q[0], q[i], q[i + 1]] for q in quads for i in (1, 2)]
    return Surface(LOW + corners * (HIGH - LOW), np.array(faces))


def test_distance_to_a_sphere(sphere: Surface) -> None:
    directions = np.random.default_rng(0).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    radii = np.linspace(0.5, 12, 200)
    found = distances_to_surface([-2, 4, 1] + directions * radii[:, None], sphere)
    np.testing.assert_allclose(found, np.abs(radii - 5), atol=0.01)


def test_missing_points_have_no_distance(box: Surface) -> None:
    found = distances_to_surface([[np.nan] * 3, [0, 0, 5]], box)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(1)


def test_no_points_have_no_distances(box: Surface) -> None:
    assert distances_to_surface(np.empty((0, 3)), box).shape == (0,)


def test_real_landmarks_lie_on_their_skull(mouse_mesh_folder: Path) -> None:
    from craniomark.ground.landmarks import read_landmarks

    landmarks = read_landmarks(mouse_mesh_folder / "SF.mrk.json")
    surface = read_surface(mouse_mesh_folder / "SF.ply")
    assert np.median(distances_to_surface(landmarks.points, surface)) < 0.1
