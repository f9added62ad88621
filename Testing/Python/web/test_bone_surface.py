"""The bone of a scan: where the brightness passes the threshold, in the scan's own place."""

import numpy as np
import pytest
from skulls import ball

from craniomark.ground.volumes import Volume
from craniomark.web.bone_surface import bone_of, isosurface, normals_of, shrunk


def test_the_surface_of_a_ball_lies_on_the_ball():
    made = isosurface(ball(), 500.0)
    assert np.linalg.norm(made.vertices, axis=1) == pytest.approx(4.0, abs=0.1)


def test_normals_look_outward_also_where_axes_are_mirrored():
    for sign in (1.0, -1.0):
        volume = ball()
        mirrored = Volume(volume.array, np.diag([sign, 1.0, 1.0, 1.0]) @ volume.matrix)
        made = isosurface(mirrored, 500.0)
        outward = made.vertices / np.linalg.norm(made.vertices, axis=1, keepdims=True)
        assert ((normals_of(made) * outward).sum(axis=1) > 0.9).all()


def test_bone_at_the_end_of_a_scan_is_closed():
    full = Volume(np.full((6, 6, 6), 10, np.int16), np.eye(4))
    array = full.array.copy()
    array[0] = 0
    made = isosurface(Volume(array, np.eye(4)), 5.0)
    edges = np.sort(made.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


def test_a_scan_without_bone_has_an_empty_surface():
    empty = bone_of(Volume(np.zeros((4, 4, 4), np.int16), np.eye(4)), 5.0)
    assert len(empty.fine.faces) == 0 and normals_of(empty.coarse).shape == (0, 3)


def test_means_of_voxels_stay_at_their_place():
    array = np.zeros((7, 6, 1), np.int16)
    array[2:4, 2:4] = 8
    small = shrunk(Volume(array, np.diag([0.5, 0.5, 2.0, 1.0])), 4)
    assert small.shape == (3, 3, 1) and small.array[1, 1, 0] == 8 and small.array.sum() == 8
    assert small.to_lps(np.array([1, 1, 0])) == pytest.approx([1.25, 1.25, 0.0])


def test_the_coarse_surface_has_fewer_triangles():
    made = bone_of(ball(radius=20.0, size=130), 500.0)
    assert 100 < len(made.coarse.faces) < len(made.fine.faces) / 2
