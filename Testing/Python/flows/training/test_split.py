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
