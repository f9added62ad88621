"""Volumes to plain NRRD files, plane by plane: nothing is copied or compressed, and other threads go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    "int8": "int8", "uint8": "uint8", "int16": "int16", "uint16": "uint16", "int32": "int32",
    "uint32": "uint32", "int64": "int64", "uint64": "uint64", "float32": "float", "float64": "double",
}  # fmt: skip


def write_raw_nrrd(
    path: Path, array: NDArray[Any], matrix: NDArray[np.float64], told: Callable[[], None] = lambda: None
) -> None:
    """Write a volume.

    Parameters
    ----------
    path : Path
        A ``.nrrd`` file for another process; it is written directly, so that a reader must wait for the end.
    array : ndarray, shape (I, J, K)
        Voxels.
    matrix : ndarray, shape (4, 4)
        Voxel index to LPS mm.
    told : callable
        Called after each plane; what it raises ends the writing.

    Raises
    ------
    OSError
        If the file can't be written.
    ValueError
        If voxels are of a type that NRRD doesn't have.
    """
    kind = _TYPES.get(array.dtype.newbyteorder("=").name)
    if kind is None:
        raise ValueError(f"voxels of type {array.dtype} can't be handed over")
    with path.open("wb") as stream:
        stream.write(_header(kind, array.shape, matrix).encode("ascii"))
        for plane in array.T:
            stream.write(np.ascontiguousarray(plane, dtype=array.dtype.newbyteorder("<")).data)
            told()


def _header(kind: str, shape: tuple[int, ...], matrix: NDArray[np.float64]) -> str:
    axes = " ".join(_vector(matrix[:3, axis]) for axis in range(3))
    lines = [
        "NRRD0004", f"type: {kind}", "dimension: 3", "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, shape))}", f"space directions: {axes}", "kinds: domain domain domain",
        "endian: little", "encoding: raw", f"space origin: {_vector(matrix[:3, 3])}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n"


def _vector(values: NDArray[np.float64]) -> str:
    return f"({','.join(repr(float(value)) for value in values)})"
