"""Surfaces of volumes: in their place, facing outward, closed where that is asked."""

import numpy as np
import pytest

from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.meshes.normals import vertex_normals
from craniomark.ground.volumes import Volume

RADIUS, SPACING, SIZE = 4.0, 0.5, 24


def ball() -> Volume:
    """Bright within, around the origin."""
    matrix = np.diag([SPACING] * 3 + [1.0])
    matrix[:3, 3] = -SPACING * (SIZE - 1) / 2
    index = np.stack(np.meshgrid(*[np.arange(SIZE)] * 3, indexing="ij"), -1)
    depth = RADIUS - np.linalg.norm(index * SPACING + matrix[:3, 3], axis=-1)
    return Volume(np.clip(500 + 500 * depth, 0, 1000).astype(np.float32), matrix)


def test_the_surface_of_a_ball_lies_on_the_ball():
    made = isosurface(ball(), 500.0)
    assert np.linalg.norm(made.vertices, axis=1) == pytest.approx(RADIUS, abs=0.1)


def test_normals_look_outward_also_where_axes_are_mirrored():
    for sign in (1.0, -1.0):
        volume = ball()
        mirrored = Volume(volume.array, np.diag([sign, 1.0, 1.0, 1.0]) @ volume.matrix)
        made = isosurface(mirrored, 500.0)
        outward = made.vertices / np.linalg.norm(made.vertices, axis=1, keepdims=True)
        assert ((vertex_normals(made) * outward).sum(axis=1) > 0.9).all()


def test_a_surface_is_closed_at_the_end_of_the_volume():
    full = Volume(np.full((6, 6, 6), 10, np.int16), np.eye(4))
    array = full.array.copy()
    array[0] = 0
    made = isosurface(Volume(array, np.eye(4)), 5.0, closed=True)
    edges = np.sort(made.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


def test_a_volume_that_nowhere_has_the_value_has_an_empty_surface():
    made = isosurface(ball(), 1e6)
    assert made.vertices.shape == (0, 3) and made.faces.shape == (0, 3)
