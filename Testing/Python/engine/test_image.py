"""Images asked at physical points: SimpleITK, scipy, ramps and closed forms are the oracles."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from synthetic import asymmetric, grid, image_of, oblique, seeds, similarity, tensor

from craniomark.engine.image import Image, grid_points
from craniomark.ground.geometry.fits import apply
from craniomark.ground.geometry.rotations import random_rotations
from craniomark.ground.volumes import Volume

SHAPE = (7, 5, 6)


def noise_image(rng: np.random.Generator, shape: tuple[int, int, int] = SHAPE) -> Image:
    return Image(tensor(rng.uniform(0, 1, shape)), oblique(rng))


def ramp_image(matrix: np.ndarray, slope: np.ndarray, shape: tuple[int, int, int] = SHAPE) -> Image:
    return Image(tensor(grid_points(shape, matrix).double() @ torch.as_tensor(slope)), matrix)


def places_in(image: Image, rng: np.random.Generator, count: int = 25) -> np.ndarray:
    """Random physical points between the outer voxels."""
    return apply(image.matrix, rng.uniform(0.02, 0.98, (count, 3)) * (np.array(image.shape) - 1))


@given(seeds)
def test_values_are_those_of_simpleitk(seed: int) -> None:
    sitk = pytest.importorskip("SimpleITK")
    rng = np.random.default_rng(seed)
    image = noise_image(rng)
    other = sitk.GetImageFromArray(image.voxels.numpy().T.copy())
    other.SetOrigin(image.matrix[:3, 3].tolist())
    other.SetSpacing(image.spacing.tolist())
    other.SetDirection((image.matrix[:3, :3] / image.spacing).ravel().tolist())
    points = places_in(image, rng)
    expected = [other.EvaluateAtPhysicalPoint(point.tolist(), sitk.sitkLinear) for point in points]
    np.testing.assert_allclose(image.at(tensor(points)).numpy(), expected, atol=3e-4)


@given(seeds)
def test_a_ramp_is_read_exactly_even_through_shear(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = oblique(rng)
    matrix[:3, :3] = matrix[:3, :3] @ (np.eye(3) + 0.3 * np.triu(rng.uniform(-1, 1, (3, 3)), 1))
    slope = rng.uniform(-1, 1, 3)
    image = ramp_image(matrix, slope)
    points = places_in(image, rng)
    np.testing.assert_allclose(image.at(tensor(points)).numpy(), points @ slope, atol=1e-3)


def test_points_keep_their_shape() -> None:
    image = noise_image(np.random.default_rng(0))
    points = tensor(places_in(image, np.random.default_rng(1), 24)).reshape(2, 3, 4, 3)
    assert image.at(points).shape == (2, 3, 4)
    np.testing.assert_array_equal(image.at(points).flatten(), image.at(points.reshape(-1, 3)))


def test_outside_is_zero() -> None:
    image = Image(torch.ones(SHAPE), np.diag([0.5, 1.0, 2.0, 1.0]))
    outside = tensor([[-0.6, 2, 5], [1, 5.1, 5], [1, 2, 12.1], [100, 100, 100]])
    np.testing.assert_array_equal(image.at(outside), 0)


@given(seeds)
def test_the_slope_of_a_ramp_is_exact_to_the_border(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slope = rng.uniform(-1, 1, 3)
    image = ramp_image(oblique(rng), slope)
    points = tensor(places_in(image, rng))
    values, slopes = image.with_slope(points)
    np.testing.assert_allclose(slopes.numpy(), np.tile(slope, (len(points), 1)), atol=1e-4)
    np.testing.assert_array_equal(values, image.at(points))


def test_the_slope_of_a_curved_image_is_near_the_closed_form() -> None:
    thing = asymmetric((2, 1.5, 1), 6, 0.9)
    rng = np.random.default_rng(4)
    shape, matrix = grid(3.0, (0.1, 0.15, 0.12))
    pose = similarity(random_rotations(1, rng)[0], shift=rng.uniform(-9, 9, 3))
    image = image_of(thing, shape, matrix).moved(pose)
    points = rng.uniform(-2, 2, (200, 3))
    slopes = image.with_slope(tensor(apply(pose, points)))[1].numpy()
    np.testing.assert_allclose(slopes, thing.slope(points) @ pose[:3, :3].T, atol=0.04)


def test_a_blur_is_that_of_scipy_in_the_interior() -> None:
    rng = np.random.default_rng(5)
    image = Image(tensor(rng.uniform(0, 1, (24, 20, 30))), np.diag([0.5, 0.9, 0.3, 1.0]))
    expected = image.voxels.numpy()
    for axis, spacing in enumerate((0.5, 0.9, 0.3)):
        sigma = 0.6 / spacing
        expected = gaussian_filter1d(expected, sigma, axis, radius=int(np.ceil(3 * sigma)))
    inner = (slice(6, -6), slice(6, -6), slice(6, -6))
    np.testing.assert_allclose(image.smoothed(0.6).voxels.numpy()[inner], expected[inner], atol=1e-5)


def test_a_blur_leaves_a_constant_alone_up_to_the_border() -> None:
    image = Image(torch.full(SHAPE, 3.0), np.diag([0.5, 0.9, 0.3, 1.0]))
    np.testing.assert_allclose(image.smoothed(1.1).voxels, 3.0, rtol=1e-5)


def test_no_blur_below_a_fifth_of_a_voxel() -> None:
    image = noise_image(np.random.default_rng(6))
    finest = float(image.spacing.min())
    assert torch.equal(image.smoothed(0.19 * finest).voxels, image.voxels)
    assert not torch.equal(image.smoothed(0.21 * finest).voxels, image.voxels)


@given(seeds, st.floats(0.1, 3.0))
def test_shrinking_keeps_every_value_in_its_place(seed: int, spacing: float) -> None:
    rng = np.random.default_rng(seed)
    slope = rng.uniform(-1, 1, 3)
    small = ramp_image(oblique(rng), slope, (12, 9, 10)).shrunk(spacing)
    expected = grid_points(small.shape, small.matrix).numpy() @ slope
    np.testing.assert_allclose(small.voxels.numpy(), expected, atol=1e-3)


@given(seeds, st.floats(0.05, 3.0))
def test_shrinking_keeps_the_first_corner_and_loses_less_than_a_block(seed: int, spacing: float) -> None:
    rng = np.random.default_rng(seed)
    image = noise_image(rng, (12, 9, 10))
    small = image.shrunk(spacing)
    np.testing.assert_allclose(apply(small.matrix, [-0.5] * 3), apply(image.matrix, [-0.5] * 3), atol=1e-9)
    lost = image.spacing * image.shape - small.spacing * small.shape
    assert (lost > -1e-9).all()
    assert (lost < small.spacing - 1e-9).all()


def test_shrinking_never_makes_voxels_finer() -> None:
    image = noise_image(np.random.default_rng(7))
    same = image.shrunk(0.01)
    assert same.shape == image.shape
    np.testing.assert_array_equal(same.voxels, image.voxels)


def test_shrinking_averages_noise() -> None:
    image = Image(tensor(np.random.default_rng(8).normal(size=(40, 40, 40))), np.eye(4))
    np.testing.assert_allclose(float(image.shrunk(4.0).voxels.std()), 1 / 8, rtol=0.1)


def test_inside_reaches_half_a_voxel_beyond_the_outer_centres() -> None:
    image = Image(torch.zeros(SHAPE), np.diag([0.5, 1.0, 2.0, 1.0]))
    last = (np.array(SHAPE) - 1) * [0.5, 1.0, 2.0]
    near = tensor(np.array([[-0.24, 0, 0], last + np.array([0, 0.49, 0])]))
    far = tensor(np.array([[-0.26, 0, 0], last + np.array([0, 0, 1.01])]))
    assert image.inside(near).all()
    assert not image.inside(far).any()
    assert not image.inside(near + 5.0).all()
    assert image.inside(near + 0.05, margin_mm=0.1).all()


@given(seeds)
def test_a_moved_image_shows_the_same_at_moved_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = noise_image(rng)
    transform = similarity(random_rotations(1, rng)[0], rng.uniform(0.7, 1.4), rng.uniform(-9, 9, 3))
    points = places_in(image, rng)
    seen = image.moved(transform).at(tensor(apply(transform, points)))
    np.testing.assert_allclose(seen.numpy(), image.at(tensor(points)).numpy(), atol=5e-4)


def test_its_own_grid_gives_the_image_itself() -> None:
    image = noise_image(np.random.default_rng(9))
    np.testing.assert_allclose(image.on_grid(image.shape, image.matrix).voxels, image.voxels, atol=2e-4)


def test_a_volume_of_any_type_and_memory_order_becomes_float() -> None:
    array = np.arange(np.prod(SHAPE), dtype=np.uint8).reshape(SHAPE[::-1]).T[::-1]
    image = Image.of(Volume(array, np.diag([0.5, 1.0, 2.0, 1.0])))
    assert image.voxels.dtype == torch.float32
    np.testing.assert_array_equal(image.voxels, array)
    np.testing.assert_allclose(image.spacing, [0.5, 1.0, 2.0])


def test_a_gain_scales_values() -> None:
    image = noise_image(np.random.default_rng(10))
    np.testing.assert_allclose(image.scaled(2.5).voxels, 2.5 * image.voxels.numpy())


@given(seeds)
def test_grid_points_are_where_the_volume_says(seed: int) -> None:
    matrix = oblique(np.random.default_rng(seed))
    index = np.stack(np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij"), axis=-1)
    expected = Volume(np.zeros(SHAPE), matrix).to_lps(index)
    np.testing.assert_allclose(grid_points(SHAPE, matrix).numpy(), expected, atol=1e-4)
