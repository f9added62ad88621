from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume

STACK = np.random.default_rng(0).integers(0, 60000, (12, 5, 7)).astype(np.uint16)
LOG = """[System]
Scanner=SkyScan1172
[Acquisition]
Camera Pixel Size (um)=    9.0
Image Pixel Size (um)=    17.25
[Reconstruction]
Section to Section Step=1
Pixel Size (um)=34.5
"""
Filled = Callable[..., Path]


@pytest.fixture
def filled(tmp_path: Path) -> Filled:
    """Fill a folder with slices."""

    def fill(stack: np.ndarray = STACK, log: str | None = None, name: str = "s{}.tif") -> Path:
        folder = tmp_path / "mouse ö 1"
        folder.mkdir()
        for number, page in enumerate(stack):
            tifffile.imwrite(folder / name.format(number), page)
        if log is not None:
            (folder / "mouse.log").write_bytes(log.encode("latin-1"))
        return folder

    return fill


def test_slices_stack_by_number_and_not_by_alphabet(filled: Filled) -> None:
    volume = read_volume(filled(), spacing=(0.1, 0.2, 0.3))
    assert np.array_equal(volume.array, STACK.T)
    assert volume.array.dtype == np.uint16
    assert np.allclose(volume.matrix, np.diag([0.1, 0.2, 0.3, 1]))


def test_left_and_right_stay_unverified(filled: Filled) -> None:
    volume = read_volume(filled(), spacing=(0.1, 0.2, 0.3))
    assert not volume.left_right_known
    assert "left/right unverified" in volume.notes[0]


def test_spacing_in_micrometres(filled: Filled) -> None:
    assert np.allclose(read_volume(filled(), spacing=(20, 20, 20), unit="um").spacing, 0.02)


def test_the_size_after_reconstruction_is_taken_from_a_skyscan_log(filled: Filled) -> None:
    assert np.allclose(read_volume(filled(log=LOG)).spacing, 0.0345)


def test_the_image_pixel_size_is_taken_where_the_log_tells_no_other(filled: Filled) -> None:
    log = "Camera Pixel Size (um)=9.0\r\nImage Pixel Size (um)=17.25\r\nOperator=M\xfcller\r\n"
    assert np.allclose(read_volume(filled(log=log)).spacing, 0.01725)


def test_the_preview_of_skyscan_is_left_out(filled: Filled) -> None:
    folder = filled(log=LOG)
    tifffile.imwrite(folder / "s_spr.tif", np.zeros((3, 3), np.uint8))
    assert read_volume(folder).shape == (7, 5, 12)


def test_a_stack_without_spacing_says_how_to_give_it(filled: Filled) -> None:
    with pytest.raises(InputError, match="--spacing X,Y,Z"):
        read_volume(filled())


def test_logs_that_disagree_are_refused(filled: Filled) -> None:
    folder = filled(log=LOG)
    (folder / "other.log").write_text("Image Pixel Size (um)=5")
    with pytest.raises(InputError, match="pixel size"):
        read_volume(folder)


def test_a_log_without_a_size_is_as_none(filled: Filled) -> None:
    with pytest.raises(InputError, match="spacing"):
        read_volume(filled(log="Image Pixel Size (um)=unknown"))


def test_seven_slices_are_too_few(filled: Filled) -> None:
    with pytest.raises(InputError, match="number of slices is 7"):
        read_volume(filled(STACK[:7]), spacing=(1, 1, 1))


@pytest.mark.parametrize("odd", [STACK[0, :4], STACK[0].astype(np.uint8)])
def test_an_unequal_slice_is_named(odd: np.ndarray, filled: Filled) -> None:
    folder = filled()
    tifffile.imwrite(folder / "s5.tif", odd)
    with pytest.raises(InputError, match=r"s5\.tif: slice size"):
        read_volume(folder, spacing=(1, 1, 1))


def test_coloured_slices_are_refused(filled: Filled) -> None:
    with pytest.raises(InputError, match="number of channels is 3"):
        read_volume(filled(np.zeros((9, 5, 7, 3), np.uint8)), spacing=(1, 1, 1))


@pytest.mark.parametrize("content", [b"", b"no image at all", b"II*\x00\xff\xff\xff\xff"])
def test_a_damaged_slice_is_named(content: bytes, filled: Filled) -> None:
    folder = filled()
    (folder / "s7.tif").write_bytes(content)
    with pytest.raises(InputError, match=r"s7\.tif"):
        read_volume(folder, spacing=(1, 1, 1))


def test_a_cut_off_slice_is_named(filled: Filled) -> None:
    folder = filled()
    tifffile.imwrite(folder / "s7.tif", STACK[7], compression="zlib")
    content = (folder / "s7.tif").read_bytes()
    (folder / "s7.tif").write_bytes(content[:-20])
    with pytest.raises(InputError, match=r"s7\.tif"):
        read_volume(folder, spacing=(1, 1, 1))


def test_a_constant_stack_is_refused(filled: Filled) -> None:
    with pytest.raises(InputError, match="contrast"):
        read_volume(filled(np.zeros_like(STACK)), spacing=(1, 1, 1))
