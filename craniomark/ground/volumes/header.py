"""What a header declares, and whether the file and the memory can hold it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, check_memory, limits

EXPORT_AGAIN = "open the image in 3D Slicer and save it again as .nrrd"
COPY_AGAIN = "the file is cut off or damaged, so copy or export it again"


@dataclass(frozen=True, eq=False)
class Header:
    """A header as it stands in the file, nothing of its geometry believed yet.

    Attributes
    ----------
    file : Path
        What the user named.
    data_file : Path
        Where the voxels lie.
    shape : tuple of int
        Voxels along i, j, k; i runs fastest in the file.
    dtype : numpy.dtype
        Of one voxel, byte order included.
    spacing : ndarray, shape (3,)
        In units of `unit_mm`.
    direction : ndarray, shape (3, 3)
        Column n is the LPS direction of axis n.
    origin : ndarray, shape (3,)
        LPS position of the first voxel, in units of `unit_mm`.
    unit_mm : float
        Millimetres of one unit of length of this header.
    compression : str
        ``"none"``, ``"gzip"`` (zlib streams included) or ``"bzip2"``.
    file_offset, stream_offset : int
        Bytes before the voxels: in the file, and in what it decompresses to.
    slope, intercept : float
        Stored value to voxel value.
    left_right_known : bool
        False if the file tells no orientation.
    notes : tuple of str
        Sentences for the user.
    """

    file: Path
    data_file: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    spacing: NDArray[np.float64]
    direction: NDArray[np.float64]
    origin: NDArray[np.float64]
    unit_mm: float = 1.0
    compression: Literal["none", "gzip", "bzip2"] = "none"
    file_offset: int = 0
    stream_offset: int = 0
    slope: float = 1.0
    intercept: float = 0.0
    left_right_known: bool = True
    notes: tuple[str, ...] = ()

    @property
    def scaled(self) -> bool:
        """True if the stored values are not yet the voxel values."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def declared_bytes(self) -> int:
        """Bytes that the voxels take, uncompressed."""
        return math.prod(self.shape) * self.dtype.itemsize


def three_axes(file: Path, sizes: Sequence[int]) -> tuple[int, int, int]:
    """Sizes of a 3-D image; trailing axes of one voxel are dropped.

    Raises
    ------
    InputError
        For any other number of axes, or an axis too short or too long.
    """
    real = list(sizes)
    while len(real) > 3 and real[-1] == 1:
        real.pop()
    told = " x ".join(str(size) for size in sizes) or "none"
    short = len(real) == 3 and any(size == 1 for size in real)
    if len(real) != 3 or short:
        count = len(real) if not short else sum(size > 1 for size in real)
        raise InputError(file, "dimension", f"{count}-D ({told} voxels)", "give a 3-D image of one channel")
    for size in real:
        if not limits.SMALLEST_AXIS <= size <= limits.LARGEST_AXIS:
            remedy = f"each axis has {limits.SMALLEST_AXIS} to {limits.LARGEST_AXIS} voxels; export it again"
            raise InputError(file, "image size", f"{told} voxels", remedy)
    return real[0], real[1], real[2]


def check_room(header: Header) -> None:
    """Refuse a header that declares more than its file or the memory can hold.

    Raises
    ------
    InputError
        If the data file is missing or too small, or the memory is.
    """
    check_file_size(header)
    widened = math.prod(header.shape) * 4 if header.scaled else 0
    check_memory(header.file, header.declared_bytes + widened)


def check_file_size(header: Header) -> None:
    """Refuse a header that declares more than its file can hold.

    Raises
    ------
    InputError
        If the data file is missing or too small.
    """
    if not header.data_file.is_file():
        raise InputError(
            header.file, "data file", f"{header.data_file.name}, which is missing",
            "put it beside its header, or save the image as one file",
        )  # fmt: skip
    held = header.data_file.stat().st_size - header.file_offset
    needed = header.stream_offset + header.declared_bytes
    ratio = {"none": 1, "gzip": limits.GZIP_RATIO, "bzip2": limits.BZIP2_RATIO}[header.compression]
    if max(held, 0) * ratio < needed:
        stored = "" if ratio == 1 else " compressed"
        value = f"{needed} bytes by its header and {max(held, 0)}{stored} bytes in the file"
        raise InputError(header.file, "size", value, COPY_AGAIN)
