"""Patches of examples: kept apart, averaged, completed where a landmark is missing."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from craniomark.engine.example import Example
from craniomark.engine.patchmatch import Stage, gaussian_window
from craniomark.tasks.landmark.appearance import (
    Appearance,
    atlas_appearance,
    mean_appearance,
    modes_of,
    prepared,
    with_neighbours,
    with_variations,
)
from craniomark.tasks.landmark.stages import STAGES

STAGE = Stage("one", 0.4, 9, 0.8, (0.6, 0.8), 0.1, 40.0, 0.5)


@pytest.fixture(scope="module")
def atlases(examples: list[Example]) -> torch.Tensor:
    return atlas_appearance(examples, [STAGE]).templates["one"]


def without(examples: list[Example], *missing: tuple[int, int]) -> list[Example]:
    """The examples with some (example, landmark) missing."""
    changed = [Example(example.image, example.points.copy()) for example in examples]
    for example, landmark in missing:
        changed[example].points[landmark] = np.nan
    return changed


def test_there_is_one_patch_per_landmark_and_example(examples: list[Example], atlases: torch.Tensor) -> None:
    assert atlases.shape == (len(examples[0].points), len(examples), 9, 9, 9)


def test_patches_are_standardised_under_the_widest_window(atlases: torch.Tensor) -> None:
    window = gaussian_window(9, 0.4, 0.8)
    np.testing.assert_allclose((window * atlases).sum((-3, -2, -1)), 0, atol=1e-4)
    np.testing.assert_allclose((window * atlases**2).sum((-3, -2, -1)), 1, atol=0.03)


def test_brightness_does_not_matter(examples: list[Example], atlases: torch.Tensor) -> None:
    bright = [Example(example.image.scaled(3.0), example.points) for example in examples]
    torch.testing.assert_close(atlas_appearance(bright, [STAGE]).templates["one"], atlases, atol=1e-3, rtol=0)


def test_the_mean_is_that_of_the_examples(examples: list[Example], atlases: torch.Tensor) -> None:
    mean = mean_appearance(examples, [STAGE]).templates["one"]
    torch.testing.assert_close(mean, atlases.mean(1, keepdim=True))


def test_a_missing_landmark_is_given_the_mean_of_the_others(
    examples: list[Example], atlases: torch.Tensor
) -> None:
    found = atlas_appearance(without(examples, (1, 5)), [STAGE]).templates["one"]
    others = atlases[5, [0, 2, 3]].mean(0)
    torch.testing.assert_close(found[5, 1], others, atol=2e-3, rtol=0)
    assert float((atlases[5, 1] - others).abs().max()) > 0.1, "its own patch would have differed"
    torch.testing.assert_close(found[:, [0, 2, 3]], atlases[:, [0, 2, 3]], atol=2e-3, rtol=0)
    mean = mean_appearance(without(examples, (1, 5)), [STAGE]).templates["one"]
    torch.testing.assert_close(mean[5, 0], others, atol=2e-3, rtol=0)


def test_a_landmark_that_nobody_has_is_left_empty(examples: list[Example]) -> None:
    nobody = without(examples, *((n, 2) for n in range(len(examples))))
    for appearance in (atlas_appearance(nobody, [STAGE]), mean_appearance(nobody, [STAGE])):
        patches = appearance.templates["one"]
        assert torch.isfinite(patches).all()
        assert float(patches[2].abs().max()) == 0
        assert float(patches[3].abs().max()) > 0


def test_neighbours_are_six_and_their_mean_is_the_patch(examples: list[Example]) -> None:
    appearance = mean_appearance(examples, [STAGE])
    more = with_neighbours(appearance).templates["one"]
    patch = appearance.templates["one"]
    assert more.shape == (len(patch), 7, 9, 9, 9)
    torch.testing.assert_close(more[:, :1], patch)
    torch.testing.assert_close(more.mean(1, keepdim=True), patch, atol=1e-5, rtol=0)
    assert float((more[:, 1:] - patch).abs().amax((-3, -2, -1)).min()) > 0.1


def test_a_neighbour_is_the_patch_a_voxel_further_on() -> None:
    ramp = torch.arange(9.0).reshape(9, 1, 1).expand(9, 9, 9)
    more = with_neighbours(Appearance({"one": ramp[None, None]})).templates["one"]
    inner = (0, slice(None), 4, 4, 4)
    np.testing.assert_allclose(more[inner], [4, 3, 5, 4, 4, 4, 4])


def test_half_precision_comes_back_as_float(examples: list[Example]) -> None:
    appearance = mean_appearance(examples, [STAGE])
    stored = Appearance({name: patch.half() for name, patch in appearance.templates.items()})
    back = stored.to("cpu").templates["one"]
    assert back.dtype == torch.float32
    torch.testing.assert_close(back, appearance.templates["one"], atol=5e-3, rtol=0)


def test_an_image_is_prepared_no_coarser_than_half_the_spacing(examples: list[Example]) -> None:
    for spacing in (0.2, 0.6, 1.3):
        image = prepared(examples[0].image, replace(STAGE, spacing=spacing))
        assert (image.spacing <= np.maximum(spacing / 2, examples[0].image.spacing) + 1e-9).all()


def test_stages_go_from_coarse_to_fine_under_names_of_their_own() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)
    for before, after in pairwise(STAGES):
        assert after.spacing < before.spacing
        assert after.reach < before.reach
        assert after.prior_sd < before.prior_sd


def test_modes_are_one_standard_deviation_long_and_find_what_varies() -> None:
    generator = torch.Generator().manual_seed(3)
    direction = torch.randn(1, 1, 5, 5, 5, generator=generator)
    amounts = torch.linspace(-1, 1, 6).view(1, 6, 1, 1, 1)
    patches = torch.randn(1, 1, 5, 5, 5, generator=generator) + amounts * direction
    mode = modes_of(Appearance({"fine": patches}), 1).templates["fine"]
    expected = direction * amounts.std()
    sign = torch.sign((mode * expected).sum())
    torch.testing.assert_close(sign * mode, expected, atol=1e-4, rtol=1e-3)


def test_variations_lie_to_either_side_of_the_mean() -> None:
    mean = Appearance({"fine": torch.rand(2, 1, 5, 5, 5)})
    modes = Appearance({"fine": torch.rand(2, 3, 5, 5, 5)})
    varied = with_variations(mean, modes).templates["fine"]
    assert varied.shape[1] == 7 + 6
    torch.testing.assert_close(varied[:, 7:].mean(1), mean.templates["fine"][:, 0])
