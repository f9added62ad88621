"""Voxels of a header that was checked: read once, in place, decompressed in bounded pieces.

They are read here and not by ITK, which returns cut-off .nii.gz and damaged .mha files without an error.
"""

import bz2
import zlib
from collections.abc import Iterator
from os import PathLike
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.volumes.header import COPY_AGAIN, Header, check_room

_PIECE = 1 << 20


def read_voxels(header: Header) -> NDArray[np.generic]:
    """Voxel values, shape ``header.shape``, first axis fastest in memory.

    The type is the one of the file in native byte order; scaled values are float32.

    Raises
    ------
    InputError
        If the data are missing, cut off, damaged, or too large for the memory.
    """
    check_room(header)
    stored = np.empty(int(np.prod(header.shape)), dtype=header.dtype)
    fill_voxels(header, stored.view(np.uint8))
    if not header.dtype.isnative:
        stored = stored.byteswap(inplace=True).view(header.dtype.newbyteorder("="))
    if header.scaled:
        with np.errstate(over="ignore", invalid="ignore"):
            stored = stored.astype(np.float32)
            stored *= np.float32(header.slope)
            stored += np.float32(header.intercept)
    return stored.reshape(header.shape, order="F")


def check_values(file: str | PathLike[str], array: NDArray[np.generic]) -> None:
    """Refuse voxels that are not finite or all alike; no copy is made.

    Raises
    ------
    InputError
        For NaN or infinite values, or an image without contrast.
    """
    with np.errstate(invalid="ignore"):
        low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        remedy = "replace NaN and infinite voxels by the value of air, or export the image again"
        raise InputError(file, "voxel values", "not finite", remedy)
    if low == high:
        raise InputError(
            file, "contrast", f"none, as every voxel is {low}", "check that the scan was exported"
        )


def fill_voxels(header: Header, buffer: NDArray[np.uint8]) -> None:
    """Read or decompress all voxels of a header into a buffer of bytes, which may be mapped from disk.

    Raises
    ------
    InputError
        If the data are cut off or damaged.
    """
    with header.data_file.open("rb") as stream:
        stream.seek(header.file_offset)
        if header.compression == "none":
            filled = stream.readinto(buffer.data)
        else:
            pieces = _inflated(stream) if header.compression == "gzip" else _unzipped(stream)
            try:
                filled = _copy(pieces, buffer, header.stream_offset)
            except (zlib.error, EOFError, OSError, ValueError) as error:
                raise InputError(header.file, "compressed data", "damaged or cut off", COPY_AGAIN) from error
    if filled != buffer.size:
        value = f"{filled} bytes where the header declares {buffer.size}"
        raise InputError(header.file, "size", value, COPY_AGAIN)


def _copy(pieces: Iterator[bytes], buffer: NDArray[np.uint8], skip: int) -> int:
    """Fill `buffer` after `skip` bytes; go on to the end of the stream, where its checksum stands."""
    filled = 0
    for piece in pieces:
        start = min(skip, len(piece))
        skip -= start
        part = np.frombuffer(piece, np.uint8)[start : start + buffer.size - filled]
        buffer[filled : filled + part.size] = part
        filled += part.size
    return filled


def _inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces of a gzip (one or several members) or zlib stream."""
    engine = zlib.decompressobj(wbits=47)
    data = b""
    while True:
        data = data or stream.read(_PIECE)
        piece = engine.decompress(data, _PIECE)
        if piece:
            yield piece
        if engine.eof:
            data = engine.unused_data or stream.read(_PIECE)
            if not data.startswith(b"\x1f\x8b"):
                return
            engine = zlib.decompressobj(wbits=47)
        elif not data and not piece:
            raise EOFError
        else:
            data = engine.unconsumed_tail


def _unzipped(stream: BinaryIO) -> Iterator[bytes]:
    with bz2.BZ2File(stream) as source:
        while piece := source.read(_PIECE):
            yield piece
