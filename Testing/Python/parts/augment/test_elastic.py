"""Smooth deformations against scipy; none folds, and each can be undone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline
from scipy.ndimage import gaussian_filter, map_coordinates

from craniomark.parts.augment.elastic import ControlPointElastic, GaussianElastic, steepness
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.ranges import ElasticRange, Recipe
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.transform import Transform, apply

GRID = Grid.of((18, 16, 11), (0.5, 0.5, 1.0))


def lattice(amplitude: float, shape: tuple[int, ...] = (3, 6, 5, 5)) -> ControlPointElastic:
    vectors = np.random.default_rng(1).normal(0, amplitude, shape)
    return ControlPointElastic(tuple(tuple(tuple(map(tuple, b)) for b in a) for a in vectors.tolist()))


def read_at(image: torch.Tensor, displaced: np.ndarray, grid: Grid) -> np.ndarray:
    """Read an image with scipy where displacements, mm, shape (3, *shape), lead."""
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"))
    places = index + displaced / grid.spacing[:, None, None, None]
    return map_coordinates(image.numpy(), places, order=1, mode="grid-constant")


def test_control_points_are_scipys_splines(volume: torch.Tensor) -> None:
    step = lattice(0.3)
    image = volume[:18, :16, :11].contiguous()
    field = np.asarray(step.vectors)
    for axis, count in enumerate(GRID.shape, start=1):
        points = field.shape[axis]
        knots = np.arange(points + 4) - 3.0
        place = np.linspace(0, points - 3, count)
        basis = BSpline.design_matrix(place.clip(max=points - 3 - 1e-12), knots, 3).toarray()
        field = np.moveaxis(np.tensordot(basis, field, (1, axis)), 0, axis)
    found = apply(Transform(GRID, (step,)), image).image.numpy()
    np.testing.assert_allclose(found, read_at(image, field, GRID), atol=1e-4)
    assert np.abs(found - image.numpy()).max() > 0.05, "without displacements this would test nothing"


def test_smoothed_noise_is_scipys(volume: torch.Tensor) -> None:
    step = GaussianElastic(seed=5, width=2.0, amplitude=(0.3, 0.3, 0.0))
    image = volume[:18, :16, :11].contiguous()
    noise = np.random.default_rng(5).standard_normal((3, *GRID.shape), dtype=np.float32)
    width = 2.0 / GRID.spacing

    def smoothed(of: np.ndarray) -> np.ndarray:
        return gaussian_filter(of.astype(float), width, mode="constant", truncate=20)

    wanted = np.stack([smoothed(one) / smoothed(np.ones(GRID.shape)) for one in noise])
    # What a Gaussian leaves of white noise's deviation, measured in its middle by an impulse.
    impulse = np.zeros((61, 61, 61))
    impulse[30, 30, 30] = 1
    left = np.sqrt((gaussian_filter(impulse, width, truncate=7) ** 2).sum())
    found = step.displacements(GRID).numpy()
    middle = (slice(None), 9, 8, 5)
    assert np.corrcoef(found[:2].ravel(), wanted[:2].ravel())[0, 1] > 0.97
    np.testing.assert_allclose(found[middle][:2], (0.3 * wanted / left)[middle][:2], rtol=0.15)
    assert not found[2].any(), "no amplitude, no displacement"
    warped = apply(Transform(GRID, (step,)), image).image.numpy()
    np.testing.assert_allclose(warped, read_at(image, found, GRID), atol=1e-3)


def test_smoothed_noise_has_its_deviation_everywhere() -> None:
    fields = torch.stack([GaussianElastic(s, 1.5, (0.4,) * 3).displacements(GRID) for s in range(200)])
    spread = fields.std((0, 1))
    torch.testing.assert_close(spread, torch.full_like(spread, 0.4), rtol=0.15, atol=0)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32), amplitude=st.floats(0.01, 30), width=st.floats(0.8, 6), points=st.booleans()
)
def test_whatever_is_drawn_can_be_undone(seed: int, amplitude: float, width: float, points: bool) -> None:
    ranges = {"control_points" if points else "gaussian": ElasticRange(1.0, amplitude, width)}
    drawn = sample(Recipe(**ranges), GRID.shape, GRID.spacing, np.random.default_rng(seed))
    places = GRID.to_mm(np.random.default_rng(seed).uniform(-2, 18, (40, 3)))
    there = drawn.forward(places)
    np.testing.assert_allclose(drawn.backward(there), places, atol=1e-5)
    np.testing.assert_allclose(drawn.forward(drawn.backward(places)), places, atol=1e-5)


def test_strong_fields_are_made_smaller_and_do_not_fold() -> None:
    step = lattice(50.0)
    assert steepness(step.displacements(GRID), GRID) > 10
    wild = Transform(GRID, (step,))
    places = GRID.places(torch.zeros((), dtype=torch.double)).numpy()
    back = wild.backward(places.reshape(-1, 3)).reshape(places.shape)
    inner = (slice(None, -1),) * 3
    columns = [np.diff(back, axis=a)[(*inner[:a], slice(None), *inner[a + 1 :])] for a in range(3)]
    volumes = np.linalg.det(np.stack(columns, -1))
    assert volumes.min() > 0
    assert np.abs(back - places).max() > 0.2


def test_flat_deformations_stay_within_sections() -> None:
    recipe = Recipe(sections=2, gaussian=ElasticRange(1.0, 0.5, 2.0, flat=True),
                    control_points=ElasticRange(1.0, 0.5, 3.0, flat=True))  # fmt: skip
    drawn = sample(recipe, GRID.shape, GRID.spacing, np.random.default_rng(1))
    places = GRID.to_mm(np.random.default_rng(2).uniform(2, 9, (30, 3)))
    moved = drawn.forward(places) - places
    assert np.abs(moved[:, :2]).max() > 0.05
    np.testing.assert_allclose(moved[:, 2], 0, atol=1e-9)


def test_pictures_are_deformed_too() -> None:
    recipe = Recipe(gaussian=ElasticRange(1.0, 0.8, 3.0), control_points=ElasticRange(1.0, 0.8, 6.0))
    drawn = sample(recipe, (30, 28), 1.0, np.random.default_rng(1))
    picture = torch.rand(30, 28, generator=torch.Generator().manual_seed(1))
    found = apply(drawn, picture, points=[[14.0, 13.0]])
    index = np.stack(np.meshgrid(np.arange(30), np.arange(28), indexing="ij"), -1).reshape(-1, 2)
    wanted = map_coordinates(picture.numpy(), drawn.backward(index).T, order=1, mode="grid-constant")
    np.testing.assert_allclose(found.image.numpy().ravel(), wanted, atol=1e-4)
    assert found.points is not None and np.isfinite(found.points).all()


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: GaussianElastic(1, 0.0, (1.0,)), "width"),
        (lambda: GaussianElastic(1, 1.0, (-1.0,)), "amplitude"),
        (lambda: Transform(GRID, (GaussianElastic(1, 1.0, (1.0,)),)), "amplitude"),
        (lambda: Transform(GRID, (lattice(1.0, (3, 3, 5, 5)),)), "vectors"),
    ],
)
def test_odd_parameters_are_refused(make, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        make()
