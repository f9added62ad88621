"""Any bytes give a volume or an InputError, in bounded memory."""

import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume

CASES = [
    (".nii", False),
    (".nii.gz", True),
    (".nrrd", False),
    (".nrrd", True),
    (".mha", False),
    (".mha", True),
]
VOXELS = 4 * 4 * 4 * 2
LIMIT = 32 << 20


def sound(suffix: str, compress: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        image = sitk.GetImageFromArray(np.arange(64, dtype=np.int16).reshape(4, 4, 4))
        image.SetSpacing((0.1, 0.2, 0.3))
        sitk.WriteImage(image, str(path), compress)
        return path.read_bytes()


SOUND = {case: sound(*case) for case in CASES}

changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)
insertion = st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=12))


@pytest.mark.parametrize("case", CASES, ids=str)
@given(flips=changes, added=insertion, kept=st.sampled_from([1.0, 1.0, 0.9, 0.5, 0.1]))
def test_changed_bytes_give_a_volume_or_an_input_error(
    case: tuple[str, bool], flips: list[tuple[float, int]], added: tuple[float, bytes], kept: float
) -> None:
    content = bytearray(SOUND[case])
    header = len(content) if case[1] else len(content) - VOXELS
    for place, value in flips:
        content[int(place * header)] = value
    content[(start := int(added[0] * header)) : start] = added[1]
    read_or_refused(case[0], bytes(content[: int(kept * len(content))]))


@pytest.mark.parametrize("suffix", [".nii", ".nrrd", ".mha"])
@given(noise=st.binary(max_size=700))
def test_noise_after_a_magic_word_gives_an_input_error(suffix: str, noise: bytes) -> None:
    magic = {".nii": b"\x5c\x01\x00\x00", ".nrrd": b"NRRD0004\n", ".mha": b"ObjectType = Image\nNDims = "}
    read_or_refused(suffix, magic[suffix] + noise)


def read_or_refused(suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(content)
        tracemalloc.start()
        try:
            assert isinstance(read_volume(path), Volume)
        except InputError as error:
            assert str(path) in str(error)
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert peak < LIMIT
