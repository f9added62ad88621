import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from craniomark.flows.pipeline.projections import project
from craniomark.ground.volumes import Volume

CORNERS = np.array([[x, y, z] for x in (-2, 2) for y in (-8, 8) for z in (-4, 4)], dtype=float)


def scan(matrix):
    """A bright box of 4 x 16 x 8 mm with a brighter tip at its anterior left upper corner."""
    array = np.zeros((40, 80, 60), np.uint8)
    volume = Volume(array, np.diag([0.25, 0.25, 0.25, 1.0])).moved(np.eye(4))
    shift = np.eye(4)
    shift[:3, 3] = -volume.centre
    volume = volume.moved(shift)
    index = np.stack(np.meshgrid(*map(np.arange, array.shape), indexing="ij"), axis=-1)
    where = volume.to_lps(index)
    array[(np.abs(where) < [2, 8, 4]).all(axis=-1)] = 100
    array[((where > [1, -8, 3]) & (where < [2, -7, 4])).all(axis=-1)] = 255
    return volume.moved(matrix)


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_any_pose_gives_the_views_of_the_template_frame(seed):
    random = np.random.default_rng(seed)
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(rng=random).as_matrix()
    pose[:3, 3] = random.normal(0, 20, 3)
    views = project(scan(pose), np.linalg.inv(pose), CORNERS)
    assert np.allclose(views.low, CORNERS.min(axis=0), atol=1.5)
    assert np.allclose(views.high, CORNERS.max(axis=0), atol=1.5)
    dorsal = views.along[2]
    x, y = np.unravel_index(dorsal.argmax(), dorsal.shape)
    step = (views.high - views.low)[:2] / dorsal.shape
    assert np.allclose(views.low[:2] + (x, y) * step, (1.5, -7.5), atol=0.8)


def test_a_holder_far_away_does_not_shrink_the_skull():
    volume = scan(np.eye(4))
    array = np.zeros((40, 400, 60), np.uint8)
    array[:, :80] = volume.array
    array[:, 380:] = 100
    views = project(Volume(array, volume.matrix), np.eye(4), CORNERS)
    assert views.high[1] < 16


def test_fine_scans_are_thinned_without_moving():
    volume = scan(np.eye(4))
    fine = Volume(np.repeat(np.repeat(np.repeat(volume.array, 3, 0), 3, 1), 3, 2), volume.matrix.copy())
    fine.matrix[:3, :3] /= 3
    fine.matrix[:3, 3] -= 0.25 / 3
    coarse, thinned = (project(one, np.eye(4), CORNERS).along[0] for one in (volume, fine))
    assert coarse.shape == thinned.shape
    assert np.abs(coarse - thinned).mean() < 0.05
