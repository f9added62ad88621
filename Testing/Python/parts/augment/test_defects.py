"""Spoilt sections: as told, the others untouched."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from craniomark.parts.augment.defects import Artefact, LowContrastSections, MissingSections, apart
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.transform import Transform, apply

GRID = Grid.of((10, 12, 14), (0.5, 0.6, 0.7))


def rough() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).uniform(0, 1, (2, *GRID.shape)).astype(np.float32))


def test_missing_sections_are_filled() -> None:
    found = apply(Transform(GRID, (MissingSections(1, (2, 7)), MissingSections(1, (4,), "mean"))), rough())
    image, wanted = found.image.numpy(), rough().numpy().copy()
    wanted[:, :, [2, 7]] = 0
    wanted[:, :, 4] = wanted[:, :, 4].mean((1, 2), keepdims=True)
    np.testing.assert_allclose(image, wanted, atol=1e-6)


def test_sections_of_low_contrast_keep_their_mean() -> None:
    found = apply(Transform(GRID, (LowContrastSections(2, (3, 9), (0.25, 0.0)),)), rough()).image.numpy()
    for number, left in ((3, 0.25), (9, 0.0)):
        was = rough()[..., number].numpy()
        np.testing.assert_allclose(found[..., number].mean((1, 2)), was.mean((1, 2)), atol=1e-6)
        np.testing.assert_allclose(found[..., number].std((1, 2)), left * was.std((1, 2)), atol=1e-6)
    np.testing.assert_array_equal(np.delete(found, [3, 9], 3), np.delete(rough().numpy(), [3, 9], 3))


@pytest.mark.parametrize("fill", ["zero", "mean"])
def test_spots_hide_tissue_where_they_lie(fill: str) -> None:
    spots = ((0.5, -0.6, 0.8, 0.9), (-1.0, 1.5, 0.5, 0.4))
    found = apply(Transform(GRID, (Artefact(0, 4, spots, fill),)), rough()).image.numpy()
    was = rough()[:, 4].numpy().astype(float)
    one, two = np.meshgrid((np.arange(12) - 5.5) * 0.6, (np.arange(14) - 6.5) * 0.7, indexing="ij")
    seen = np.ones_like(one)
    for a, b, width, hidden in spots:
        seen *= 1 - hidden * np.exp(-((one - a) ** 2 + (two - b) ** 2) / (2 * width**2))
    filling = was.mean((1, 2), keepdims=True) if fill == "mean" else 0
    np.testing.assert_allclose(found[:, 4], seen * was + (1 - seen) * filling, atol=1e-5)
    np.testing.assert_array_equal(np.delete(found, 4, 1), np.delete(rough().numpy(), 4, 1))
    assert np.abs(found[:, 4] - was).max() > 0.1


def test_masks_and_points_stay_below_defects() -> None:
    steps = (MissingSections(2, (3,)), LowContrastSections(2, (6,), (0.1,)))
    places = GRID.to_mm([[4, 4, 3], [4, 4, 6]])
    found = apply(Transform(GRID, steps), rough(), rough() > 0.5, places)
    assert found.mask is not None and torch.equal(found.mask, rough() > 0.5)
    np.testing.assert_allclose(found.points, places)


@given(count=st.integers(1, 200), probability=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_numbers_lie_apart(count: int, probability: float, seed: int) -> None:
    chosen = apart(count, probability, np.random.default_rng(seed))
    assert chosen == sorted(set(chosen)) and all(0 <= one < count for one in chosen)
    assert (np.diff(chosen) > 1).all()


def test_about_as_many_are_chosen_as_told() -> None:
    chosen = apart(20_000, 0.05, np.random.default_rng(1))
    assert len(chosen) == pytest.approx(0.05 * 20_000, rel=0.12)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: MissingSections(0, (1,), "pink"), "fill"),
        (lambda: LowContrastSections(0, (1, 3), (0.5,)), "contrasts"),
        (lambda: LowContrastSections(0, (1,), (1.5,)), "contrasts"),
        (lambda: Artefact(0, 1, ((0.0, 0.0, 0.0, 0.5),)), "width"),
        (lambda: Transform(GRID, (Artefact(0, 12, ()),)), "section is 12"),
    ],
)
def test_odd_parameters_are_refused(make, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        make()
