"""docs/reference/commands.md tells every command and option that there is, and none that there is not."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from craniomark.cli.main import app

COMMON = {"--help", "--quiet", "--debug", "--version"}


def commands(group: Any, prefix: str = "") -> dict[str, set[str]]:
    """Return the long options of each command by its full name."""
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, f"{prefix}{name} ")
            continue
        flags = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)}
        found[prefix + name] = {flag for flag in flags if flag.startswith("--")} - COMMON - {"--out"}
    return found


COMMANDS = commands(typer.main.get_command(app))


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")


def section(page: str, name: str) -> str:
    """Return the part of `page` under the heading of a command."""
    parts = re.split(r"^#+ (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_its_options_are_told(page: str, name: str) -> None:
    told = section(page, name)
    assert f"craniomark {name}" in told, f"commands.md has no section {name} with a line that shows it"
    assert set(re.findall(r"--[a-z][a-z0-9-]*", told)) - COMMON == COMMANDS[name]


def test_no_command_is_told_that_is_not_there(page: str) -> None:
    block = re.findall(r"^```\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    groups = "bundle|data|deepssm|segment|shape"
    shown = re.findall(rf"^craniomark ((?:(?:{groups}) )?[a-z-]+)", "\n".join(block), flags=re.MULTILINE)
    assert set(shown) == set(COMMANDS)
