"""``craniomark template``: from a folder of landmarked scans to a bundle that other commands take."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from synthetic_cohort import LABELS, scan_of, write_cohort

from craniomark.cli.main import main
from craniomark.cli.settings import settings
from craniomark.cli.template import read_definitions
from craniomark.engine.diffeo.climb import Level
from craniomark.engine.diffeo.register import Recipe, flow_between
from craniomark.flows.bundle import load_bundle
from craniomark.flows.template import average, crossfit
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.volumes import write_volume

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line with a coarse deformation: exit code, stdout, stderr."""
    coarse = partial(flow_between, recipe=Recipe((Level(0.8, 3.0, 10, 0.1),), blocks=None))
    monkeypatch.setattr(average, "flow_between", coarse)
    monkeypatch.setattr(crossfit, "STARTS", 1)

    def run(*words: object) -> tuple[int, str, str]:
        arguments = [str(word) for word in words]
        monkeypatch.setattr(sys, "argv", ["craniomark", *arguments])
        monkeypatch.setattr(settings, "quiet", False)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def is_one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and text.strip().endswith(".") and "Traceback" not in text


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Tiere mit Ümläuten")
    write_cohort(folder, 5)
    return folder


def test_a_bundle_is_made_shown_and_used(command: Run, cohort: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("label,definition\npoint 2,the second blob\n", encoding="utf-8-sig")
    out = tmp_path / "my-animal"
    code, said, told = command(
        "template", cohort, "-o", out, "--template-spacing", 0.35, "--rounds", 1, "--modes", 1,
        "--appearance-modes", 1,
        "--species", "made up", "--licence", "CC0-1.0", "--seed", 4, "--definitions", words,
    )  # fmt: skip
    assert code == 0, told
    assert f"{out}: made" in said
    assert "fine.modes" in load_bundle(out).tensors("appearance.safetensors")
    manifest = load_bundle(out).manifest
    assert (manifest.name, manifest.species, manifest.licence) == ("my-animal", "made up", "CC0-1.0")
    assert manifest.commands[0].startswith("craniomark template ")
    assert "--rounds 1" in manifest.commands[0]
    assert manifest.landmarks[1].definition == "the second blob"
    assert len(manifest.training) == 5

    code, said, told = command("bundle", "show", out)
    assert code == 0, told
    assert "my-animal" in said

    volume, truth = scan_of(77)
    write_volume(volume, tmp_path / "new.nii.gz")
    marks = tmp_path / "marks.mrk.json"
    write_landmarks(truth, marks)
    refined = tmp_path / "refined.csv"
    code, said, told = command("refine", tmp_path / "new.nii.gz", marks, "-o", refined, "--model", out)
    assert code == 0, told
    assert f"of {len(LABELS)} landmarks moved" in said

    write_landmarks(LandmarkSet(LABELS[:2], truth.points[:2]), marks)
    code, _, told = command("refine", tmp_path / "new.nii.gz", marks, "-o", refined, "--model", out)
    assert code == 2
    assert is_one_sentence(told)
    assert "marks.mrk.json: usable landmarks is 2" in told


def test_too_few_scans_end_with_2_and_nothing_made(command: Run, cohort: Path, tmp_path: Path) -> None:
    code, _, told = command("template", cohort / "animal_0.nii.gz", "-o", tmp_path / "few")
    assert code == 2
    assert is_one_sentence(told)
    assert "landmarked CTs or meshes is 1" in told
    assert not (tmp_path / "few").exists()


def test_a_name_that_no_bundle_may_have_is_told_at_once(command: Run, cohort: Path, tmp_path: Path) -> None:
    code, _, told = command("template", cohort, "-o", tmp_path / "my animal")
    assert code == 2
    assert is_one_sentence(told)
    assert "name of the bundle is 'my animal'" in told


@pytest.mark.parametrize(
    "words", [("--rounds", 0), ("--modes", -1), ("--template-spacing", 9), ("--definitions", "none.csv")]
)
def test_wrong_choices_end_with_2_and_one_sentence(
    command: Run, cohort: Path, tmp_path: Path, words: tuple[object, ...]
) -> None:
    code, _, told = command("template", cohort, "-o", tmp_path / "animal", *words)
    assert code == 2
    assert is_one_sentence(told)


def test_definitions_are_read_by_label(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text('note,label,definition\nx,7,"nasion, at the front"\n,8,\n', encoding="utf-8")
    assert read_definitions(path) == {"7": "nasion, at the front", "8": ""}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "columns is none"),
        (b"label,words\n1,nasion\n", "columns is label, words"),
        (b"label,definition\n", "columns is none"),
        (b"\xff\xfe\x00bad", "not readable"),
        (np.random.default_rng(1).bytes(300), "definitions|columns"),
    ],
)
def test_tables_without_definitions_are_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "words.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as refused:
        read_definitions(path)
    assert refused.value.file == str(path)


def test_rows_that_end_early_have_no_words(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("label,definition\n1,nasion\n2\n", encoding="utf-8")
    assert read_definitions(path) == {"1": "nasion", "2": ""}
