# ruff: noqa: ARG001, ARG005 - stand-ins take what the real ones take
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_predictor import FakePredictor, write_scan
from sentences import is_one_sentence

import craniomark
from craniomark.ground.landmarks import (
    FORMATS,
    read_cohort,
)
from craniomark.ground.volumes import read_volume

COMMANDS = ("process", "orient", "refine", "evaluate", "export", "report", "doctor", "demo", "bundle", "data")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_an_example(command, name):
    code, said, _ = command(name, "--help")
    assert code == 0 and f"Example: craniomark {name}" in " ".join(said.split())


def test_help_starts_fast_and_imports_nothing_heavy():
    told = (
        "import sys, time; start = time.perf_counter(); import craniomark.cli.main;"
        "heavy = ('torch', 'scipy', 'SimpleITK', 'matplotlib', 'jinja2');"
        "print(time.perf_counter() - start, *[name for name in heavy if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(craniomark.__file__).parents[1])}
    said = subprocess.run(
        [sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True
    )
    seconds, *heavy = said.stdout.split()
    assert not heavy and float(seconds) < 1.5


def test_version_is_told(command):
    assert command("--version")[:2] == (0, f"craniomark {craniomark.__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("process",),
        ("process", "a.nii.gz"),
        ("process", "a.nii.gz", "-o", "out", "--nonsense"),
        ("process", "a.nii.gz", "-o", "out", "--unit", "inch"),
        ("process", "a.nii.gz", "-o", "out", "--jobs", "0"),
        ("process", "a.nii.gz", "-o", "out", "--spacing", "1,2"),
        ("process", "a.nii.gz", "-o", "out", "--spacing", "0,1,1"),
        ("process", "a.nii.gz", "-o", "out", "--shard", "5/4"),
        ("process", "a.nii.gz", "-o", "out", "--jobs", "2", "--scheduler", "tcp://h:1"),
        ("orient", "a.nii.gz", "-o", "out.h5"),
        ("export", "a", "-o", "b", "--format", "xml"),
        ("report", "nowhere"),
        ("evaluate", "nowhere", "neither", "-o", "out"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_sentence(command, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said, told = command(*words)
    assert (code, said) == (2, "") and is_one_sentence(told), told


def test_process_gives_the_files_and_says_where(command, tmp_path):
    scan = write_scan(tmp_path / "Schädel 1.nii.gz")
    code, said, told = command("process", scan, "-o", tmp_path / "aus gabe")
    assert code == 0, told
    names = {path.name for path in (tmp_path / "aus gabe").iterdir()}
    own = {f"Schädel 1{ending}" for ending in (".mrk.json", ".csv", ".tfm", ".png", ".json")}
    assert names == own | {"landmarks.csv", "summary.csv", "report.html"}
    assert "1 done, 0 refused" in said and "[1/1] Schädel 1: done" in told


def test_quiet_says_nothing(command, tmp_path):
    scan = write_scan(tmp_path / "a.nii.gz")
    assert command("process", scan, "-o", tmp_path / "out", "--quiet") == (0, "", "")


def bad_scans():
    """The bad inputs of a scan, each with a word that its sentence must hold."""
    import gzip

    def nifti(scan, change):
        data = bytearray(gzip.decompress(scan.read_bytes()))
        scan.write_bytes(gzip.compress(bytes(change(data) or data)))

    def dimensions(data, *sizes):
        data[40:56] = np.array([len(sizes), *sizes, *[1] * (7 - len(sizes))], "<i2").tobytes()

    return {
        "not an image": lambda scan: scan.write_bytes(b"This is a letter to a colleague." * 20),
        "empty": lambda scan: scan.write_bytes(b""),
        "cut off": lambda scan: scan.write_bytes(scan.read_bytes()[:-40]),
        "corrupt": lambda scan: scan.write_bytes(scan.read_bytes()[:200] + b"\x00" * 300),
        "2-D": lambda scan: nifti(scan, lambda data: dimensions(data, 14, 20)),
        "4-D": lambda scan: nifti(scan, lambda data: dimensions(data, 7, 20, 12, 2)),
        "declares too much": lambda scan: nifti(scan, lambda data: dimensions(data, 30000, 30000, 30000)),
        "constant": lambda scan: nifti(scan, lambda data: data[:352] + bytes(len(data) - 352)),
    }


@pytest.mark.parametrize("kind", bad_scans())
def test_single_bad_scan_ends_with_2_and_one_sentence(command, tmp_path, kind):
    scan = write_scan(tmp_path / "bad.nii.gz")
    bad_scans()[kind](scan)
    code, said, told = command("process", scan, "-o", tmp_path / "out", "--quiet")
    assert (code, said) == (2, "") and is_one_sentence(told), told
    assert "bad.nii.gz" in told and not (tmp_path / "out").exists()


def test_in_a_batch_the_others_finish_and_the_summary_names_the_bad(command, tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    kinds = bad_scans()
    for number, kind in enumerate(kinds):
        kinds[kind](write_scan(folder / f"bad{number}.nii.gz"))
    write_scan(folder / "empty skull.nii.gz")
    write_scan(folder / "good.nii.gz")
    code, _, told = command("process", folder, "-o", tmp_path / "out", "--quiet")
    assert code == 3 and (tmp_path / "out" / "good.mrk.json").exists()
    summary = (tmp_path / "out" / "summary.csv").read_text(encoding="utf-8")
    assert summary.count("refused") == len(kinds) + 1 and "skull is not found" in summary
    assert "summary.csv tells why." in told


def test_empty_folder_missing_file_and_clashing_ids_end_with_2(command, tmp_path):
    for name in ("none", "a", "b"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        write_scan(tmp_path / name / "same.nii.gz")
    for words in ([tmp_path / "none"], [tmp_path / "x.nii.gz"], [tmp_path / "a", tmp_path / "b"]):
        code, _, told = command("process", *words, "-o", tmp_path / "out")
        assert code == 2 and is_one_sentence(told), told
    assert "same" in told and not (tmp_path / "out").exists()


def test_stack_of_slices_needs_a_spacing_and_takes_one(command, tmp_path):
    import tifffile

    folder = tmp_path / "stack"
    folder.mkdir()
    array = read_volume(write_scan(tmp_path / "a.nii.gz")).array
    for number, section in enumerate(np.asarray(array).transpose(2, 1, 0)):
        tifffile.imwrite(folder / f"slice{number:03}.tif", section)
    code, _, told = command("process", folder, "-o", tmp_path / "out", "--quiet")
    assert code == 2 and "spacing" in told and is_one_sentence(told)
    code, _, told = command(
        "process", folder, "-o", tmp_path / "out", "--quiet", "--spacing", "800,1000,900", "--unit", "um"
    )
    assert code == 0, told
    record = json.loads((tmp_path / "out" / "stack.json").read_text())
    assert record["left_right"] == "unverified" and record["options"]["unit"] == "um"


def test_output_that_cannot_be_a_folder_is_told_before_anything_is_computed(command, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(FakePredictor, "predict", lambda *words: pytest.fail("computed"))
    scan = write_scan(tmp_path / "a.nii.gz")
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        code, _, told = command("process", scan, "-o", out)
        assert code == 2 and "output folder" in told and is_one_sentence(told)


def test_unknown_model_ends_with_2(command, tmp_path, monkeypatch):
    monkeypatch.undo()
    code, _, told = command(
        "process", write_scan(tmp_path / "a.nii.gz"), "-o", tmp_path / "o", "--model", "nonsense"
    )
    assert code == 2 and "nonsense" in told and is_one_sentence(told)


def test_own_failure_ends_with_1_and_shows_more_only_with_debug(command, tmp_path):
    scan = write_scan(tmp_path / "bug.nii.gz")
    code, _, told = command("process", scan, "-o", tmp_path / "out", "--quiet")
    assert code == 1 and is_one_sentence(told) and "--debug" in told
    code, _, told = command("process", scan, "-o", tmp_path / "out", "--debug")
    assert code == 1 and "Traceback" in told


def test_interrupt_ends_with_130(command, tmp_path):
    code, _, told = command("process", write_scan(tmp_path / "interrupt.nii.gz"), "-o", tmp_path / "out")
    assert code == 130 and not (tmp_path / "out").exists() and "Traceback" not in told


def test_stop_file_ends_with_4(command, tmp_path):
    (tmp_path / "stop").touch()
    code, _, told = command(
        "process", write_scan(tmp_path / "a.nii.gz"), "-o", tmp_path / "out", "--stop-file", tmp_path / "stop"
    )
    assert code == 4 and is_one_sentence(told)


def test_shards_are_joined_by_report(command, tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in "abc":
        write_scan(folder / f"{name}.nii.gz")
    for part in ("2/2", "1/2"):
        assert command("process", folder, "-o", tmp_path / "out", "--shard", part)[0] == 0
    (tmp_path / "out" / "summary.csv").unlink()
    code, said, _ = command("report", tmp_path / "out")
    assert code == 0 and "3 done, 0 refused" in said
    assert (tmp_path / "out" / "summary.csv").exists()


@pytest.fixture
def landmarked(command, tmp_path):
    """An output folder with two specimens."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("a b", "ü"):
        write_scan(folder / f"{name}.nii.gz")
    assert command("process", folder, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


@pytest.mark.parametrize("format", FORMATS)
def test_export_writes_every_format_and_keeps_missing_points(command, landmarked, tmp_path, format):
    suffix = {
        "mrk.json": "",
        "fcsv": "",
        "csv-long": ".csv",
        "csv-wide": ".csv",
        "tps": ".tps",
        "nts": ".nts",
    }
    out = tmp_path / f"all{suffix.get(format, '.txt')}"
    code, _, told = command("export", landmarked, "-o", out, "--format", format)
    assert code == 0, told
    cohort = read_cohort(out)
    assert len(cohort) == 2
    for landmarks in cohort.values():
        assert len(landmarks) == 4 and landmarks.present.sum() == 3


def test_export_takes_landmark_files_and_refuses_doubled_ids(command, landmarked, tmp_path):
    one, out = landmarked / "ü.mrk.json", tmp_path / "x.csv"
    assert command("export", one, "-o", out, "--format", "csv-long")[0] == 0
    assert list(read_cohort(out)) == ["ü"]
    code, _, told = command("export", landmarked, one, "-o", out, "--format", "csv-long")
    assert code == 2 and "ü" in told and is_one_sentence(told)


def test_evaluate_of_an_output_folder_against_itself_is_without_error(command, landmarked, tmp_path):
    code, said, told = command("evaluate", landmarked, landmarked, "-o", tmp_path / "evaluation")
    assert code == 0, told
    metrics = json.loads((tmp_path / "evaluation" / "metrics.json").read_text())
    assert metrics["mean_mm"] == 0 and metrics["n_specimens"] == 2
    assert "mean 0.000" in said


def test_folder_of_scans_is_too_many_for_orient(command, landmarked, tmp_path):
    code, _, told = command("orient", tmp_path / "scans", "-o", tmp_path / "a.tfm")
    assert code == 2 and "number of specimens is 2" in told
