"""Error estimates hold out of fold: coverage is told by the other folds."""

from dataclasses import replace

import numpy as np
import pytest

from craniomark.engine.patchmatch import Match
from craniomark.flows.template.build import figures
from craniomark.flows.template.crossfit import LeftOut
from craniomark.flows.template.error_fit import coverage, fit_error_model
from craniomark.ground.geometry import fit_shape_model
from craniomark.tasks.landmark.place import Placement


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
