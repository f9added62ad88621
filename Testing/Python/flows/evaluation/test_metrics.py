"""Figures of an evaluation."""

import json

import numpy as np
import pytest

from craniomark.flows.evaluation import evaluate
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import procrustes_distance, random_rotations
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]
CONTRACT = {"n_specimens", "n_landmarks", "mean_mm", "median_mm", "p95_mm", "max_mm", "coverage_90"}
CONTRACT |= {"sdr_0.1", "sdr_0.2", "sdr_0.3", "sdr_0.5", "per_landmark"}
CONTRACT |= {"procrustes_distance", "mean_shape_mm", "covariance_correlation"}


def without(cohort: Cohort, name: str, label: str) -> Cohort:
    points = cohort[name].points.copy()
    points[cohort[name].labels.index(label)] = np.nan
    return cohort | {name: LandmarkSet(cohort[name].labels, points, cohort[name].annotations)}


def test_distances_are_pooled_over_points(predicted: Cohort, truth: Cohort) -> None:
    found = evaluate(predicted, truth)
    errors = np.tile(np.linspace(0.05, 0.4, 8), 6)
    assert (found.n_specimens, found.n_landmarks, found.n_points) == (6, 8, 48)
    assert found.mean_mm == pytest.approx(errors.mean())
    assert found.median_mm == pytest.approx(np.median(errors))
    assert found.p95_mm == pytest.approx(np.percentile(errors, 95))
    assert found.max_mm == pytest.approx(0.4)


def test_sdr_is_the_fraction_within_each_threshold(truth: Cohort) -> None:
    away = np.outer([0.0, 0.09, 0.15, 0.25, 0.28, 0.4, 0.45, 0.6], [1, 0, 0])
    moved = {name: LandmarkSet(s.labels, s.points + away) for name, s in truth.items()}
    assert evaluate(moved, truth).sdr == {0.1: 2 / 8, 0.2: 3 / 8, 0.3: 5 / 8, 0.5: 7 / 8}


def test_coverage_counts_points_within_their_stated_error(predicted: Cohort, truth: Cohort) -> None:
    assert evaluate(predicted, truth).coverage_90 == pytest.approx(7 / 8)


def test_points_without_a_stated_error_are_left_out_of_coverage(predicted: Cohort, truth: Cohort) -> None:
    predicted["a"] = LandmarkSet(predicted["a"].labels, predicted["a"].points)
    found = evaluate(predicted, truth)
    assert found.coverage_90 == pytest.approx(7 / 8)
    assert any("40 of 48 points" in note for note in found.notes)


def test_coverage_is_null_where_no_error_was_stated(truth: Cohort) -> None:
    assert evaluate(truth, truth).as_dict()["coverage_90"] is None


def test_perfect_prediction_has_no_error_of_any_kind(truth: Cohort) -> None:
    found = evaluate(truth, truth)
    assert found.max_mm == 0
    assert found.procrustes_distance == pytest.approx(0, abs=1e-9)
    assert found.mean_shape_mm == pytest.approx(0, abs=1e-9)
    assert found.covariance_correlation == pytest.approx(1)
    assert found.variance_ratio == pytest.approx(1)
    assert found.sdr == dict.fromkeys((0.1, 0.2, 0.3, 0.5), 1.0)


def test_order_of_labels_and_specimens_does_not_matter(predicted: Cohort, truth: Cohort) -> None:
    shuffled = {name: predicted[name].ordered(predicted[name].labels[::-1]) for name in reversed(predicted)}
    plain, other = evaluate(predicted, truth).as_dict(), evaluate(shuffled, truth).as_dict()
    assert json.dumps(other, sort_keys=True) == json.dumps(plain, sort_keys=True)


def test_json_has_the_terms_of_the_contract_and_no_nan(predicted: Cohort, truth: Cohort) -> None:
    content = evaluate({"a": predicted["a"]}, truth).as_dict()
    assert set(content) >= CONTRACT
    assert set(content["per_landmark"]["L0"]) == {"n", "mean_mm", "p95_mm", "bias_mm"}
    assert len(content["per_landmark"]["L0"]["bias_mm"]) == 3
    json.dumps(content, allow_nan=False)
    assert content["covariance_correlation"] is None
    assert "errors" not in content


def test_procrustes_distance_is_the_mean_over_specimens(predicted: Cohort, truth: Cohort) -> None:
    expected = np.mean([procrustes_distance(predicted[n].points, truth[n].points) for n in truth])
    assert evaluate(predicted, truth).procrustes_distance == pytest.approx(expected)


def test_bias_is_turned_with_the_specimen(truth: Cohort) -> None:
    rng = np.random.default_rng(3)
    one, shift = truth["a"], np.array([0.3, -0.1, 0.2])
    turned = {name: random_rotations(1, rng)[0] for name in "uvwxyz"}
    turned["u"] = np.eye(3)
    true = {name: LandmarkSet(one.labels, one.points @ turn.T) for name, turn in turned.items()}
    offset = np.where(np.arange(8)[:, None] == 2, shift, 0)
    moved = {name: LandmarkSet(one.labels, (one.points + offset) @ turn.T) for name, turn in turned.items()}
    found = evaluate(moved, true).per_landmark
    np.testing.assert_allclose(found["L2"].bias_mm, shift, atol=1e-9)
    np.testing.assert_allclose(found["L3"].bias_mm, 0, atol=1e-9)


