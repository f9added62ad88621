"""The working image: blocks averaged, nothing moved, air at zero, any data type, little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from craniomark.engine.image import grid_points
from craniomark.flows.pipeline.working import FINEST_MM, working_image
from craniomark.ground.geometry import random_rotations
from craniomark.ground.volumes import Volume


def volume_of(array: np.ndarray, spacing: float | tuple[float, ...] = 0.02) -> Volume:
    return Volume(array, np.diag([*np.broadcast_to(spacing, 3), 1.0]))


def with_air(array: np.ndarray) -> np.ndarray:
    """The first half of the slices empty, so that air is zero."""
    array[: len(array) // 2] = 0
    return array


def test_blocks_are_averaged_as_numpy_does() -> None:
    array = with_air(np.random.default_rng(1).uniform(0, 100, (13, 9, 11)))
    found = working_image(volume_of(array, (0.02, 0.03, 0.05)))
    expected = array[:12, :8].reshape(4, 3, 4, 2, 11).mean((1, 3))
    np.testing.assert_allclose(found.voxels, expected, rtol=1e-5)
    np.testing.assert_allclose(found.spacing, [0.06, 0.06, 0.05])


@given(st.integers(0, 2**32 - 1))
def test_values_stay_where_they_were(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.eye(4)
    sides = rng.uniform(0.012, 0.07, 3) * [rng.choice([-1, 1]), 1, 1]
    matrix[:3, :3] = random_rotations(1, rng)[0] @ np.diag(sides)
    matrix[:3, 3] = rng.uniform(-30, 30, 3)
    shape = tuple(int(n) for n in rng.integers(8, 20, 3))
    slope = rng.normal(size=3)
    ramp = grid_points(shape, matrix).double().numpy() @ slope
    found = working_image(Volume(ramp, matrix))
    places = grid_points(found.shape, found.matrix).double().numpy()
    level = float(np.percentile(ramp, 2))
    np.testing.assert_allclose(found.voxels.numpy() + level, places @ slope, atol=1e-3)


def test_an_image_that_is_coarse_enough_is_not_averaged() -> None:
    array = with_air(np.random.default_rng(2).uniform(0, 9, (6, 5, 4)).astype(np.float32))
    volume = volume_of(array, FINEST_MM)
    found = working_image(volume)
    np.testing.assert_array_equal(found.voxels, array)
    np.testing.assert_array_equal(found.matrix, volume.matrix)


@pytest.mark.parametrize("spacing", [0.01, 0.2])
def test_air_becomes_zero_and_contrast_stays(spacing: float) -> None:
    array = np.full((24, 24, 24), -1000, dtype=np.int16)
    array[12:18, 12:18, 12:18] = 1500
    found = working_image(volume_of(array, spacing)).voxels
    assert float(found.min()) == 0
    assert float(found.max()) == 2500
    assert float(found[0, 0, 0]) == 0


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", ">i2", "i4", "u4", "i8", "u8", "f2", ">f4", "f8"])
@pytest.mark.parametrize("spacing", [0.02, 0.1])
def test_every_data_type_is_taken_to_its_limits(kind: str, spacing: float) -> None:
    dtype = np.dtype(kind)
    most = np.iinfo(dtype).max if dtype.kind in "iu" else min(float(np.finfo(dtype).max), 1e30)
    array = np.zeros((12, 12, 12), dtype=dtype)
    array[6:] = most
    found = working_image(volume_of(array, spacing))
    assert found.voxels.dtype.is_floating_point
    np.testing.assert_allclose(found.voxels[-1], float(array[-1, -1, -1]), rtol=1e-6)
    np.testing.assert_array_equal(found.voxels[0], 0)


def test_an_image_that_may_not_be_written_is_taken_without_a_word_and_left_alone() -> None:
    array = with_air(np.random.default_rng(3).uniform(1, 9, (6, 6, 6)).astype(np.float32))
    array.flags.writeable = False
    before = array.copy()
    found = working_image(volume_of(array, 0.1))
    np.testing.assert_array_equal(found.voxels, before)
    np.testing.assert_array_equal(array, before)


def test_thin_scans_keep_at_least_a_slice() -> None:
    array = np.arange(2 * 30 * 30, dtype=np.float32).reshape(2, 30, 30)
    assert working_image(volume_of(array, 0.01)).shape == (1, 5, 5)


def test_averaging_needs_memory_for_a_slab_and_the_result_only() -> None:
    array = np.zeros((240, 160, 160), dtype=np.uint8)
    tracemalloc.start()
    working_image(volume_of(array, 0.02))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < array.size, "a float copy of the whole would take four times as much"


def test_padding_far_below_air_is_taken_for_air() -> None:
    rng = np.random.default_rng(4)
    array = rng.normal(-1000, 20, (40, 40, 40)).astype(np.float32)
    array[15:25, 15:25, 15:25] = 1500
    array[:8] = -2000
    voxels = working_image(volume_of(array, 0.1)).voxels.numpy()
    assert voxels[:8].max() == 0
    assert voxels[30:].max() < 200
    assert 2300 < voxels[20, 20, 20] < 2700


def test_a_box_without_noise_keeps_its_zero() -> None:
    array = np.zeros((30, 30, 30), dtype=np.uint8)
    array[10:20, 10:20, 10:20] = 200
    np.testing.assert_array_equal(working_image(volume_of(array, 0.1)).voxels.numpy(), array)
