"""All sections of an evaluation together, and samples that are too small or have gaps."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from craniomark.flows.evaluation import KnownSides, Repeats, Resampling, Statistics, evaluate, statistics_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]
SECTIONS = {"intervals", "bias", "procrustes_anova", "mean_shape", "principal_components", "asymmetry"}
QUICK = Resampling(draws=99)


def told(predicted: Cohort, truth: Cohort, **more: Any) -> Statistics:
    return statistics_of(evaluate(predicted, truth), QUICK, **more)


def without(landmarks: LandmarkSet, *labels: str) -> LandmarkSet:
    points = landmarks.points.copy()
    points[[landmarks.labels.index(label) for label in labels]] = np.nan
    return LandmarkSet(landmarks.labels, points, landmarks.annotations)


def numbers(value: Any) -> list[float]:
    if isinstance(value, Mapping):
        return [n for inner in value.values() for n in numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in numbers(inner)]
    return [value] if isinstance(value, float) else []


def test_every_section_is_there_and_plain(predicted: Cohort, truth: Cohort, sided: KnownSides) -> None:
    content = told(predicted, truth, sides=sided).as_dict()
    assert all(content[name] for name in SECTIONS)
    assert content["observers"] is None and content["retest"] is None
    json.dumps(content, allow_nan=False)
    assert content["resampling"] == {"draws": 99, "seed": 0, "level": 0.95}


def test_keys_of_the_contract_are_not_taken(predicted: Cohort, truth: Cohort) -> None:
    metrics = evaluate(predicted, truth)
    assert not (set(metrics.as_dict()) - {"notes"}) & set(statistics_of(metrics, QUICK).as_dict())


def test_same_seed_gives_the_same_answer(predicted: Cohort, truth: Cohort) -> None:
    one, other = (told(predicted, truth).as_dict() for _ in range(2))
    assert json.dumps(one) == json.dumps(other)


def test_truth_against_itself_has_no_effect_of_any_kind(truth: Cohort, sided: KnownSides) -> None:
    found = told(truth, truth, sides=sided)
    assert found.bias and found.mean_shape and found.procrustes_anova
    assert found.principal_components and found.asymmetry
    assert found.bias.p == 1 and not found.bias.biased
    assert found.mean_shape.p == 1 and found.mean_shape.distance == pytest.approx(0, abs=1e-7)
    row = {row.source: row for row in found.procrustes_anova.rows}
    assert row["method"].sum_of_squares == row["residual"].sum_of_squares == 0
    assert found.procrustes_anova.repeatability == pytest.approx(1)
    assert max(found.principal_components.angle_degrees) == pytest.approx(0, abs=1e-3)
    assert found.asymmetry.fluctuating_ratio == pytest.approx(1)
    assert found.asymmetry.fluctuating_correlation == pytest.approx(1)


def test_specimens_that_were_exchanged_are_no_individuals(predicted: Cohort, truth: Cohort) -> None:
    names = list(truth)
    poses = {name: truth[name].points for name in names}
    exchanged = {name: LandmarkSet(truth[name].labels, poses[names[i - 1]]) for i, name in enumerate(names)}
    right, wrong = told(predicted, truth).procrustes_anova, told(exchanged, truth).procrustes_anova
    assert right and wrong
    assert right.rows[0].p < 0.05 < wrong.rows[0].p
    assert wrong.repeatability < 0.5 < right.repeatability


def test_two_specimens_say_what_cannot_be_given(predicted: Cohort, truth: Cohort) -> None:
    found = told({n: predicted[n] for n in "ab"}, truth)
    assert found.bias and found.procrustes_anova and found.mean_shape
    assert found.principal_components is None
    assert any("at least 4 specimens are needed; 2 are complete" in note for note in found.notes)
    content = found.as_dict()
    assert content["bias"]["landmarks"]["L0"]["p_hotelling"] is None
    json.dumps(content, allow_nan=False)


def test_one_specimen_says_what_cannot_be_given(predicted: Cohort, truth: Cohort) -> None:
    found = told({"a": predicted["a"]}, truth)
    assert not any(found.as_dict()[name] for name in SECTIONS)
    assert {note.split(":")[0] for note in found.notes} == {"Intervals", "Bias", "Statistics of shape"}


def test_one_point_says_what_cannot_be_given() -> None:
    one = {"a": LandmarkSet(("x",), np.zeros((1, 3))), "b": LandmarkSet(("x",), np.ones((1, 3)))}
    found = told(one, one)
    assert found.intervals and found.bias
    assert found.procrustes_anova is None and found.mean_shape is None


def test_missing_points_leave_no_gap_and_are_named(predicted: Cohort, truth: Cohort) -> None:
    predicted["c"] = without(predicted["c"], "L4")
    found = told(predicted, truth)
    assert found.procrustes_anova and found.bias
    assert (found.procrustes_anova.n_specimens, found.procrustes_anova.n_landmarks) == (6, 7)
    assert found.bias.landmarks["L4"].n == 5
    assert any("leave out the landmark L4" in note for note in found.notes)
    json.dumps(found.as_dict(), allow_nan=False)


def test_specimen_with_few_points_goes_and_not_the_landmarks(predicted: Cohort, truth: Cohort) -> None:
    predicted["c"] = without(predicted["c"], *(f"L{i}" for i in range(6)))
    found = told(predicted, truth)
    assert found.procrustes_anova
    assert (found.procrustes_anova.n_specimens, found.procrustes_anova.n_landmarks) == (5, 8)
    assert any("leave out the specimen c" in note for note in found.notes)


def test_order_does_not_matter_to_shapes(predicted: Cohort, truth: Cohort) -> None:
    shuffled = {name: predicted[name].ordered(predicted[name].labels[::-1]) for name in reversed(predicted)}
    one, other = told(predicted, truth).as_dict(), told(shuffled, truth).as_dict()
    assert one["procrustes_anova"] == other["procrustes_anova"]


def test_points_without_left_and_right_say_so(predicted: Cohort, truth: Cohort) -> None:
    rng = np.random.default_rng(0)
    base = rng.uniform(-1, 1, size=(9, 3)) * [9, 5, 2]
    labels = tuple("abcdefghi")
    true = {str(i): LandmarkSet(labels, base + rng.normal(size=(9, 3)) * 0.05) for i in range(6)}
    found = told(true, true)
    if found.asymmetry is None:
        assert any(note.startswith("Left and right") for note in found.notes)
    given = told(predicted, truth, sides=KnownSides((("other", "names"),), (), "some model"))
    assert given.asymmetry is None and given.procrustes_anova
    assert any("some model tells too few pairs" in note for note in given.notes)


def test_mean_that_is_closer_than_chance_is_told() -> None:
    rng = np.random.default_rng(1)
    labels = tuple("abcdefghi")
    base = rng.normal(size=(9, 3)) * 5
    shapes = base + rng.normal(size=(10, 9, 3)) * 0.2
    others = [np.delete(shapes, i, axis=0).mean(axis=0) for i in range(10)]
    truth = {str(i): LandmarkSet(labels, shape) for i, shape in enumerate(shapes)}
    left_out = {str(i): LandmarkSet(labels, shape) for i, shape in enumerate(others)}
    assert any("cross-validation" in note for note in told(left_out, truth).notes)
    assert not any("cross-validation" in note for note in told(truth, truth).notes)


def test_repeats_without_anything_in_common_are_refused(predicted: Cohort, truth: Cohort) -> None:
    other = {f"x{name}": landmarks for name, landmarks in predicted.items()}
    with pytest.raises(InputError, match="specimens in common"):
        told(predicted, truth, repeats=Repeats(predicted={"q": truth["a"]}, runs=(other,)))


@pytest.mark.parametrize("draws", [0, -1, 98, 10**6])
def test_senseless_number_of_draws_is_refused(draws: int) -> None:
    with pytest.raises(InputError, match="whole number"):
        Resampling(draws=draws)
