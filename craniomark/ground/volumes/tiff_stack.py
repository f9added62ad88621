"""A folder of TIFF slices as one volume."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, check_memory, limits
from craniomark.ground.volumes.header import COPY_AGAIN, three_axes
from craniomark.ground.volumes.placement import Unit, given_spacing, voxel_matrix
from craniomark.ground.volumes.skyscan import skyscan_spacing
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.voxels import check_values

_PREVIEW = re.compile(r"_spr$", re.IGNORECASE)


def tiff_slices(folder: Path) -> list[Path]:
    """TIFF files of a folder in the order of the numbers in their names; SkyScan's preview is left out."""
    slices = [
        path for path in folder.iterdir()
        if path.suffix.lower() in (".tif", ".tiff") and not path.name.startswith(".")
        and not _PREVIEW.search(path.stem) and path.is_file()
    ]  # fmt: skip
    return sorted(slices, key=_in_order)


def read_tiff_stack(folder: Path, spacing: Sequence[float] | None = None, unit: Unit = "mm") -> Volume:
    """Read a folder of at least eight equally sized TIFF slices.

    Parameters
    ----------
    folder : Path
        Its slices are ordered by the numbers in their names; i runs along rows, j down, k over slices.
    spacing : sequence of float, optional
        Voxel size in `unit`; without it a SkyScan log in the folder must tell it.
    unit : {"mm", "um"}
        Unit of `spacing`.

    Returns
    -------
    Volume
        With ``left_right_known`` False: TIFF tells no orientation.

    Raises
    ------
    InputError
        If the slices are too few, unequal, coloured or damaged, or the voxel size is unknown.
    """
    return _read(folder, None, spacing, unit)


def mapped_tiff_stack(
    folder: Path, file: Path, spacing: Sequence[float] | None = None, unit: Unit = "mm"
) -> Volume:
    """As `read_tiff_stack`, with voxels that are written to `file` and mapped from there."""
    return _read(folder, file, spacing, unit)


def stack_bytes(folder: Path) -> int:
    """Bytes that the voxels of a folder of TIFF slices take, by its first slice; 0 where there are none."""
    slices = tiff_slices(folder)
    if not slices:
        return 0
    shape, dtype = _declared(slices[0])
    return int(np.prod(shape, dtype=object)) * dtype.itemsize * len(slices)


def _read(folder: Path, file: Path | None, spacing: Sequence[float] | None, unit: Unit) -> Volume:
    slices = tiff_slices(folder)
    if len(slices) < limits.SMALLEST_STACK:
        remedy = f"a stack has at least {limits.SMALLEST_STACK} .tif slices"
        raise InputError(folder, "number of slices", len(slices), remedy)
    size = spacing if spacing is not None else skyscan_spacing(folder)
    if size is None:
        remedy = "give the voxel size with --spacing X,Y,Z (and --unit um if in micrometres)"
        raise InputError(folder, "spacing", "unknown (TIFF holds none, and there is no SkyScan .log)", remedy)
    mm = given_spacing(folder, size, unit if spacing is not None else "mm")
    array = _stacked(slices, file).T
    check_values(folder, array)
    note = f"{folder.name} is a TIFF stack, which tells no orientation: left/right unverified."
    return Volume(array, voxel_matrix(mm, np.eye(3), np.zeros(3)), False, (note,))


def _in_order(path: Path) -> tuple[list[tuple[bool, int, str]], str]:
    words = re.findall(r"[0-9]+|[^0-9]+", path.name.lower())
    return [(word[0] in "0123456789", int(word) if word[0] in "0123456789" else 0, word) for word in words], (
        path.name
    )


def _stacked(slices: list[Path], file: Path | None) -> NDArray[np.generic]:
    shape, dtype = _declared(slices[0])
    three_axes(slices[0].parent, (shape[1], shape[0], len(slices)))
    stack: NDArray[np.generic]
    if file is None:
        check_memory(slices[0].parent, int(np.prod(shape, dtype=object)) * dtype.itemsize * len(slices))
        stack = np.empty((len(slices), *shape), dtype=dtype)
    else:
        stack = np.memmap(file, dtype, "w+", shape=(len(slices), *shape))
    for place, path in zip(stack, slices, strict=True):
        place[:] = _slice(path, shape, dtype, slices[0])
    return stack


def _declared(path: Path) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of the first page, from its tags alone."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages[0]
            count, shape, dtype = len(file.pages), tuple(page.shape), page.dtype
    except Exception as error:  # a damaged file makes tifffile raise errors of many kinds
        raise InputError(path, "format", f"not TIFF that can be read ({error})", COPY_AGAIN) from error
    if count != 1:
        raise InputError(path, "number of pages", count, "save one slice a file")
    if len(shape) != 2:
        remedy = "save the slices in grey values"
        raise InputError(path, "number of channels", shape[-1] if shape else "unknown", remedy)
    if dtype is None or dtype.kind not in "iuf":
        raise InputError(path, "voxel type", dtype, "save the slices in grey values")
    return shape, dtype.newbyteorder("=")


def _slice(
    path: Path, shape: tuple[int, ...], dtype: np.dtype[np.generic], first: Path
) -> NDArray[np.generic]:
    import tifffile

    found, kind = _declared(path)
    if (found, kind) != (shape, dtype):
        value = f"{found[1]} x {found[0]} {kind}, and {shape[1]} x {shape[0]} {dtype} in {first.name}"
        raise InputError(
            path, "slice size", value, "put only the equally sized slices of one scan in a folder"
        )
    try:
        pixels = tifffile.imread(path)
    except Exception as error:  # as above
        raise InputError(path, "pixels", f"unreadable ({error})", COPY_AGAIN) from error
    if pixels.shape != shape:
        raise InputError(path, "slice size", pixels.shape, COPY_AGAIN)
    return np.asarray(pixels)
