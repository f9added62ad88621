"""Repeated predictions of the same specimens."""

import numpy as np
import pytest

from craniomark.flows.evaluation import Resampling
from craniomark.flows.evaluation.retest import Retest, retest_of
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import random_rotations
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]


def noisy(truth: Cohort, sd: float, seed: int, posed: bool = False) -> Cohort:
    rng = np.random.default_rng(seed)
    found = {}
    for name, one in truth.items():
        points = one.points + rng.normal(size=one.points.shape) * sd
        if posed:
            points = points @ random_rotations(1, rng)[0].T + rng.normal(size=3) * 20
        found[name] = LandmarkSet(one.labels, points)
    return found


def told(*runs: Cohort, frame: str = "same") -> Retest:
    return retest_of(runs, frame, Resampling(99))[0]  # type: ignore[arg-type]


def test_scatter_that_was_made_is_found(truth: Cohort) -> None:
    found = told(*(noisy(truth, 0.02, seed) for seed in range(4)))
    assert found.within_sd_mm == pytest.approx(0.02 * np.sqrt(3), rel=0.1)
    assert found.within_sd_interval[0] < found.within_sd_mm < found.within_sd_interval[1]
    assert found.mean_mm == pytest.approx(0.02 * np.sqrt(8 / np.pi) * np.sqrt(3 / 4), rel=0.1)
    assert found.p95_between_mm > found.within_sd_mm
    assert (found.n_specimens, found.n_runs) == (6, 4)
    assert found.anova and found.anova.repeatability > 0.9


def test_poses_are_fitted_to_one_another(truth: Cohort) -> None:
    found = told(*(noisy(truth, 0.02, seed, posed=True) for seed in range(3)), frame="any")
    # The fit takes six of 24 coordinates.
    assert found.within_sd_mm == pytest.approx(0.02 * np.sqrt(3) * np.sqrt(18 / 24), rel=0.12)


def test_same_answer_has_no_scatter(truth: Cohort) -> None:
    found = told(truth, truth)
    assert found.within_sd_mm == 0 and found.mean_mm == 0
    assert found.anova and found.anova.repeatability == pytest.approx(1)


def test_runs_of_other_specimens_are_found_out(truth: Cohort) -> None:
    names = list(truth)
    exchanged = {name: truth[names[i - 1]] for i, name in enumerate(names)}
    found = told(truth, exchanged, frame="any")
    assert found.anova and found.anova.repeatability < 0.5


def test_missing_points_and_specimens_take_no_part(truth: Cohort) -> None:
    second = noisy(truth, 0.02, 1)
    del second["f"]
    points = second["b"].points.copy()
    points[2] = np.nan
    second["b"] = LandmarkSet(second["b"].labels, points)
    for frame in ("same", "any"):
        found = told(truth, second, frame=frame)
        assert found.n_specimens == 5
        assert found.within_sd_by_landmark["L2"] > 0


def test_points_that_lie_elsewhere_are_refused(truth: Cohort) -> None:
    with pytest.raises(InputError, match="carry the points back"):
        told(truth, noisy(truth, 0.02, 1, posed=True))


def test_nothing_in_common_is_refused(truth: Cohort) -> None:
    with pytest.raises(InputError, match="specimens in common"):
        told(truth, {f"x{name}": one for name, one in truth.items()})
    few = {name: one.ordered(("L0", "L1")) for name, one in truth.items()}
    with pytest.raises(InputError, match="share 4 landmarks"):
        told(truth, few, frame="any")
    other = {n: LandmarkSet(tuple(f"x{x}" for x in one.labels), one.points) for n, one in truth.items()}
    with pytest.raises(InputError, match="none"):
        told(truth, other)


def test_two_points_in_one_frame_still_have_a_scatter(truth: Cohort) -> None:
    few = {name: one.ordered(("L0", "L1")) for name, one in truth.items()}
    found, notes = retest_of([few, noisy(few, 0.1, 1)], "same", Resampling(99))
    assert found.within_sd_mm > 0 and found.anova is None
    assert any("4 landmarks are needed" in note for note in notes)
