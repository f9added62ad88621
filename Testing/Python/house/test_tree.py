"""What the repository holds: no specimens, small weights, nothing of one machine."""

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

VOLUME_ENDS = (
    ".nii",
    ".nii.gz",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".dcm",
    ".tif",
    ".tiff",
    ".raw",
    ".particles",
)
SPECIMEN_ENDS = (*VOLUME_ENDS, ".ply", ".stl", ".obj", ".vtk", ".vtp")
WEIGHT_ENDS = (".safetensors", ".pt", ".pth", ".torch", ".ckpt", ".pkl", ".pickle")
SHIPPED_MODELS = 25 * 2**20
LARGEST_FILE = 5 * 2**20
HOME_OF_SOMEBODY = re.compile(r"(?<![\w.~}])/(?:home|Users|root)/\w")


@pytest.fixture(scope="module")
def tracked(repository) -> list[Path]:
    if shutil.which("git") is None or not (repository / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are unknown")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True, text=True
    )
    return [Path(name) for name in done.stdout.split("\0") if name and (repository / name).is_file()]


def is_template(path: Path) -> bool:
    """Whether `path` is a template, which a bundle may hold: an average, not a specimen."""
    return path.name == "template.nii.gz" and PurePosixPath(path.as_posix()).match("Resources/Models/*/*")


def test_no_specimen_is_tracked(tracked):
    assert [str(p) for p in tracked if p.name.endswith(SPECIMEN_ENDS) and not is_template(p)] == []


def test_weights_are_safetensors_of_a_bundle(tracked):
    odd = [p for p in tracked if p.suffix in WEIGHT_ENDS]
    assert [str(p) for p in odd if p.suffix != ".safetensors" or p.parts[:2] != ("Resources", "Models")] == []


def test_shipped_models_together_are_small(repository, tracked):
    models = [repository / p for p in tracked if p.parts[:2] == ("Resources", "Models")]
    assert sum(p.stat().st_size for p in models) < SHIPPED_MODELS


def test_no_other_file_is_large(repository, tracked):
    others = [p for p in tracked if p.parts[:2] != ("Resources", "Models")]
    assert [str(p) for p in others if (repository / p).stat().st_size > LARGEST_FILE] == []


def test_no_text_names_a_folder_of_one_machine(repository, tracked):
    found = []
    for path in tracked:
        if path.suffix in (
            ".py",
            ".md",
            ".toml",
            ".txt",
            ".yaml",
            ".yml",
            ".json",
            ".cfg",
            ".csv",
            ".html",
            "",
        ):
            text = (repository / path).read_text(encoding="utf-8", errors="ignore")
            found += [f"{path}: {m.group()}" for m in HOME_OF_SOMEBODY.finditer(text)]
    assert not found


def test_names_differ_by_more_than_case(tracked):
    """Windows and macOS keep one of two such files."""
    assert len({str(p).lower() for p in tracked}) == len(tracked)


def test_the_version_is_told_alike(repository):
    version = re.search(r'__version__ = "(.+)"', (repository / "craniomark/__init__.py").read_text()).group(1)
    assert f"version: {version}\n" in (repository / "CITATION.cff").read_text()
    assert f"## {version}" in (repository / "CHANGELOG.md").read_text()
