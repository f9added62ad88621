"""The corpus of wrong headers: each is refused in a sentence that names file, field, value and remedy."""

import gzip
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from craniomark.ground.checks import InputError, memory
from craniomark.ground.volumes import read_volume

CUBE = np.arange(512, dtype=np.int16).reshape(8, 8, 8)


@dataclass(frozen=True)
class Wrong:
    """A file that must be refused: how it is made, and which field its error names."""

    name: str
    field: str
    make: Callable[[Path], None]
    suffix: str = ".nii"


def image(array: np.ndarray, vector: bool = False) -> Callable[[Path], None]:
    return lambda path: sitk.WriteImage(sitk.GetImageFromArray(array, isVector=vector), str(path))


def nifti(offset: int, layout: str, *values: float) -> Callable[[Path], None]:
    """Make a sound NIfTI image with other values in its header."""

    def make(path: Path) -> None:
        image(CUBE)(path)
        content = bytearray(path.read_bytes())
        struct.pack_into(f"<{layout}", content, offset, *values)
        path.write_bytes(content)

    return make


def text(old: str, new: str) -> Callable[[Path], None]:
    """Make a sound image with another line in its text header."""

    def make(path: Path) -> None:
        image(CUBE)(path)
        content = path.read_bytes()
        assert old.encode() in content
        path.write_bytes(content.replace(old.encode(), new.encode(), 1))

    return make


def bomb(path: Path) -> None:
    """Make 400 bytes of gzip that declare 68 GB."""
    image(CUBE)(path.with_suffix(""))
    content = bytearray(path.with_suffix("").read_bytes()[:360])
    struct.pack_into("<8h", content, 40, 3, 32767, 32767, 32, 1, 1, 1, 1)
    path.write_bytes(gzip.compress(bytes(content)))


def lonely(path: Path) -> None:
    image(CUBE)(path)
    path.with_suffix(".raw").unlink()


def holed(value: float) -> np.ndarray:
    array = CUBE.astype(np.float32)
    array[3, 2, 1] = value
    return array


COLOURED = np.zeros((4, 4, 4, 3), np.uint8)
STRAIGHT = "(1,0,0) (0,1,0) (0,0,1)"
CORPUS = [
    Wrong("zero spacing", "spacing", nifti(80, "3f", 0, 1, 1)),
    Wrong("negative spacing", "spacing", nifti(80, "3f", 1, -1, 1)),
    Wrong("NaN spacing", "spacing", nifti(80, "3f", 1, float("nan"), 1)),
    Wrong("zero spacing in MetaImage", "spacing", text("Spacing = 1 1 1", "Spacing = 1 0 1"), ".mha"),
    Wrong("zero axis in NRRD", "spacing", text(STRAIGHT, "(1,0,0) (0,0,0) (0,0,1)"), ".nrrd"),
    Wrong("NaN axis in NRRD", "spacing", text(STRAIGHT, "(1,0,0) (0,nan,0) (0,0,1)"), ".nrrd"),
    Wrong("sheared NRRD", "direction", text(STRAIGHT, "(1,0,0) (0.3,1,0) (0,0,1)"), ".nrrd"),
    Wrong("near-singular NRRD", "direction", text(STRAIGHT, "(1,0,0) (1,1e-7,0) (0,0,1)"), ".nrrd"),
    Wrong("sheared MetaImage", "direction", text("1 0 0 0 1 0 0 0 1", "1 0 0 .5 1 0 0 0 1"), ".mha"),
    Wrong("quaternion longer than one", "direction", nifti(252, "2h3f", 1, 0, 3, 0, 0)),
    Wrong("spacing below any scanner", "spacing", nifti(80, "3f", 1e-6, 1e-6, 1e-6)),
    Wrong("origin of NaN", "origin", nifti(252, "2h6f", 1, 0, 0, 0, 0, float("nan"), 0, 0)),
    Wrong("2-D", "dimension", image(CUBE[0])),
    Wrong("one slice", "dimension", image(CUBE[:1])),
    Wrong("4-D", "dimension", image(np.stack([CUBE, CUBE]))),
    Wrong("vector", "dimension", image(np.zeros((4, 4, 4, 3), np.float32), vector=True)),
    Wrong("RGB", "voxel type", nifti(70, "2h", 128, 24)),
    Wrong("RGB in NRRD", "number of channels", image(COLOURED, vector=True), ".nrrd"),
    Wrong("RGB in MetaImage", "number of channels", image(COLOURED, vector=True), ".mha"),
    Wrong("complex", "voxel type", nifti(70, "2h", 32, 64)),
    Wrong("bits that do not fit the type", "bitpix", nifti(72, "h", 8)),
    Wrong("more voxels than the file holds", "size", nifti(40, "4h", 3, 800, 800, 800)),
    Wrong("more voxels than the file holds, in NRRD", "size", text("8 8 8", "9999 9999 9999"), ".nrrd"),
    Wrong("more voxels than the file holds, in MetaImage", "size", text("8 8 8", "9999 9999 9999"), ".mha"),
    Wrong("axis of absurd length", "image size", text("8 8 8", "8 8 99999999999999999999"), ".nrrd"),
    Wrong("negative axis", "image size", nifti(40, "4h", 3, 8, -8, 8)),
    Wrong("gzip bomb", "size", bomb, ".nii.gz"),
    Wrong("pair header", "format", nifti(344, "4s", b"ni1\0")),
    Wrong("data file missing", "data file", lonely, ".mhd"),
    Wrong("data file missing, of NRRD", "data file", lonely, ".nhdr"),
    Wrong("NaN voxel", "voxel values", image(holed(np.nan)), ".nrrd"),
    Wrong("infinite voxel", "voxel values", image(holed(np.inf)), ".mha"),
    Wrong("scaled beyond single precision", "voxel values", nifti(112, "2f", 3e38, 0)),
    Wrong("constant", "contrast", image(np.full((8, 8, 8), 7, np.uint8)), ".nii.gz"),
]  # fmt: skip


@pytest.mark.parametrize("wrong", CORPUS, ids=[wrong.name for wrong in CORPUS])
def test_a_wrong_file_is_refused_in_a_sentence(wrong: Wrong, tmp_path: Path) -> None:
    path = tmp_path / f"skull é{wrong.suffix}"
    wrong.make(path)
    with pytest.raises(InputError) as caught:
        read_volume(path)
    error = caught.value
    assert error.field == wrong.field
    assert error.file == str(path)
    assert str(error.value)
    assert len(error.remedy) > 10
    assert "\n" not in str(error)


def test_an_image_larger_than_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.nrrd"
    image(CUBE)(path)
    monkeypatch.setattr(memory, "_system_memory", lambda: 1000)
    with pytest.raises(InputError, match="memory free"):
        read_volume(path)


def test_a_given_spacing_rescues_a_file_without_a_sound_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mha"
    text("ElementSpacing = 1 1 1", "ElementSpacing = 1 0 1")(path)
    assert np.allclose(read_volume(path, spacing=(0.1, 0.2, 0.3)).spacing, [0.1, 0.2, 0.3])
