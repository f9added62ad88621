"""Recipes: named, told in JSON, checked; the full one of sections has everything."""

import json
from typing import Any

import numpy as np
import pytest

from craniomark.parts.augment.ranges import (
    DefectRange,
    ElasticRange,
    LooksRange,
    MirrorRange,
    Recipe,
    SlipRange,
    WindowRange,
)
from craniomark.parts.augment.recipes import (
    RECIPES,
    plain,
    recipe_from,
    recipe_values,
    scans,
    section_defects,
)
from craniomark.parts.augment.sample import sample


def kinds_of(recipe: Recipe, draws: int = 40) -> set[str]:
    return {
        type(step).__name__
        for seed in range(draws)
        for step in sample(recipe, (20, 20, 30), 1.0, np.random.default_rng(seed)).steps
    }


def test_the_full_recipe_of_sections_draws_every_augmentation_of_sections() -> None:
    assert kinds_of(section_defects()) == {
        "Mirror", "Affine", "ControlPointElastic", "GaussianElastic", "Window", "SectionMoves", "Fold",
        "MissingSections", "LowContrastSections", "Artefact", "LowResolution", "Blur", "Bias", "Levels",
        "Noise",
    }  # fmt: skip


def test_the_recipe_of_scans_draws_its_own() -> None:
    assert kinds_of(scans(1.0)) == {
        "Affine", "GaussianElastic", "Clutter", "LowResolution", "Blur", "Bias", "Levels", "Noise",
        "FieldOfView",
    }  # fmt: skip
    assert kinds_of(plain()) == set()


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_told_in_json(name: str) -> None:
    recipe = RECIPES[name](0.3)
    assert recipe_from(json.loads(json.dumps(recipe_values(recipe)))) == recipe


def test_what_is_left_out_of_json_has_its_default() -> None:
    found = recipe_from({"mirror": {"flip": 0.5}, "window": {"probability": 1, "shape": [4, 4, 4]}})
    assert found == Recipe(mirror=MirrorRange(0.5), window=WindowRange(1, shape=(4, 4, 4)))


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: recipe_from({"mirrors": {}}), "mirrors"),
        (lambda: recipe_from({"mirror": 0.5}), "mirror"),
        (lambda: MirrorRange(1.5), "flip"),
        (lambda: ElasticRange(0.5, -1.0), "amplitude"),
        (lambda: LooksRange(mode="4d"), "mode"),
        (lambda: DefectRange(0.5, 0.5, 0.5), "at most 1"),
        (lambda: DefectRange(depth=5.0, reach=4.0), "depth"),
        (lambda: DefectRange(fill="pink"), "fill"),
        (lambda: Recipe(slips=SlipRange(slip=0.1)), "sections"),
        (lambda: Recipe(sections=3), "sections"),
        (lambda: Recipe(clutter=2.0), "clutter"),
        (lambda: sample(section_defects(), (20, 20), 1.0, np.random.default_rng(1)), "sections"),
        (lambda: sample(plain(), (20, 20, 20), -1.0, np.random.default_rng(1)), "spacing"),
        (lambda: sample(plain(), (20,), 1.0, np.random.default_rng(1)), "shape"),
    ],
)
def test_odd_recipes_are_refused(make: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        make()


def test_windows_of_a_given_shape_crop_and_pad() -> None:
    recipe = Recipe(window=WindowRange(1.0, shape=(8, 30, 12)))
    for seed in range(10):
        drawn = sample(recipe, (20, 20, 12), 1.0, np.random.default_rng(seed))
        assert drawn.grid_after.shape == (8, 30, 12)
