"""``craniomark doctor``: its table, its JSON and its exit code."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from craniomark.cli import exits
from craniomark.cli.doctor import doctor

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from phantom_bundle import make_bundle, manifest, only_models, parts

__all__ = ["make_bundle", "manifest", "only_models", "parts"]

pytestmark = pytest.mark.usefixtures("only_models")


def run(*arguments: str) -> int:
    app = typer.Typer()
    app.command()(doctor)
    return exits.run(app, arguments)


def test_a_sound_installation_is_well(
    make_bundle: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    make_bundle()
    assert run() == 0
    told = capsys.readouterr().out
    assert "All is well." in told
    assert "model phantom" in told and "torch" in told


def test_a_missing_model_ends_with_one_and_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 1
    told = capsys.readouterr().out
    assert "BAD" in told
    assert "craniomark bundle fetch" in told


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [check["name"] for check in told["checks"] if check["state"] == "bad"] == ["models"]
