"""Transforms: replayed to the bit, image, mask and points alike, by one interpolation."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from craniomark.parts.augment.defects import MissingSections
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.looks import Noise
from craniomark.parts.augment.moves import Affine, Mirror, Window
from craniomark.parts.augment.recipes import RECIPES, section_defects
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.sections import Fold
from craniomark.parts.augment.transform import Transform, apply, apply_each

SEEDS = st.integers(0, 2**32)
SHAPE, SPACING = (24, 20, 12), (0.5, 0.6, 1.5)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise(shape: tuple[int, ...] = SHAPE) -> torch.Tensor:
    return torch.from_numpy(rng(1).uniform(0, 1, shape).astype(np.float32))


def same(first: torch.Tensor, again: torch.Tensor) -> bool:
    return first.dtype == again.dtype and torch.equal(first, again)


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=15)
@given(seed=SEEDS)
def test_a_transform_is_told_in_json_and_replayed_to_the_bit(name: str, seed: int) -> None:
    drawn = sample(RECIPES[name](), SHAPE, SPACING, rng(seed))
    assert sample(RECIPES[name](), SHAPE, SPACING, rng(seed)) == drawn
    replayed = Transform.from_json(drawn.to_json())
    assert replayed == drawn
    mask, places = noise() > 0.5, rng(2).uniform(2, 6, (5, 3))
    first, again = apply(drawn, noise(), mask, places), apply(replayed, noise(), mask, places)
    assert same(first.image, again.image)
    assert first.mask is not None and again.mask is not None and same(first.mask, again.mask)
    np.testing.assert_array_equal(first.points, again.points)
    assert tuple(first.image.shape) == first.grid.shape


def test_other_seeds_give_other_samples() -> None:
    first, other = (apply(sample(section_defects(), SHAPE, 1.0, rng(s)), noise()).image for s in (1, 2))
    assert first.shape != other.shape or float((first - other).abs().mean()) > 0.01


@pytest.mark.parametrize("lead", [(), (2,), (3, 2)])
def test_single_images_channels_and_batches(lead: tuple[int, ...]) -> None:
    drawn = sample(section_defects(), SHAPE, 1.0, rng(8))
    one = apply(drawn, noise(), noise() > 0.5)
    many = apply(drawn, noise().expand(*lead, *SHAPE), (noise() > 0.5).expand(*lead, *SHAPE))
    assert many.image.shape == (*lead, *one.grid.shape)
    assert many.mask is not None and one.mask is not None
    assert same(many.mask[(0,) * len(lead)], one.mask)


def test_each_of_a_batch_may_have_its_own() -> None:
    drawn = [sample(RECIPES["scans"](), SHAPE, 1.0, rng(s)) for s in (1, 2)]
    found = apply_each(drawn, noise().expand(2, 1, *SHAPE), points=[np.ones((1, 3))] * 2)
    for one, given_ in zip(found, drawn, strict=True):
        assert same(one.image, apply(given_, noise()[None]).image)


def test_nothing_is_changed_without_steps(volume: torch.Tensor, volume_grid: Grid, points) -> None:
    found = apply(Transform(volume_grid), volume, volume > 1, points)
    assert same(found.image, volume)
    np.testing.assert_allclose(found.points, points, atol=1e-12)
    assert found.grid == volume_grid or np.allclose(found.grid.array, volume_grid.array)


def test_moves_are_interpolated_once(volume: torch.Tensor, volume_grid: Grid) -> None:
    """A small turn and its inverse give the very image back, which two interpolations never would."""
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]]
    rough = torch.from_numpy(rng(0).uniform(0, 1, volume.shape).astype(np.float32))
    there, back = (Affine(tuple(map(tuple, m.tolist()))) for m in (turn, np.linalg.inv(turn)))
    assert same(apply(Transform(volume_grid, (there, back)), rough).image, rough)
    assert not same(apply(Transform(volume_grid, (there,)), rough).image, rough)


@pytest.mark.parametrize("seed", range(6))
def test_the_image_is_read_where_the_points_say(seed: int) -> None:
    """scipy reads the image at the places that the transform tells for points, by itself."""
    drawn = sample(section_defects(), SHAPE, SPACING, rng(seed))
    moving = Transform(drawn.grid, tuple(s for s in drawn.steps if s.moves and not isinstance(s, Fold)))
    grid = moving.grid_after
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1).reshape(-1, 3)
    sources = moving.grid.to_index(moving.backward(grid.to_mm(index)))
    found = apply(moving, noise(), noise() > 0.5)
    wanted = ndimage.map_coordinates(noise().numpy(), sources.T, order=1, mode="grid-constant")
    np.testing.assert_allclose(found.image.numpy().ravel(), wanted, atol=2e-4)
    labels = ndimage.map_coordinates((noise() > 0.5).numpy().astype(int), sources.T.round(), order=0)
    assert found.mask is not None
    between = np.abs(sources - np.floor(sources) - 0.5).min(1) < 1e-3  # a half rounds either way
    np.testing.assert_array_equal(found.mask.numpy().ravel()[~between], labels[~between] > 0)


def test_a_mask_may_be_read_linearly_with_a_threshold(volume: torch.Tensor, volume_grid: Grid) -> None:
    turn = np.eye(4)
    turn[:2, :2] = [[0.9, -0.1], [0.1, 0.9]]
    moved = Transform(volume_grid, (Affine(tuple(map(tuple, turn.tolist()))),))
    near, linear = (apply(moved, volume, volume > 1, mask_mode=mode).mask for mode in ("nearest", "linear"))
    assert near is not None and linear is not None
    smooth = apply(moved, (volume > 1).float()).image >= 0.5
    assert torch.equal(linear, smooth)
    assert 0 < float((near != linear).float().mean()) < 0.05


def test_points_move_much_farther_than_they_may_differ_from_the_image() -> None:
    places = np.full((1, 3), 4.0)
    drawn = [sample(RECIPES["scans"](0.5), (16, 16, 16), 0.5, rng(seed)) for seed in range(30)]
    assert np.median([np.linalg.norm(one.forward(places)[0] - places[0]) for one in drawn]) > 0.8


@settings(max_examples=15)
@given(seed=SEEDS)
def test_a_bright_spot_goes_where_its_point_goes(seed: int) -> None:
    grid = Grid.of((40, 36, 30), (0.5, 0.55, 0.7))
    drawn = sample(RECIPES["scans"](0.5), grid.shape, grid.spacing, rng(seed))
    moving = Transform(grid, tuple(step for step in drawn.steps if step.moves))
    spot = grid.centre + rng(seed).uniform(-3, 3, 3)
    away = (grid.places(torch.zeros(())).numpy() - spot) ** 2
    image = torch.from_numpy(np.exp(-away.sum(-1) / (2 * 1.2**2)).astype(np.float32))
    found = apply(moving, image, image > 0.5, spot[None])
    weights = found.image.double().numpy() ** 2
    places = found.grid.places(torch.zeros((), dtype=torch.double)).numpy()
    centre = (weights[..., None] * places).sum((0, 1, 2)) / weights.sum()
    assert found.points is not None and found.mask is not None
    np.testing.assert_allclose(centre, found.points[0], atol=0.2)
    np.testing.assert_allclose(places[found.mask.numpy()].mean(0), found.points[0], atol=0.4)
    np.testing.assert_allclose(moving.backward(moving.forward(spot[None])), spot[None], atol=1e-6)


def test_points_that_leave_or_are_missing_become_missing(volume_grid: Grid, points) -> None:
    cut = Transform(volume_grid, (Window((0, 0, 0), (3, 18, 12)),))
    points[0] = np.nan
    found = apply(cut, torch.zeros(volume_grid.shape), points=points).points
    assert np.isnan(found).all()
    np.testing.assert_allclose(cut.forward(points)[1:], points[1:])


def test_the_device_does_not_matter() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    for seed in range(5):
        drawn = sample(section_defects(), SHAPE, SPACING, rng(seed))
        here, there = apply(drawn, noise()), apply(drawn, noise().cuda())
        torch.testing.assert_close(there.image.cpu(), here.image, rtol=0, atol=2e-3)


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((Noise(0.1, 1), Mirror((0, 1, 2), (True, False, False))), "put what moves first"),
        ((MissingSections(2, (3, 4)),), "both defective"),
        ((MissingSections(2, (3,)), MissingSections(2, (3,))), "twice"),
        ((MissingSections(2, (12,)),), "section is 12"),
        ((Mirror((0, 1), (True, False)),), "order"),
        ((Window((20, 0, 0), (2, 2, 2)),), "shows nothing"),
        ((Affine(((0.0,) * 4,) * 4),), "singular"),
    ],
)
def test_unsound_steps_are_refused(volume_grid: Grid, steps, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Transform(volume_grid, steps)


def test_a_wrong_shape_is_refused(volume_grid: Grid) -> None:
    with pytest.raises(ValueError, match="image has shape"):
        apply(Transform(volume_grid), torch.zeros(3, 3, 3))


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v | {"schema": 9},
        lambda v: v | {"steps": [{"step": "Explode"}]},
        lambda v: v | {"steps": [{"step": "Noise", "deviation": 1.0}]},
        lambda _: [1],
    ],
)
def test_odd_json_is_refused(volume_grid: Grid, change) -> None:
    values = json.loads(Transform(volume_grid).to_json())
    with pytest.raises(ValueError, match=r"step|text"):
        Transform.from_json(json.dumps(change(values)))
