"""Out of fold: nothing of a specimen is in what places it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from synthetic_cohort import LABELS, SPACING

from craniomark.engine.image import Image
from craniomark.flows.template import crossfit as module
from craniomark.flows.template.average import linear_average
from craniomark.flows.template.crossfit import SOURCES, LeftOut, crossfit, disturbed
from craniomark.flows.template.frame import template_frame
from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import ShapeModel, apply, rotation_angle_degrees
from craniomark.tasks.landmark.appearance import Appearance


@dataclass
class Fold:
    """What would have placed one specimen."""

    row: int
    shape: ShapeModel
    appearance: Appearance
    template: Image


def recorded(scans: list[Scan], template: Image) -> dict[tuple[int, int], Fold]:
    """What each specimen would be placed with, by source and row; nothing is placed."""
    heard: list[Fold] = []

    def record(
        _scan: Scan, row: int, fold: int, _frame: Any, template: Image,
        model: tuple[ShapeModel, Appearance, Any], *_others: Any,
    ) -> LeftOut:  # fmt: skip
        shape, appearance, _ = model
        heard.append(Fold(row, shape, appearance, template))
        return LeftOut(row, fold, shape, (), ())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_left_out", record)
        found = crossfit(scans, template, 1, seed=1)
    for source in SOURCES:
        assert sorted(left.row for left in found[source]) == list(range(len(scans)))
    rows = [fold.row for fold in heard]
    return {(rows[:n].count(fold.row), fold.row): fold for n, fold in enumerate(heard)}


@pytest.fixture(scope="module")
def template(animals: list[Scan]) -> Image:
    return linear_average(animals, template_frame(np.array([s.points for s in animals])), SPACING)


@pytest.fixture(scope="module")
def before(animals: list[Scan], template: Image) -> dict[tuple[int, int], Fold]:
    return recorded(animals, template)


def test_every_specimen_is_left_out_once_for_each_source(
    before: dict[tuple[int, int], Fold], animals: list[Scan]
) -> None:
    assert set(before) == {(s, row) for s in range(len(SOURCES)) for row in range(len(animals))}


def test_a_specimens_own_landmarks_do_not_shape_what_places_it(
    before: dict[tuple[int, int], Fold], animals: list[Scan], template: Image
) -> None:
    points = animals[2].points + np.random.default_rng(1).normal(0, 0.3, animals[2].points.shape)
    after = recorded([*animals[:2], replace(animals[2], points=points), *animals[3:]], template)
    for key, fold in before.items():
        same = np.allclose(fold.shape.mean, after[key].shape.mean, atol=1e-9)
        assert same == (key[1] == 2), "the others see the change, it itself does not"


def test_a_specimens_own_image_is_not_in_the_patches_that_place_it(
    before: dict[tuple[int, int], Fold], animals: list[Scan], template: Image
) -> None:
    array = animals[2].volume.array[::-1].copy()
    turned = replace(animals[2], volume=replace(animals[2].volume, array=array))
    after = recorded([*animals[:2], turned, *animals[3:]], template)
    for key, fold in before.items():
        patches = after[key].appearance.templates
        same = all(torch.equal(t, patches[name]) for name, t in fold.appearance.templates.items())
        assert same == (key[1] == 2)


def test_the_template_is_brought_to_the_folds_frame(
    before: dict[tuple[int, int], Fold], animals: list[Scan], template: Image
) -> None:
    bright = template.at(torch.from_numpy(fold_mean(animals)).float()).mean()
    for fold in before.values():
        own = fold.template.at(torch.from_numpy(fold.shape.mean).float()).mean()
        assert float(own) == pytest.approx(float(bright), rel=0.05)


def fold_mean(scans: list[Scan]) -> np.ndarray:
    return template_frame(np.array([scan.points for scan in scans])).mean


def test_placements_start_off_the_truth_and_end_near_it(animals: list[Scan], template: Image) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STARTS", 1)
        found = crossfit(animals[:4], template, 1, seed=3)
    start = np.linalg.norm(
        apply(disturbed(fold_mean(animals), np.random.default_rng(1)), fold_mean(animals))
        - fold_mean(animals),
        axis=1,
    ).mean()
    for source in SOURCES:
        errors = np.array([left.errors[0] for left in found[source]])
        assert errors.shape == (4, len(LABELS))
        assert errors.mean() < 0.35 * start


@pytest.mark.parametrize("seed", [0, 1])
def test_starts_are_as_far_off_as_told(seed: int) -> None:
    mean = np.random.default_rng(3).normal(size=(7, 3)) + 5
    pose = disturbed(mean, np.random.default_rng(seed))
    assert float(rotation_angle_degrees(pose[:3, :3], np.eye(3))) == pytest.approx(4.0)
    assert np.linalg.norm(apply(pose, mean.mean(0)) - mean.mean(0)) == pytest.approx(0.5)
