"""Changes of looks against scipy and numpy."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.interpolate import RegularGridInterpolator

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.looks import Bias, Blur, Clutter, FieldOfView, Levels, LowResolution, Noise
from craniomark.parts.augment.ranges import LooksRange, Recipe
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.steps import Step
from craniomark.parts.augment.transform import Transform, apply

GRIDS = [Grid.of((12, 10, 8), (0.5, 0.6, 1.2)), Grid.of((12, 10), (0.5, 0.6))]

CUBE = (((0.0, 0.0), (0.0, 0.0)),) * 2


def rough(grid: Grid) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).uniform(-0.2, 1, grid.shape).astype(np.float32))


def shown(grid: Grid, *steps: Step) -> np.ndarray:
    found = apply(Transform(grid, steps), rough(grid)).image.numpy()
    assert np.abs(found - rough(grid).numpy()).max() > 0.05, "an identity would test nothing"
    return found


@pytest.mark.parametrize("grid", GRIDS)
def test_blur_is_scipys_renormalised_at_the_borders(grid: Grid) -> None:
    def smoothed(of: np.ndarray) -> np.ndarray:
        return ndimage.gaussian_filter(of, 0.9 / grid.spacing, mode="constant", truncate=12)

    wanted = smoothed(rough(grid).double().numpy()) / smoothed(np.ones(grid.shape))
    np.testing.assert_allclose(shown(grid, Blur(0.9)), wanted, atol=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_bias_is_scipys_linear_interpolation(grid: Grid) -> None:
    field = np.random.default_rng(2).uniform(-0.5, 0.5, (3, 4, 2)[: grid.axes])
    axes = [np.linspace(0, n - 1, count) for n, count in zip(grid.shape, field.shape, strict=True)]
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1)
    wanted = rough(grid).numpy() * np.exp(RegularGridInterpolator(axes, field)(index))
    nested = tuple(tuple(map(tuple, a)) if grid.axes == 3 else tuple(a) for a in field.tolist())
    np.testing.assert_allclose(shown(grid, Bias(nested)), wanted, atol=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_low_resolution_is_block_means_and_scipys_zoom(grid: Grid) -> None:
    factors = (3.0, 2.0, 4.0)[: grid.axes]
    blocks = [part for n, f in zip(grid.shape, factors, strict=True) for part in (n // int(f), int(f))]
    small = rough(grid).double().numpy().reshape(blocks).mean(tuple(range(1, 2 * grid.axes, 2)))
    wanted = ndimage.zoom(small, factors, order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(shown(grid, LowResolution(factors)), wanted, atol=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_levels_are_those_of_the_formula(grid: Grid) -> None:
    was = rough(grid).double().numpy()
    found = shown(grid, Levels((1.5,), (-0.1,), (0.7,)))
    np.testing.assert_allclose(found, 1.5 * np.sign(was) * np.abs(was) ** 0.7 - 0.1, atol=1e-5)


def test_levels_of_sections() -> None:
    gains, offsets, gammas = np.random.default_rng(3).uniform(0.5, 2, (3, 10))
    step = Levels(tuple(gains), tuple(offsets), tuple(gammas), axis=1)
    was = rough(GRIDS[0]).double().numpy()
    for number in range(10):
        cut = was[:, number]
        wanted = gains[number] * np.sign(cut) * np.abs(cut) ** gammas[number] + offsets[number]
        np.testing.assert_allclose(shown(GRIDS[0], step)[:, number], wanted, atol=1e-5)


def test_brightness_in_two_and_three_dimensions_and_mixed() -> None:
    far = IntensityRange(gain=1.0)
    axes: dict[str, set[int]] = {"3d": set(), "2d": set(), "mixed": set()}
    for mode, found in axes.items():
        for seed in range(20):
            recipe = Recipe(sections=2, looks=LooksRange(1.0, far, 0.1, mode))
            (step,) = sample(recipe, (6, 6, 5), 1.0, np.random.default_rng(seed)).steps
            assert isinstance(step, Levels) and len(step.gain) == (1 if step.axis < 0 else 5)
            found.add(step.axis)
    assert axes == {"3d": {-1}, "2d": {2}, "mixed": {-1, 2}}


def test_noise_has_its_deviation_and_follows_its_seed() -> None:
    grid = Grid.of((30, 30, 30))
    first, again, other = (shown(grid, Noise(0.3, seed)) - rough(grid).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.std() == pytest.approx(0.3, rel=0.03) and abs(first.mean()) < 0.01
    assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(first[1:].ravel(), first[:-1].ravel())[0, 1]) < 0.05, "white"


@pytest.mark.parametrize("grid", GRIDS)
def test_image_mask_and_points_end_at_the_field_of_view(grid: Grid) -> None:
    normal = np.array([0.8, 0.6, 0.0][: grid.axes])
    step = FieldOfView(((*normal.tolist(), 1.0),))
    places = grid.places(torch.zeros((), dtype=torch.double)).numpy()
    beyond = (places - grid.centre) @ normal > 1.0
    changed = Transform(grid, (step,))
    found = apply(changed, torch.ones(grid.shape), torch.ones(grid.shape, dtype=torch.bool),
                  places.reshape(-1, grid.axes))  # fmt: skip
    np.testing.assert_array_equal(found.image.numpy() < 0.5, beyond)
    assert found.mask is not None and found.points is not None
    np.testing.assert_array_equal(~found.mask.numpy(), beyond)
    np.testing.assert_array_equal(np.isnan(found.points).any(1), beyond.ravel())
    assert 0.05 < beyond.mean() < 0.6


def test_clutter_is_a_rod_about_the_middle_of_the_grid() -> None:
    grid = Grid.of((30, 30, 30), 0.5).moved((100, 50, -20))
    step = Clutter((0.0, 0.0, -4.0), (0.0, 0.0, 4.0), 1.5, 1.5, 0.8)
    found = apply(Transform(grid, (step,)), torch.zeros(grid.shape)).image.numpy()
    volume = np.pi * 1.5**2 * 8 + 4 / 3 * np.pi * 1.5**3
    assert found.sum() / 0.8 * 0.5**3 == pytest.approx(volume, rel=0.03)
    places = grid.places(torch.zeros(())).numpy()[found > 0.4]
    np.testing.assert_allclose(places.mean(0), grid.centre, atol=0.05)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: Levels((1.0,), (0.0,), (0.0,)), "gamma"),
        (lambda: Levels((1.0, 1.0), (0.0,), (1.0,)), "gain"),
        (lambda: Transform(GRIDS[0], (Levels((1.0,), (0.0,), (1.0,), 2),)), "gain"),
        (lambda: Noise(-1.0, 1), "deviation"),
        (lambda: Blur(float("nan")), "width"),
        (lambda: LowResolution((0.5,)), "factors"),
        (lambda: Transform(GRIDS[0], (LowResolution((2.0,)),)), "factors"),
        (lambda: Transform(GRIDS[1], (Clutter((0.0,) * 3, (1.0,) * 3, 1.0, 1.0, 1.0),)), "start"),
        (lambda: Transform(GRIDS[1], (FieldOfView(((1.0, 0.0, 0.0, 1.0),)),)), "planes"),
        (lambda: Transform(GRIDS[1], (Bias(CUBE),)), "logarithms"),
    ],
)
def test_odd_parameters_are_refused(make, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        make()
