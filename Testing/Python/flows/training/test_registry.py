"""The open list of tasks."""

import sys
from types import ModuleType

import pytest

from craniomark.flows.training.registry import ADDED, task_entry, task_names
from craniomark.ground.checks import InputError


def test_an_unknown_task_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"task is 'landmrk': choose one of .*; the nearest is landmark"):
        task_entry("landmrk")


def test_a_module_of_ones_own_adds_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDED, "toy_training")
    assert task_entry("toy").name == "toy"
    assert task_names()[-1] == "toy"


@pytest.mark.parametrize("entry", [None, "text"])
def test_a_module_without_an_entry_is_named(monkeypatch: pytest.MonkeyPatch, entry: object) -> None:
    module = ModuleType("no_task")
    if entry is not None:
        module.ENTRY = entry  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "no_task", module)
    monkeypatch.setenv(ADDED, "no_task")
    with pytest.raises(InputError, match="CRANIOMARK_TASKS: no_task"):
        task_entry("toy")


def test_every_task_that_is_listed_can_be_had() -> None:
    for name in task_names():
        entry = task_entry(name)
        assert entry.name == name and entry.about
