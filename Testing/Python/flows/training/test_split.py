"""Folds and lists of ids."""

from typing import Any

import pytest

from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.split import split
from craniomark.ground.checks import InputError

IDS = ["d", "a", "c", "b", "e"]


def parts(**settings: Any) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    found = split(IDS, RunSettings("scans", "out", **settings))
    return found.training, found.validation, found.held_out


def test_folds_hold_out_every_nth_in_the_order_of_ids() -> None:
    assert parts(folds=3, fold=0) == (("b", "c", "e"), ("a", "d"), True)
    assert parts(folds=3, fold=2) == (("a", "b", "d", "e"), ("c",), True)


def test_each_specimen_is_held_out_once() -> None:
    held_out = [one for fold in range(4) for one in parts(folds=4, fold=fold)[1]]
    assert sorted(held_out) == sorted(IDS)


def test_without_a_fold_all_are_trained_on_and_none_is_held_out() -> None:
    assert parts(fold=None) == (tuple("abcde"), tuple("abcde"), False)


def test_lists_replace_folds() -> None:
    assert parts(train_ids=("c", "a"), validation_ids=("b",)) == (("a", "c"), ("b",), True)
    assert parts(validation_ids=("b",)) == (("a", "c", "d", "e"), ("b",), True)
    assert parts(train_ids=("c", "a")) == (("a", "c"), ("a", "c"), False)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"folds": 6}, "folds is 6: give at most 5"),
        ({"train_ids": ("a", "x")}, "train_ids is x, which is not among the specimens"),
        ({"train_ids": ("a",)}, "number of training specimens is 1: at least 2"),
        ({"validation_ids": tuple("abcde")}, "number of training specimens is 0"),
    ],
)
def test_what_cannot_be_split_is_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        parts(**settings)


def test_a_specimen_in_both_lists_is_refused() -> None:
    with pytest.raises(ValueError, match="validation_ids is a among others, which train_ids has too"):
        parts(train_ids=("a", "b"), validation_ids=("a",))


LITTERS = {"m1_left": "m1", "m1_right": "m1", "m2_left": "m2", "m3_left": "m3", "m3_right": "m3"}


@pytest.mark.parametrize("told", [True, False])
def test_specimens_of_a_subject_are_never_parted(told: bool) -> None:
    settings = {"folds": 3, "subjects": "" if told else "^([^_]+)_"}
    held_out = []
    for fold in range(3):
        found = split(list(LITTERS), RunSettings("s", "o", fold=fold, **settings), LITTERS if told else None)
        assert {LITTERS[one] for one in found.training}.isdisjoint(LITTERS[one] for one in found.validation)
        held_out += found.validation
    assert sorted(held_out) == sorted(LITTERS)
    apart = split(list(LITTERS), RunSettings("s", "o", folds=3, fold=0))
    assert apart.validation == ("m1_left", "m3_left"), "without subjects they are parted"


def test_five_folds_hold_out_a_fifth_of_the_subjects() -> None:
    whose = {f"{subject}-{scan}": f"{subject:02}" for subject in range(20) for scan in range(3)}
    found = split(list(whose), RunSettings("s", "o"), whose)
    assert len({whose[one] for one in found.validation}) == 4
    assert len(found.validation) == 12


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"folds": 4}, "folds is 4: give at most 3, the number of subjects"),
        ({"validation_ids": ("m1_left",)}, "m1 beside train_ids with others of the same subject"),
    ],
)
def test_subjects_that_cannot_be_kept_together_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        split(list(LITTERS), RunSettings("s", "o", **settings), LITTERS)


@pytest.mark.parametrize("rule", ["(", "m1"])
def test_an_odd_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="subjects is"):
        RunSettings("s", "o", subjects=rule)
