"""The command evaluate with repeats, retests and a model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from craniomark.cli.main import main
from craniomark.ground.landmarks import LandmarkSet, write_cohort

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")
Run = Callable[..., tuple[int, str, str]]
LABELS = tuple(str(i) for i in range(1, 10))


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command: exit code, stdout, stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", *(str(word) for word in words)])
        said = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Truth, a prediction, a second run of it and a second digitising."""
    folder, rng = tmp_path_factory.mktemp("cohorts"), np.random.default_rng(0)
    base = rng.normal(size=(9, 3)) * [4, 8, 3]
    true = base + rng.normal(size=(5, 9, 3)) * 0.3
    for name, sd in (("truth", 0.0), ("predicted", 0.1), ("rerun", 0.1), ("second", 0.05)):
        shapes = true + rng.normal(size=true.shape) * sd
        cohort = {f"s{i}": LandmarkSet(LABELS, shape) for i, shape in enumerate(shapes)}
        write_cohort(cohort, folder / f"{name}.csv", "csv-long")
    return folder


def test_everything_is_written_and_linked(evaluate: Run, files: Path, tmp_path: Path) -> None:
    code, said, told = evaluate(
        files / "predicted.csv", files / "truth.csv", "-o", tmp_path / "out", "--observer", "ann",
        "--repeat", f"bob={files / 'second.csv'}", "--retest", files / "rerun.csv", "--draws", 99,
    )  # fmt: skip
    assert code == 0, told
    assert " to " in said and "evaluation.html" in said
    content = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert content["observers"]["inter"]["n_points"] == 45
    assert content["retest"]["frame"] == "any" and content["resampling"]["draws"] == 99
    page = (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    for file in (tmp_path / "out").iterdir():
        assert file.name == "evaluation.html" or f'href="{file.name}"' in page, file.name


def test_model_tells_left_and_right(evaluate: Run, files: Path, tmp_path: Path) -> None:
    words = files / "predicted.csv", files / "truth.csv", "-o", tmp_path / "out", "--draws", 99
    code, _, told = evaluate(*words, "--model", "mouse-skull")
    assert code == 0, told
    content = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    sides = content["procrustes_anova"]["sides"]
    assert sides == "mouse-skull" or "mouse-skull tells too few pairs" in told


def test_file_whose_name_has_an_equals_sign_is_no_observer(
    evaluate: Run, files: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "a=b.csv"
    odd.write_bytes((files / "second.csv").read_bytes())
    words = files / "predicted.csv", files / "truth.csv", "-o", tmp_path / "out", "--draws", 99
    code, _, told = evaluate(*words, "--repeat", odd)
    assert code == 0 and "name no observer" in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--draws", "3"), "whole number from 99"),
        (("--repeat", "nowhere.csv"), "nowhere.csv"),
        (("--repeat", "bob=nowhere.csv"), "nowhere.csv"),
        (("--retest", "nowhere.csv"), "nowhere.csv"),
        (("--retest-frame", "some"), "retest-frame"),
        (("--model", "no-such-model"), "no-such-model"),
        (("--seed", "-1"), "seed"),
    ],
)
def test_bad_arguments_are_told_in_one_sentence_and_leave_nothing(
    evaluate: Run, files: Path, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    code, _, told = evaluate(files / "predicted.csv", files / "truth.csv", "-o", tmp_path / "out", *words)
    assert code == 2 and expected in told
    assert len(told.strip().splitlines()) == 1 and told.strip().endswith(".")
    assert not (tmp_path / "out").exists()
