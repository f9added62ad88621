"""``craniomark deepssm``: from images and particles to loaders by the command line, and its refusals."""

import sys
from pathlib import Path

import pytest

from craniomark.cli import deepssm, exits

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "shape"))

from ellipsoids import write_ellipsoids


def run(*arguments: object) -> int:
    return exits.run(deepssm.app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return images and particles of four ellipsoids."""
    return write_ellipsoids(tmp_path_factory.mktemp("ellipsoids"), 4)


def test_augment_and_loaders_one_after_the_other(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = "--images", folder / "images", "--particles", folder / "particles"
    assert run("augment", *inputs, "-o", tmp_path / "aug", "--num-samples", 1, "--sampler", "gaussian") == 0
    assert "1 shapes made" in capsys.readouterr().out
    table = tmp_path / "aug" / "TotalData.csv"
    assert run("loaders", "--csv", table, "-o", tmp_path / "loaders", "--batch-size", 2) == 0
    assert run("test-loader", "--loaders", tmp_path / "loaders", "--images", folder / "images") == 0
    assert "4 images" in capsys.readouterr().out


def test_an_unknown_sampler_ends_with_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = "--images", folder / "images", "--particles", folder / "particles"
    assert run("augment", *inputs, "-o", tmp_path, "--sampler", "uniform") == 2
    assert "sampler is uniform: give one of Gaussian, Mixture, KDE" in capsys.readouterr().err


def test_a_config_without_a_key_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text('{"model_name": "m"}')
    assert run("train", tmp_path / "config.json") == 2
    assert "config.json: trainer is missing: add it" in capsys.readouterr().err


def test_a_box_of_five_numbers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "TotalData.csv"
    table.write_text("")
    assert run("loaders", "--csv", table, "-o", tmp_path, "--bounding-box", "0 0 0 1 1") == 2
    assert "bounding box is 5 numbers" in capsys.readouterr().err


def test_analyze_needs_predictions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = "--truth", tmp_path, "--predictions", tmp_path / "no", "--mean-prefix", tmp_path / "mean"
    assert run("analyze", *arguments, "-o", tmp_path / "out") == 2
    assert "predictions is no folder" in capsys.readouterr().err
