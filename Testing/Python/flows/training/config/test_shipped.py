"""The YAML groups that are shipped: every option of every task composes to sound settings."""

from dataclasses import replace

import pytest

from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.config.keys import groups_of
from craniomark.flows.training.config.show import setting_rows
from craniomark.flows.training.registry import task_entry, task_names

OPTIONS = [
    (task, group, option)
    for task in task_names()
    for group, options in groups_of(task).items()
    for option in options
]


@pytest.mark.parametrize(("task", "group", "option"), OPTIONS)
def test_an_option_composes(task: str, group: str, option: str) -> None:
    compose(task_entry(task), ["data=scans", "out=run", f"{group}={option}"])


@pytest.mark.parametrize("task", task_names())
def test_recipes_are_there_and_quick_is_shorter(task: str) -> None:
    quick, default = (
        compose(task_entry(task), ["data=d", "out=o", f"recipe={r}"]).settings for r in ("quick", "default")
    )
    assert quick.loop.steps < default.loop.steps


@pytest.mark.parametrize("task", task_names())
def test_every_setting_says_what_it_means(task: str) -> None:
    assert [row.key for row in setting_rows(task_entry(task)) if not row.about] == []


def test_the_rough_level_is_that_of_its_module() -> None:
    from craniomark.tasks.landmark.levels.rough import ROUGH_NETWORK, ROUGH_SAMPLES

    settings = compose(task_entry("landmark"), ["data=d", "out=o", "level=rough"]).settings
    assert settings.model == ROUGH_NETWORK
    assert replace(settings.samples, centred=True) == ROUGH_SAMPLES  # the task itself centres
