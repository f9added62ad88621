"""Sections out of place and folded, against scipy."""

import numpy as np
import pytest
import torch
from scipy import ndimage, optimize

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.ranges import DefectRange, Recipe, SlipRange
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.sections import Fold, SectionMoves
from craniomark.parts.augment.transform import Transform, apply

GRID = Grid.of((20, 24, 8), (0.5, 0.5, 2.0))


def rough(seed: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).uniform(0, 1, GRID.shape).astype(np.float32))


def test_shifted_sections_are_scipys() -> None:
    shifts = np.random.default_rng(3).uniform(-1.5, 1.5, (8, 2))
    found = apply(
        Transform(GRID, (SectionMoves(2, tuple(map(tuple, shifts.tolist())), (0.0,) * 8),)), rough()
    )
    for number, shift in enumerate(shifts):
        wanted = ndimage.shift(rough()[..., number].numpy(), shift / 0.5, order=1, mode="grid-constant")
        np.testing.assert_allclose(found.image[..., number], wanted, atol=1e-5)
        assert np.abs(wanted - rough()[..., number].numpy()).max() > 0.1


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_turned_sections_are_scipys(axis: int) -> None:
    grid = Grid.of((9, 10, 11), 0.7)
    image = torch.from_numpy(np.random.default_rng(2).uniform(0, 1, grid.shape).astype(np.float32))
    count = grid.shape[axis]
    degrees = tuple(np.linspace(-30, 30, count).tolist())
    found = apply(Transform(grid, (SectionMoves(axis, ((0.0, 0.0),) * count, degrees),)), image)
    for number, angle in enumerate(np.radians(degrees)):
        section = image.select(axis, number).numpy()
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = (np.array(section.shape) - 1) / 2
        wanted = ndimage.affine_transform(section, turn.T, middle - turn.T @ middle, order=1,
                                          mode="grid-constant")  # fmt: skip
        np.testing.assert_allclose(found.image.select(axis, number), wanted, atol=1e-5)


def test_a_slip_moves_one_section_and_a_shift_all_after_it() -> None:
    slips = sample(Recipe(sections=2, slips=SlipRange(slip=0.3, off=2.0)), GRID.shape, GRID.spacing, rng(3))
    (step,) = slips.steps
    assert isinstance(step, SectionMoves)
    moved = np.flatnonzero(np.any(step.shifts, axis=1))
    assert len(moved) > 0 and (np.diff(moved) > 1).all(), "slips lie apart"
    shifts = sample(Recipe(sections=2, slips=SlipRange(shift=0.5, off=2.0)), GRID.shape, GRID.spacing, rng(1))
    (step,) = shifts.steps
    assert isinstance(step, SectionMoves)
    first = int(np.flatnonzero(np.any(step.shifts, axis=1))[0])
    assert first < 7 and np.any(step.shifts[first:], axis=1).all()


def test_misaligned_sections_are_all_out_of_place() -> None:
    recipe = Recipe(sections=2, slips=SlipRange(misaligned=1.0, jitter=0.4))
    drawn = sample(recipe, (9, 9, 400), 1.0, rng(1))
    (step,) = drawn.steps
    assert isinstance(step, SectionMoves)
    assert np.std(step.shifts) == pytest.approx(0.4, rel=0.1)


def fold(**changed: object) -> Fold:
    usual = {"axis": 2, "section": 3, "degrees": 25.0, "off": 0.6, "depth": 1.0, "reach": 2.5, "line": 0.0}
    return Fold(**(usual | changed))  # type: ignore[arg-type]


def test_a_fold_hides_tissue_and_draws_the_rest_towards_it() -> None:
    drawn = Transform(GRID, (fold(),))
    rough_places = np.random.default_rng(1).uniform(-4, 4, (60, 2))
    places = np.column_stack([rough_places, np.zeros(60)]) + GRID.centre
    places[:, 2] = GRID.to_mm([0, 0, 3])[2]
    normal = np.array([np.cos(np.radians(25)), np.sin(np.radians(25)), 0])
    before = (places - GRID.centre) @ normal - 0.6
    after = (drawn.forward(places) - GRID.centre) @ normal - 0.6
    for was, now in zip(before, after, strict=True):
        if abs(was) < 1.0:
            assert np.isnan(now)
            continue
        far = abs(was)
        left = optimize.brentq(lambda x, far=far: x + np.exp(-x / 2.5) - far, 0, far)
        assert now == pytest.approx(np.sign(was) * left, abs=1e-9)
    seen = np.isfinite(after)
    assert 5 < seen.sum() < 55
    np.testing.assert_allclose(drawn.backward(drawn.forward(places)[seen]), places[seen], atol=1e-9)
    other = places + np.array([0, 0, 2.0])
    np.testing.assert_allclose(drawn.forward(other), other)


def test_only_the_folded_section_changes_and_its_line_is_filled() -> None:
    found = apply(Transform(GRID, (fold(line=0.4),)), rough()).image
    others = [0, 1, 2, 4, 5, 6, 7]
    np.testing.assert_allclose(found[..., others], rough()[..., others], atol=1e-5)
    assert float((found[..., 3] - rough()[..., 3]).abs().mean()) > 0.05
    angle = np.radians(25)
    one, two = np.meshgrid((np.arange(20) - 9.5) * 0.5, (np.arange(24) - 11.5) * 0.5, indexing="ij")
    line = np.abs(np.cos(angle) * one + np.sin(angle) * two - 0.6) <= 0.4
    dark = found[..., 3].numpy() == 0
    assert line.sum() > 20 and dark[line].all()
    assert dark[3:-3, 3:-3].sum() == line[3:-3, 3:-3].sum(), "nothing else, but at the border"
    mean = apply(Transform(GRID, (fold(depth=0.0, line=0.4, fill="mean"),)), rough()).image[..., 3]
    changed = (mean - rough()[..., 3]).abs() > 1e-4  # reading at whole voxels leaves rounding
    assert abs(int(changed.sum()) - int(line.sum())) <= 1
    torch.testing.assert_close(
        mean[changed], rough()[..., 3].mean().expand(int(changed.sum())), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize(
    ("name", "value"), [("depth", 3.0), ("fill", "pink"), ("line", -1.0), ("section", 9)]
)
def test_odd_folds_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        Transform(GRID, (fold(**{name: value}),))


def test_moves_for_another_number_of_sections_are_refused() -> None:
    with pytest.raises(ValueError, match="8 sections"):
        Transform(GRID, (SectionMoves(2, ((0.0, 0.0),), (0.0,)),))
    with pytest.raises(ValueError, match="axis"):
        Transform(Grid.of((4, 4)), (SectionMoves(1, ((0.0, 0.0),) * 4, (0.0,) * 4),))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_no_two_adjacent_sections_are_ever_defective(axis: int) -> None:
    recipe = Recipe(sections=axis, defects=DefectRange(0.2, 0.2, 0.2, 0.2))
    kinds = set()
    for seed in range(60):
        drawn = sample(recipe, (15, 15, 15), 1.0, rng(seed))
        numbers = sorted(number for step in drawn.steps for _, number in step.sections)
        assert numbers and (np.diff(numbers) > 1).all()
        kinds |= {type(step).__name__ for step in drawn.steps}
    assert kinds == {"Fold", "MissingSections", "LowContrastSections", "Artefact"}


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)
