"""docs/reference/training.md tells every setting with its default."""

from pathlib import Path

import pytest

from craniomark.flows.training.config.page import renewed, table_names

RENEW = "renew it: python -m craniomark.flows.training.config.page docs/reference/training.md"


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "reference" / "training.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", table_names())
def test_every_task_has_its_table(page: str, name: str) -> None:
    assert f"<!-- settings of {name} -->\n" in page


def test_the_tables_are_those_of_the_settings(page: str) -> None:
    fresh = renewed(page).splitlines()
    assert [line for line in fresh if line not in page.splitlines()] == [], RENEW
    assert fresh == page.splitlines(), RENEW


def test_a_setting_that_is_missing_is_noticed(page: str) -> None:
    without = "\n".join(line for line in page.splitlines() if "`loop.steps`" not in line)
    assert renewed(without) != without
