"""``craniomark process`` on a CSV list, and what --resume keeps and what it does anew."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import fake_predictor
import pytest
from fake_predictor import write_scan

from craniomark.cli import process
from craniomark.cli.main import main

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run process with the fake predictor, which writes what it does into the log."""
    monkeypatch.setattr(process, "make_predictor", fake_predictor.make_from_environment)
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))

    def call(*words: object) -> int:
        with pytest.raises(SystemExit) as ended:
            main(["process", *map(str, words), "-o", str(tmp_path / "out"), "--quiet"])
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return call


def done(tmp_path: Path) -> list[str]:
    """Return the specimens that were predicted, in order."""
    return [line.split("\t")[0] for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]


def listing(tmp_path: Path, spacing: str = "") -> Path:
    for name in ("a", "b"):
        if not (tmp_path / f"{name}.nii.gz").exists():
            write_scan(tmp_path / f"{name}.nii.gz")
    path = tmp_path / "list.csv"
    path.write_text(
        f"id,path,group,spacing\nM 1,a.nii.gz,wild type,{spacing}\nM 2,b.nii.gz,,\n", encoding="utf-8"
    )
    return path


def test_groups_and_ids_of_a_list_stand_in_record_and_summary(run: Run, tmp_path: Path) -> None:
    assert run(listing(tmp_path)) == 0
    assert json.loads((tmp_path / "out" / "M 1.json").read_text(encoding="utf-8"))["group"] == "wild type"
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["id"]: row["group"] for row in csv.DictReader(stream)} == {"M 1": "wild type", "M 2": ""}


def test_resume_keeps_what_is_whole(run: Run, tmp_path: Path) -> None:
    assert run(listing(tmp_path)) == 0
    assert run(listing(tmp_path), "--resume") == 0
    assert done(tmp_path) == ["M 1", "M 2"]


def test_without_resume_all_is_done_anew(run: Run, tmp_path: Path) -> None:
    assert run(listing(tmp_path)) == run(listing(tmp_path)) == 0
    assert done(tmp_path) == ["M 1", "M 2"] * 2


@pytest.mark.parametrize("ending", [".csv", ".mrk.json", ".tfm", ".png", ".json"])
def test_resume_makes_a_lost_file_again(run: Run, tmp_path: Path, ending: str) -> None:
    assert run(listing(tmp_path)) == 0
    (tmp_path / "out" / f"M 2{ending}").unlink()
    assert run(listing(tmp_path), "--resume") == 0
    assert done(tmp_path) == ["M 1", "M 2", "M 2"]
    assert (tmp_path / "out" / f"M 2{ending}").is_file()


def test_resume_follows_a_changed_spacing_of_the_list(run: Run, tmp_path: Path) -> None:
    assert run(listing(tmp_path)) == 0
    assert run(listing(tmp_path, "0.5"), "--resume") == 0
    assert done(tmp_path) == ["M 1", "M 2", "M 1"]


@pytest.mark.parametrize("option", ["--mirror", "--no-orient", "--no-refine"])
def test_resume_follows_changed_choices(run: Run, tmp_path: Path, option: str) -> None:
    assert run(listing(tmp_path)) == 0
    assert run(listing(tmp_path), "--resume", option) == 0
    assert done(tmp_path) == ["M 1", "M 2"] * 2
    chosen = json.loads((tmp_path / "out" / "M 1.json").read_text(encoding="utf-8"))["options"]
    assert (chosen["mirror"], chosen["orient"], chosen["refine"]) == (
        option == "--mirror", option != "--no-orient", option != "--no-refine"
    )  # fmt: skip
