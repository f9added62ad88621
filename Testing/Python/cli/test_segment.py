"""Bone masks and aligned stacks by the command line."""

import sys
from pathlib import Path

import numpy as np
import pytest
from sentences import is_one_sentence

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "segmentation"))

from threshold_run import shell, write_run

from craniomark.ground.volumes import Volume, read_volume, write_volume


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    write_volume(shell(), tmp_path / "skull.nii.gz")
    write_run(tmp_path / "run", shell())
    return tmp_path / "skull.nii.gz"


def test_the_word_mask_may_be_left_out(command, scan, tmp_path):
    for number, words in enumerate(((), ("mask",))):
        out = tmp_path / f"{number}.nii.gz"
        code, told, _ = command("segment", *words, scan, "-o", out, "--model", tmp_path / "run")
        assert code == 0 and "mm³ of bone" in told and read_volume(out).shape == shell().shape
    assert command("segment", "--help")[0] == command("segment", "mask", "--help")[0] == 0


def test_a_stack_goes_in_line_and_its_mask_comes_back(command, scan, tmp_path):
    del scan
    volume = shell()
    array = volume.array.copy()
    array[:, :, 30:] = np.roll(array[:, :, 30:], 5, 0)
    write_volume(Volume(array, volume.matrix), tmp_path / "stack.nrrd")
    code, told, _ = command("segment", "align", tmp_path / "stack.nrrd", "-o", tmp_path / "line.nrrd")
    assert code == 0 and told.startswith("36 sections moved, 0 split")
    line, record = tmp_path / "line.nrrd", tmp_path / "line.nrrd.align.json"
    assert command("segment", line, "-o", tmp_path / "m.nrrd", "--model", tmp_path / "run")[0] == 0
    code, _, _ = command(
        "segment", "restore", tmp_path / "m.nrrd", "--alignment", record, "-o", tmp_path / "b.nrrd"
    )
    back = read_volume(tmp_path / "b.nrrd")
    assert code == 0 and (back.array != (array > 470)).mean() < 0.002


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("skull.nii.gz", "-o", "m.png"), "file type"),
        (("skull.nii.gz", "-o", "m.nrrd", "--model", "nothing-like-it"), "nothing-like-it"),
        (("skull.nii.gz", "-o", "m.nrrd", "--model", "run", "--tile", "3"), "at least 16"),
        (("gone.nii.gz", "-o", "m.nrrd"), "missing"),
        (("align", "skull.nii.gz", "-o", "line.nrrd", "--axis", "7"), "give 0, 1 or 2"),
        (("restore", "skull.nii.gz", "--alignment", "gone.json", "-o", "m.nrrd"), "alignment"),
    ],
)
def test_bad_input_ends_with_a_sentence(command, scan, tmp_path, monkeypatch, words, told):
    del scan
    monkeypatch.chdir(tmp_path)
    code, _, said = command("segment", *words)
    assert code == 2 and is_one_sentence(said) and told in said
