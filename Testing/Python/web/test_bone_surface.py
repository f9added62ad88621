"""The bone of a scan: where the brightness passes the threshold, in the scan's own place."""

import numpy as np
import pytest
from skulls import ball

from craniomark.ground.volumes import Volume
from craniomark.web.bone_surface import bone_of, shrunk


def test_a_scan_without_bone_has_an_empty_surface():
    empty = bone_of(Volume(np.zeros((4, 4, 4), np.int16), np.eye(4)), 5.0)
    assert len(empty.fine.faces) == 0 and len(empty.coarse.faces) == 0


def test_means_of_voxels_stay_at_their_place():
    array = np.zeros((7, 6, 1), np.int16)
    array[2:4, 2:4] = 8
    small = shrunk(Volume(array, np.diag([0.5, 0.5, 2.0, 1.0])), 4)
    assert small.shape == (3, 3, 1) and small.array[1, 1, 0] == 8 and small.array.sum() == 8
    assert small.to_lps(np.array([1, 1, 0])) == pytest.approx([1.25, 1.25, 0.0])


def test_the_coarse_surface_has_fewer_triangles():
    made = bone_of(ball(radius=20.0, size=130), 500.0)
    assert 100 < len(made.coarse.faces) < len(made.fine.faces) / 2
