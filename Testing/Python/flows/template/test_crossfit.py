"""Out of fold: nothing of a specimen is in what places it, and coverage is told by the other folds."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from synthetic_cohort import LABELS, SPACING

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match
from craniomark.flows.template import crossfit as module
from craniomark.flows.template.average import linear_average
from craniomark.flows.template.build import figures
from craniomark.flows.template.crossfit import (
    SOURCES,
    LeftOut,
    coverage,
    crossfit,
    disturbed,
    fit_error_model,
)
from craniomark.flows.template.frame import template_frame
from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import ShapeModel, apply, fit_shape_model, rotation_angle_degrees
from craniomark.tasks.landmark.appearance import Appearance
from craniomark.tasks.landmark.place import Placement


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
        model: tuple[ShapeModel, Appearance, Any], _rng: Any,
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


def made_up(errors: np.ndarray, spreads: np.ndarray, folds: int = 5) -> list[LeftOut]:
    """Specimens whose placements show `spreads` and err by `errors`, both (S, L) mm."""
    count = errors.shape[1]
    rng = np.random.default_rng(1)
    shape = fit_shape_model(rng.normal(size=(count, 3)) * 5 + rng.normal(0, 0.05, (6, count, 3)), 1)
    found = []
    for row, (error, spread) in enumerate(zip(errors, spreads, strict=True)):
        seen = np.ones(count, dtype=bool)
        match = Match(shape.mean, np.full(count, 0.9), spread, np.full(count, 0.01), seen, seen)
        found.append(LeftOut(row, row % folds, shape, (Placement(shape.mean, np.eye(4), match),), (error,)))
    return found


@pytest.fixture(scope="module")
def uneven() -> list[LeftOut]:
    """Errors whose size the spread tells."""
    rng = np.random.default_rng(5)
    spreads = rng.uniform(0.02, 0.3, (25, 20))
    return made_up(spreads * rng.gamma(4, 0.25, spreads.shape), spreads)


def test_estimates_hold_for_sure_and_unsure_points_alike(uneven: list[LeftOut]) -> None:
    model = fit_error_model(uneven)
    assert model.weights[2] > 0.5, "the spread is what tells"
    estimates = np.array([model.error90(s.placements[0], s.shape) for s in uneven])
    errors = np.array([s.errors[0] for s in uneven])
    unsure = np.array([s.placements[0].match.spread for s in uneven]) > 0.15
    for part in (unsure, ~unsure):
        assert (errors <= estimates)[part].mean() == pytest.approx(0.9, abs=0.05)
    assert coverage(uneven) == pytest.approx(0.9, abs=0.03)
    flagged = [
        flag
        for s, e in zip(uneven, estimates, strict=True)
        for flag in model.flags(s.placements[0], e, s.shape)
    ]
    assert 0.04 < np.mean([flag == "review" for flag in flagged]) < 0.12


def test_a_fold_is_covered_by_what_the_other_folds_tell(uneven: list[LeftOut]) -> None:
    worse = [replace(s, errors=(s.errors[0] * 50,)) if s.fold == 0 else s for s in uneven]
    assert coverage(uneven) > 0.87
    assert coverage(worse) < 0.83, "weights of its own would have covered it"


def test_missing_truth_takes_no_part(uneven: list[LeftOut]) -> None:
    errors = uneven[0].errors[0].copy()
    errors[3] = np.nan
    model = fit_error_model([replace(uneven[0], errors=(errors,)), *uneven[1:]])
    assert np.isfinite(model.weights).all()
    np.testing.assert_allclose(model.weights, fit_error_model(uneven).weights, atol=0.1)


def test_figures_are_those_of_all_errors(uneven: list[LeftOut]) -> None:
    told = figures({"template": uneven, "atlases": made_up(np.full((5, 9), 0.2), np.full((5, 9), 0.1))})
    errors = np.concatenate([s.errors[0] for s in uneven])
    assert set(told) == {"template", "atlases"}
    assert told["template"] == {
        "mean_mm": pytest.approx(errors.mean(), abs=1e-4),
        "median_mm": pytest.approx(np.median(errors), abs=1e-4),
        "p95_mm": pytest.approx(np.percentile(errors, 95), abs=1e-4),
        "max_mm": pytest.approx(errors.max(), abs=1e-4),
        "coverage_90": pytest.approx(coverage(uneven), abs=1e-4),
    }
    assert told["atlases"]["mean_mm"] == told["atlases"]["max_mm"] == 0.2
