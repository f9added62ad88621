"""Repeated digitisations."""

import numpy as np
import pytest

from craniomark.flows.evaluation import Resampling, Session, evaluate
from craniomark.flows.evaluation.observers import Observers, observers_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet

Cohort = dict[str, LandmarkSet]


def again(truth: Cohort, sd: float, seed: int = 0, observer: str = "") -> Cohort:
    """The truth placed anew; the observer stands in the table if one is given."""
    rng = np.random.default_rng(seed)
    return {
        name: LandmarkSet(
            one.labels,
            one.points + rng.normal(size=one.points.shape) * sd,
            {label: Annotation(observer=observer) for label in one.labels} if observer else {},
        )
        for name, one in truth.items()
    }


def told(predicted: Cohort, truth: Session, *repeats: Session) -> tuple[Observers, list[str]]:
    pairs = [row for row in evaluate(predicted, truth.landmarks).errors if not row.note]
    return observers_of(pairs, truth, repeats, Resampling(99))


def test_intra_and_inter_are_told_apart_by_name(predicted: Cohort, truth: Cohort) -> None:
    found, notes = told(
        predicted,
        Session("truth", "ann", truth),
        Session("second", "ann", again(truth, 0.01, 1)),
        Session("other", "bob", again(truth, 0.1, 2)),
    )
    assert found.intra and found.inter and found.unnamed is None and not notes
    assert (found.intra.n_points, found.inter.n_points) == (48, 96)
    assert found.inter.tem_mm > 5 * found.intra.tem_mm
    assert found.anova and found.anova.rows[0].p < 0.05
    assert found.sessions == ("truth", "second", "other")


def test_technical_error_is_the_scatter_of_one_placement(truth: Cohort) -> None:
    one, other = again(truth, 0.1, 3), again(truth, 0.1, 4)
    found, _ = told(one, Session("truth", "a", one), Session("again", "a", other))
    assert found.intra
    assert found.intra.tem_mm == pytest.approx(0.1 * np.sqrt(3), rel=0.2)
    low, high = found.intra.tem_interval
    assert low < found.intra.tem_mm < high
    assert set(found.intra.tem_by_landmark) == set(truth["a"].labels)


def test_column_of_the_table_names_the_observer(predicted: Cohort, truth: Cohort) -> None:
    signed = again(truth, 0, observer="ann")
    found, _ = told(predicted, Session("truth", "", signed), Session("r", "bob", again(truth, 0.1, 1, "ann")))
    assert found.intra and found.inter is None


def test_observers_without_names_are_said_to_have_none(predicted: Cohort, truth: Cohort) -> None:
    found, notes = told(predicted, Session("truth", "", truth), Session("r", "", again(truth, 0.1)))
    assert found.unnamed and found.intra is None
    assert any("name no observer" in note for note in notes)


def test_method_is_compared_with_people_on_the_same_points(truth: Cohort) -> None:
    good, bad = again(truth, 0.02, 1), again(truth, 0.3, 2)
    people = Session("r", "bob", again(truth, 0.1, 3))
    better, worse = (told(one, Session("truth", "ann", truth), people)[0] for one in (good, bad))
    assert better.method_minus_repeat and worse.method_minus_repeat
    assert better.method_minus_repeat.high_mm < 0 < worse.method_minus_repeat.low_mm
    assert better.method_minus_repeat.n_points == 48


def test_same_points_twice_have_no_error(predicted: Cohort, truth: Cohort) -> None:
    found, _ = told(predicted, Session("truth", "a", truth), Session("again", "a", truth))
    assert found.intra and found.intra.tem_mm == 0
    assert found.anova and found.anova.repeatability == pytest.approx(1)


def test_one_specimen_again_gives_distances_and_says_what_is_missing(
    predicted: Cohort, truth: Cohort
) -> None:
    repeat = Session("r", "a", {"a": again(truth, 0.1)["a"]})
    found, notes = told(predicted, Session("truth", "a", truth), repeat)
    assert found.intra and np.isnan(found.intra.tem_interval).all()
    assert found.anova is None and found.method_minus_repeat is None
    assert len(notes) == 2


def test_missing_points_are_left_out(predicted: Cohort, truth: Cohort) -> None:
    repeat = again(truth, 0.1)
    repeat["b"] = repeat["b"].ordered(("L0", "L1", "L2"))
    found, _ = told(predicted, Session("truth", "a", truth), Session("r", "a", repeat))
    assert found.intra and found.intra.n_points == 43


def test_repeat_of_other_specimens_is_refused_by_name(predicted: Cohort, truth: Cohort) -> None:
    other = {f"x{name}": one for name, one in truth.items()}
    with pytest.raises(InputError, match=r"second.csv: points that the truth has too is none: make the spec"):
        told(predicted, Session("truth", "a", truth), Session("second.csv", "a", other))
