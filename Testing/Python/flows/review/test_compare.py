from dataclasses import replace

import numpy as np
import pytest
from small_review import LABELS

from craniomark.flows.evaluation import Resampling, Session
from craniomark.flows.evaluation.observers import observers_of
from craniomark.flows.review import (
    differences,
    digitisings,
    open_as_observer,
    open_blind,
    others_of,
    repeatability,
    sittings,
)
from craniomark.ground.landmarks import LandmarkSet


def blind(folder, desk, observer, offsets):
    """A blind digitising with each point at its number and an offset, along x."""
    with open_blind(folder, "skull", replace(desk, observer=observer)) as session:
        for number, label in enumerate(LABELS):
            if np.isnan(offsets[number]):
                session.set_missing(label)
            else:
                session.move(label, (number + offsets[number], 0, 0))


def test_a_review_sees_all_others(session, folder, desk):
    session.accept("b")
    blind(folder, desk, "Berta", [0, 0, 0, 0, 0])
    found = others_of(session)
    assert [(one.observer, one.round, one.complete) for one in found] == [("Berta", 1, True)]
    assert [one.name for one in digitisings(folder, "skull")] == ["Anna, round 1", "Berta, round 1"]


def test_a_blind_digitising_sees_no_other_until_it_is_complete(session, folder, desk):
    session.accept("b")
    with open_blind(folder, "skull", replace(desk, observer="Berta")) as other:
        assert others_of(other) == ()
        for number, label in enumerate(LABELS):
            other.move(label, (number, 0, 0))
        assert [one.kind for one in others_of(other)] == ["review"]


def test_differences_are_distances_by_label_and_tell_what_lacks():
    a = LandmarkSet(("x", "y", "z"), np.array([[0, 0, 0], [1, 0, 0], [np.nan] * 3]))
    b = LandmarkSet(("z", "y", "x"), np.array([[np.nan] * 3, [1, 3, 4], [np.nan] * 3]))
    told = [(one.label, one.distance_mm, one.note) for one in differences(a, b)]
    assert told == [("x", None, "missing in the second"), ("y", 5.0, ""), ("z", None, "missing in both")]


def test_differences_of_sets_with_nothing_in_common_are_told_too():
    a = LandmarkSet(("x", "y"), np.array([[0, 0, 0], [np.nan] * 3]))
    b = LandmarkSet(("y",), np.array([[1, 2, 3]]))
    assert [one.note for one in differences(a, b)] == ["missing in the second", "missing in the first"]


def test_repeatability_is_mean_and_sd_of_the_distances_of_repeats(folder, desk):
    blind(folder, desk, "Anna", [0.0, 0.0, 0.0, np.nan, 0.0])
    blind(folder, desk, "Anna", [0.1, 0.2, 0.0, 0.0, 0.0])
    blind(folder, desk, "Anna", [0.4, 0.2, 0.0, 0.0, 0.0])
    rows = {row.label: row for row in repeatability(digitisings(folder, "skull"))}
    first = rows["nasion"]
    assert (first.observers, first.pairs, first.specimens) == ("same", 3, 1)
    assert first.mean_mm == pytest.approx(np.mean([0.1, 0.4, 0.3]))
    assert first.sd_mm == pytest.approx(np.std([0.1, 0.4, 0.3], ddof=1))
    assert first.max_mm == pytest.approx(0.4)
    assert (rows["d"].pairs, rows["d"].sd_mm) == (1, None)
    assert tuple(rows) == LABELS


def test_pairs_of_one_and_of_two_observers_are_told_apart(folder, desk):
    blind(folder, desk, "Anna", [0.0] * 5)
    blind(folder, desk, "anna", [0.1] * 5)
    blind(folder, desk, "Berta", [0.5] * 5)
    rows = [row for row in repeatability(digitisings(folder, "skull")) if row.label == "b"]
    assert [(row.observers, row.pairs) for row in rows] == [("same", 1), ("different", 2)]
    assert [row.mean_mm for row in rows] == pytest.approx([0.1, 0.45])


def test_two_reviews_of_one_prediction_are_no_repeat(session, folder, desk):
    session.accept(*LABELS)
    with open_as_observer(folder, "skull", replace(desk, observer="Berta")) as other:
        other.accept(*LABELS)
    found = digitisings(folder, "skull")
    assert repeatability(found) == ()
    assert {row.mean_mm for row in repeatability(found, blind=False)} == {0.0}


def test_points_that_nobody_decided_on_take_no_part(session, folder, desk):
    session.move("b", (1.2, 0, 0))
    blind(folder, desk, "Anna", [0.0] * 5)
    rows = repeatability(digitisings(folder, "skull"))
    assert [(row.label, round(row.mean_mm, 6)) for row in rows] == [("b", 0.2)]


def test_the_evaluation_takes_the_same_digitisings(folder, desk):
    blind(folder, desk, "Anna", [0.0] * 5)
    blind(folder, desk, "Anna", [0.2] * 5)
    first, second = sittings(digitisings(folder, "skull"))
    assert isinstance(first, Session) and (first.observer, list(first.landmarks)) == ("Anna", ["skull"])
    told, _ = observers_of((), first, [second], Resampling(99))
    assert told.intra.mean_mm == pytest.approx(0.2)
    assert told.intra.tem_mm == pytest.approx(0.2 / np.sqrt(2))
