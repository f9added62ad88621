"""Bad input through ``craniomark process``: one sentence, exit code 2, nothing left behind."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_predictor
import numpy as np
import pytest
from fake_predictor import write_scan

from craniomark.cli import exits, process
from craniomark.cli.main import main
from craniomark.ground.checks import memory
from craniomark.ground.volumes import Volume, read_volume, write_volume

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from phantom_bundle import make_bundle, manifest, only_models, parts

__all__ = ["make_bundle", "manifest", "only_models", "parts"]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with the real predictor: exit code and stderr."""

    def call(*words: object) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        code = ended.value.code
        assert isinstance(code, int)
        return code, capsys.readouterr().err

    return call


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fake predictor answer."""
    monkeypatch.setattr(process, "make_predictor", fake_predictor.make_from_environment)


def is_one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and text.strip().endswith(".") and "Traceback" not in text


def refused(run: Run, scan: Path, word: str, *options: object) -> None:
    out = scan.parent / "out"
    code, told = run("process", scan, "-o", out, "--quiet", *options)
    assert code == 2 and is_one_sentence(told) and word in told, told
    assert scan.name in told and not out.exists()


def colour(path: Path) -> None:
    import SimpleITK as sitk

    sitk.WriteImage(sitk.Image([20, 20, 20], sitk.sitkVectorUInt8, 3), str(path))


def not_finite(path: Path) -> None:
    voxels = np.random.default_rng(0).random((20, 20, 20), dtype=np.float32)
    voxels[3, 4, 5] = np.nan
    write_volume(Volume(voxels, np.eye(4)), path)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize(("make", "word"), [(colour, "3"), (not_finite, "not finite")])
def test_colour_and_nan_are_refused(
    run: Run, tmp_path: Path, ending: str, make: Callable[[Path], None], word: str
) -> None:
    make(tmp_path / f"Bad ü{ending}")
    refused(run, tmp_path / f"Bad ü{ending}", word)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("kind", ["a letter", "nothing", "a half"])
@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii"])
def test_damaged_files_of_every_format_are_refused(run: Run, tmp_path: Path, ending: str, kind: str) -> None:
    scan = write_scan(tmp_path / f"bad{ending}")
    whole = scan.read_bytes()
    scan.write_bytes(
        {"a letter": b"Dear colleague, ", "nothing": b"", "a half": whole[: len(whole) // 2]}[kind]
    )
    refused(run, scan, "")


@pytest.mark.usefixtures("fake")
def test_more_than_the_memory_holds_is_refused_before_reading(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 1000)
    refused(run, write_scan(tmp_path / "large.nii.gz"), "memory")


@pytest.mark.usefixtures("only_models")
@pytest.mark.parametrize("options", [(), ("--model", "phantom")])
@pytest.mark.parametrize(("factor", "word"), [(1000.0, "--unit um"), (0.001, "likely metres")])
def test_micrometres_written_as_millimetres_are_named(
    run: Run,
    tmp_path: Path,
    make_bundle: Callable[..., Path],
    options: tuple[str, ...],
    factor: float,
    word: str,
) -> None:
    make_bundle()
    scan = read_volume(write_scan(tmp_path / "a.nii.gz"))
    write_volume(Volume(scan.array, np.diag([factor, factor, factor, 1.0])), tmp_path / "b.nii.gz")
    refused(run, tmp_path / "b.nii.gz", word, *options)


@pytest.mark.parametrize(
    ("size", "faces", "words"),
    [
        (10, "f 1 2 3\n", "close its holes"),
        (10, "", "faces is none: give a surface mesh"),
        (20000, "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n", "seems to be in micrometres"),
    ],
)
def test_a_mesh_that_is_open_empty_or_in_another_unit_is_refused(
    run: Run, tmp_path: Path, size: int, faces: str, words: str
) -> None:
    corners = f"v 0 0 0\nv {size} 0 0\nv 0 {size} 0\nv 0 0 {size}\n"
    (tmp_path / "skull.obj").write_text(corners + faces, encoding="utf-8")
    refused(run, tmp_path / "skull.obj", words)


@pytest.mark.usefixtures("fake")
def test_a_single_scan_without_a_skull_is_refused(run: Run, tmp_path: Path) -> None:
    refused(run, write_scan(tmp_path / "empty.nii.gz"), "skull is not found")


@pytest.fixture
def changed(make_bundle: Callable[..., Path], only_models: Any) -> Path:  # noqa: ARG001
    """Make a bundle one byte of which has changed."""
    folder = make_bundle()
    content = bytearray((folder / "shape.npz").read_bytes())
    content[100] ^= 1
    (folder / "shape.npz").write_bytes(bytes(content))
    return folder


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("named", ["by path", "by name", "not at all"])
def test_a_bundle_with_a_changed_byte_ends_the_run(
    run: Run, tmp_path: Path, changed: Path, named: str, count: int
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in range(count):
        write_scan(scans / f"{number}.nii.gz", seed=number)
    options = {"by path": ("--model", f"{changed}/"), "by name": ("--model", "phantom"), "not at all": ()}
    code, told = run("process", scans, "-o", tmp_path / "out", "--quiet", *options[named])
    assert code == 2 and is_one_sentence(told) and "shape.npz" in told and "SHA-256" in told, told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"), [((), "Commands:"), (("bundle",), "verify"), (("data",), "fetch")]
)
def test_no_arguments_bring_the_help_as_it_is_laid_out(run: Run, words: tuple[str, ...], said: str) -> None:
    code, told = run(*words)
    assert code == exits.BAD_INPUT and said in told and len(told.splitlines()) > 8


def test_the_command_runs_without_packages_that_only_tests_need(tmp_path: Path) -> None:
    told = "import sys; sys.modules['click'] = None; from craniomark.cli.main import main; main()"
    environment = os.environ | {"PYTHONPATH": str(Path(exits.__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", told],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == exits.BAD_INPUT and "Commands:" in ran.stderr