def test_mean_shape_sees_a_bias_that_all_share_and_hardly_noise(truth: Cohort) -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(8, 3)) * 6
    labels = truth["a"].labels
    noise = rng.normal(size=(300, 8, 3)) * 0.1
    true = {str(i): LandmarkSet(labels, base) for i in range(300)}
    noisy = {str(i): LandmarkSet(labels, base + e) for i, e in enumerate(noise)}
    offset = np.zeros((8, 3))
    offset[0] = [0.8, 0, 0]
    biased = {name: LandmarkSet(labels, one.points + offset) for name, one in true.items()}
    assert evaluate(noisy, true).mean_shape_mm < 0.03
    assert 0.08 < evaluate(biased, true).mean_shape_mm < 0.25


def test_pulling_towards_the_mean_loses_variance_but_not_correlation(truth: Cohort) -> None:
    rng = np.random.default_rng(1)
    base, spread = rng.normal(size=(8, 3)) * 6, rng.normal(size=(30, 8, 3)) * 0.4
    labels = truth["a"].labels
    true = {str(i): LandmarkSet(labels, base + e) for i, e in enumerate(spread)}
    pulled = {str(i): LandmarkSet(labels, base + 0.5 * e) for i, e in enumerate(spread)}
    found = evaluate(pulled, true)
    assert found.covariance_correlation > 0.98
    assert found.variance_ratio == pytest.approx(0.25, abs=0.03)


def test_specimens_without_counterpart_are_named(predicted: Cohort, truth: Cohort) -> None:
    predicted["new"] = predicted.pop("b")
    found = evaluate(predicted, truth)
    assert found.n_specimens == 5
    assert found.unpaired.specimens_only_predicted == ("new",)
    assert found.unpaired.specimens_only_truth == ("b",)
    assert any("new" in note for note in found.notes)
    assert any("not predicted: b" in note for note in found.notes)


def test_labels_without_counterpart_are_named(predicted: Cohort, truth: Cohort) -> None:
    renamed = {n: LandmarkSet(("other", *s.labels[1:]), s.points) for n, s in predicted.items()}
    found = evaluate(renamed, truth)
    assert found.n_landmarks == 7
    assert found.unpaired.labels_only_predicted == ("other",)
    assert found.unpaired.labels_only_truth == ("L0",)
    assert found.unpaired.points_not_predicted == ()


def test_single_missing_points_are_named(predicted: Cohort, truth: Cohort) -> None:
    found = evaluate(without(predicted, "c", "L4"), without(truth, "d", "L5"))
    assert found.unpaired.points_not_predicted == (("c", "L4"),)
    assert found.unpaired.points_without_truth == (("d", "L5"),)
    assert found.per_landmark["L4"].n == 5
    assert found.n_points == 46
    assert np.isfinite(found.procrustes_distance)


def test_point_missing_on_both_sides_is_no_remark(predicted: Cohort, truth: Cohort) -> None:
    found = evaluate(without(predicted, "c", "L4"), without(truth, "c", "L4"))
    assert found.n_points == 47
    assert found.notes == ()


def test_too_few_points_for_shapes_still_give_distances(predicted: Cohort, truth: Cohort) -> None:
    def few(cohort: Cohort) -> Cohort:
        return {name: landmarks.ordered(("L0", "L1")) for name, landmarks in cohort.items()}

    found = evaluate(few(predicted), few(truth))
    assert found.mean_mm == pytest.approx(0.075)
    assert found.as_dict()["procrustes_distance"] is None
    assert any("Shapes are not compared" in note for note in found.notes)


def test_specimen_of_one_point_does_not_spoil_the_shapes_of_others(predicted: Cohort, truth: Cohort) -> None:
    truth["lone"] = LandmarkSet(("L0",), truth["a"].points[:1])
    predicted["lone"] = LandmarkSet(("L0",), truth["a"].points[:1] + 1)
    found = evaluate(predicted, truth)
    assert found.max_mm == pytest.approx(np.sqrt(3))
    assert np.isfinite(found.covariance_correlation)
    assert any("leave out one specimen" in note for note in found.notes)


@pytest.mark.parametrize("side", ["ids", "labels"])
def test_nothing_in_common_is_refused_with_examples(side: str, predicted: Cohort, truth: Cohort) -> None:
    if side == "ids":
        predicted = {f"scan_{name}": landmarks for name, landmarks in predicted.items()}
    else:
        predicted = {
            n: LandmarkSet(tuple(f"scan_{label}" for label in s.labels), s.points)
            for n, s in predicted.items()
        }
    with pytest.raises(InputError, match=f"{side} agree.*scan_") as caught:
        evaluate(predicted, truth)
    assert str(caught.value).count("\n") == 0


def test_two_empty_cohorts_are_refused() -> None:
    with pytest.raises(InputError, match="none"):
        evaluate({}, {})
