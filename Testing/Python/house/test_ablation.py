"""The ablation: each idea's settings are taken, and its verdict says no more than the runs do."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.registry import task_entry


@pytest.fixture
def ideas(benchmarks: Path) -> ModuleType:  # noqa: ARG001
    return importlib.import_module("common.ablation_ideas")


@pytest.fixture
def scoring(benchmarks: Path) -> ModuleType:  # noqa: ARG001
    return importlib.import_module("common.ablation_scoring")


def rows(idea: str, shift: float, wobble: float = 0.0, steps: int = 600) -> list[dict[str, str]]:
    """Four runs whose errors lie `shift` above those of the base, some more and some less by `wobble`."""
    told = []
    for fold in (0, 1):
        for seed in (0, 1):
            base = 0.10 + 0.01 * fold + 0.002 * seed
            sign = 1 if (fold + seed) % 2 else -1
            each = " ".join(f"s{fold}{n}:{base + n * 0.003 + shift + sign * wobble:.4f}" for n in range(2))
            row = {"idea": idea, "fold": str(fold), "seed": str(seed), "steps": str(steps)}
            told.append(row | {"recipe_steps": "600", "minutes": "2.0", "specimens": each})
    return told


def words(scoring: ModuleType, told: list[dict[str, str]], idea: str) -> str:
    return next((v.words for v in scoring.verdicts(told) if v.idea.name == idea), "not told")


def test_the_settings_of_each_idea_are_taken(ideas: ModuleType) -> None:
    for idea in ideas.IDEAS:
        compose(task_entry("landmark"), ["data=d", "out=o", "recipe=quick", *idea.words])


def test_each_idea_is_compared_with_one_that_there_is(ideas: ModuleType, benchmarks: Path) -> None:  # noqa: ARG001
    answers = importlib.import_module("common.ablation_answers").ANSWERS
    names = {idea.name for idea in ideas.IDEAS}
    assert len(names) == len(ideas.IDEAS)
    assert {idea.against for idea in ideas.IDEAS} <= names
    assert {idea.answer for idea in ideas.IDEAS} <= set(answers)


@pytest.mark.parametrize(
    ("shift", "wobble", "verdict"),
    [(-0.02, 0.004, "better"), (0.02, 0.004, "worse"), (0.002, 0.01, "no effect"), (0.0, 0.0, "no effect")],
)
def test_an_effect_is_what_lies_outside_the_noise(
    scoring: ModuleType, shift: float, wobble: float, verdict: str
) -> None:
    assert words(scoring, rows("base", 0.0) + rows("sigmoid", shift, wobble), "sigmoid") == verdict


def test_fewer_runs_or_steps_are_no_result(scoring: ModuleType) -> None:
    base = rows("base", 0.0)
    assert words(scoring, base + rows("sigmoid", -0.02)[:3], "sigmoid") == "incomplete"
    assert words(scoring, base + rows("sigmoid", -0.02, steps=599), "sigmoid") == "not told"
    three = rows("sigmoid", -0.02)[:3] + rows("sigmoid", -0.02, steps=599)[3:]
    assert words(scoring, base + three, "sigmoid") == "incomplete"


def test_the_committed_rows_are_told_and_none_took_long(scoring: ModuleType, benchmarks: Path) -> None:
    table = importlib.import_module("common.table")
    told = table.read_rows(benchmarks / "results" / "ablation.csv")
    assert "nan" not in scoring.table(told)
    assert all(float(row["minutes"]) <= 20 for row in told)
