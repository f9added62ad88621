"""``craniomark demo``: the table that it prints."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from craniomark.cli import demo as demo_module
from craniomark.cli import exits
from craniomark.cli.demo import demo

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from phantom_bundle import make_bundle, manifest, only_models, parts

__all__ = ["make_bundle", "manifest", "only_models", "parts"]

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "demonstration"))

from truth_teller import TruthTeller

pytestmark = pytest.mark.usefixtures("only_models")


@pytest.fixture(autouse=True)
def alone(make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the phantom's bundle, no real data, and a predictor that knows the answer."""
    make_bundle()
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)
    monkeypatch.setattr(demo_module, "make_predictor", lambda _request: TruthTeller)


def run(*arguments: object) -> int:
    app = typer.Typer()
    app.command()(demo)
    return exits.run(app, [str(one) for one in arguments])


def test_the_table_stands_beside_the_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", tmp_path / "my demo", "--offline") == 0
    told = capsys.readouterr().out
    assert "0.200" in told
    assert "mean shape, true pose given" in told
    assert "synthetic, made from the template" in told
    assert "offline" in told
    assert (tmp_path / "my demo" / "results" / "report.html").is_file()


def test_a_refused_specimen_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_module, "make_predictor", lambda _request: lambda: TruthTeller("synthetic"))
    assert run("-o", tmp_path / "demo", "--offline") == 2
    assert "no skull" in capsys.readouterr().err


def test_an_unknown_model_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", tmp_path / "demo", "--model", "rat") == 2
    assert "unknown" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
