"""Voxels of solids whose volume is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.meshes import Surface, voxelise


def test_sphere_has_its_volume_and_centre(sphere: Surface) -> None:
    found = voxelise(sphere, 0.2, 1.0)
    volume = found.array.sum() * 0.2**3
    assert volume == pytest.approx(4 / 3 * np.pi * 5**3, rel=0.01)
    np.testing.assert_allclose(found.to_lps(np.argwhere(found.array)).mean(axis=0), [-2, 4, 1], atol=0.02)


def test_voxels_of_a_sphere_lie_within_it(sphere: Surface) -> None:
    found = voxelise(sphere, 0.25, 0.5)
    grid = np.moveaxis(np.indices(found.shape), 0, -1)
    radius = np.linalg.norm(found.to_lps(grid) - [-2, 4, 1], axis=-1)
    assert (radius[found.array == 1] < 5 + 0.01).all()
    assert (radius[found.array == 0] > 5 - 0.25).all()


@given(
    spacing=st.tuples(*[st.floats(0.21, 0.9)] * 3),
    margin=st.floats(0, 2),
    shift=st.tuples(*[st.floats(-50, 50)] * 3),
)
@settings(max_examples=25)
def test_box_is_filled_to_within_a_voxel(
    spacing: tuple[float, float, float], margin: float, shift: tuple[float, float, float]
) -> None:
    low, high = np.array([1, -3, 2]) + shift, np.array([5, 3, 12]) + shift
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([[q[0], q[i], q[i + 1]] for q in quads for i in (1, 2)])
    found = voxelise(Surface(low + corners * (high - low), faces), spacing, margin)
    inside = found.to_lps(np.argwhere(found.array))
    step = np.array(spacing)
    np.testing.assert_array_less(low - 1e-6, inside.min(axis=0))
    np.testing.assert_array_less(inside.max(axis=0), high + 1e-6)
    np.testing.assert_array_less(inside.min(axis=0), low + step + 1e-6)
    np.testing.assert_array_less(high - step - 1e-6, inside.max(axis=0))
    counts = np.array([len(np.unique(np.argwhere(found.array)[:, axis])) for axis in range(3)])
    assert found.array.sum() == counts.prod()
    np.testing.assert_allclose(found.spacing, spacing)
    np.testing.assert_allclose(found.matrix[:3, 3], low - margin)


def test_inner_wall_makes_a_hollow(sphere: Surface) -> None:
    centre = sphere.vertices.mean(axis=0)
    inner = (sphere.vertices - centre) * 0.6 + centre
    vertices = np.vstack([sphere.vertices, inner])
    faces = np.vstack([sphere.faces, sphere.faces[:, ::-1] + len(sphere.vertices)])
    found = voxelise(Surface(vertices, faces), 0.25, 0.5)
    assert found.array.sum() * 0.25**3 == pytest.approx(4 / 3 * np.pi * (5**3 - 3**3), rel=0.01)


@pytest.mark.parametrize(("spacing", "margin"), [(0, 1), (-0.1, 1), (0.1, -1), (1e-4, 1), (np.nan, 1)])
def test_senseless_grids_are_refused(box: Surface, spacing: float, margin: float) -> None:
    with pytest.raises(ValueError, match=r"mm"):
        voxelise(box, spacing, margin)


def test_unknown_handedness_is_kept(box: Surface) -> None:
    assert not voxelise(Surface(box.vertices, box.faces, left_right_known=False), 1, 1).left_right_known
