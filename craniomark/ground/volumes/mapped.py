"""Volumes larger than memory: voxels stay on disk, and only what is looked at is read."""

import gzip
import struct
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, available_memory, written_whole
from craniomark.ground.volumes.header import Header, check_file_size
from craniomark.ground.volumes.placement import Unit, placed
from craniomark.ground.volumes.read import header_of, read_volume
from craniomark.ground.volumes.tiff_stack import mapped_tiff_stack, stack_bytes, tiff_slices
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.voxels import check_values, fill_voxels

_SUFFIXES = (".nii.gz", ".nii", ".nrrd")
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_NIFTI_OFFSET = 352
_LONGEST_NIFTI = 32767


def needs_mapping(path: str | PathLike[str], share: float) -> bool:
    """Whether a scan takes more than a share of the free memory, as far as its header tells.

    Parameters
    ----------
    path : path
        A file or a folder of slices.
    share : float
        Of the free memory; 0 maps everything that can be.
    """
    path, free = Path(path), available_memory()
    if path.is_dir():
        needed = stack_bytes(path)
    else:
        header = header_of(path)
        needed = header.declared_bytes if header else 0
    return needed > 0 and (share == 0 or (free is not None and needed > share * free))


def mapped_volume(
    path: str | PathLike[str], scratch: Path, *, spacing: tuple[float, float, float] | None = None,
    unit: Unit = "mm",
) -> Volume:  # fmt: skip
    """A scan as `read_volume` gives it, with voxels that are mapped from disk.

    Plain files are mapped where they lie. What is compressed, scaled, of another byte order or in slices is
    written to `scratch` first. DICOM folders and Scanco's files are read into memory.

    Parameters
    ----------
    path : path
        A file or a folder of slices.
    scratch : Path
        Folder for the voxels, which the volume needs for as long as it is used.
    spacing, unit
        As for `read_volume`.

    Raises
    ------
    InputError
        If anything about the file is off, or the disk of `scratch` is full.
    """
    path = Path(path)
    if path.is_dir() and tiff_slices(path):
        return mapped_tiff_stack(path, scratch / "voxels.raw", spacing, unit)
    header = None if path.is_dir() else header_of(path)
    if header is None:
        return read_volume(path, spacing=spacing, unit=unit)
    matrix = placed(header, spacing, unit)
    check_file_size(header)
    array = _mapped(header) if _is_plain(header) else _written(header, scratch)
    check_values(path, array)
    return Volume(array, matrix, header.left_right_known, header.notes)


def write_mapped(volume: Volume, path: str | PathLike[str]) -> None:
    """Write a volume of bytes slice by slice, as .nii.gz, .nii or .nrrd.

    Parameters
    ----------
    volume : Volume
        Of unsigned bytes, perhaps mapped from disk.
    path : path
        Where; a file already there is replaced only by a complete one.

    Raises
    ------
    InputError
        For another extension, or a place that can't be written.
    """
    path = Path(path)
    name = path.name.lower()
    if not name.endswith(_SUFFIXES):
        value = path.suffix or "without extension"
        raise InputError(path, "file type", value, f"use one of {' '.join(_SUFFIXES)}")
    if name.endswith((".nii", ".nii.gz")) and max(volume.shape) > _LONGEST_NIFTI:
        raise InputError(path, "size", f"{max(volume.shape)} voxels a side", "write it as .nrrd")
    with written_whole(path) as part, part.open("wb") as stream:
        if name.endswith(".nii"):
            stream.write(_nifti_header(volume))
            _write_slices(volume.array, stream)
            return
        if name.endswith(".nrrd"):
            stream.write(_nrrd_header(volume))
        with gzip.GzipFile(filename="", mode="wb", fileobj=stream, compresslevel=4, mtime=0) as packed:
            if name.endswith(".nii.gz"):
                packed.write(_nifti_header(volume))
            _write_slices(volume.array, packed)


def _is_plain(header: Header) -> bool:
    return header.compression == "none" and not header.scaled and header.dtype.isnative


def _mapped(header: Header) -> NDArray[np.generic]:
    return np.memmap(
        header.data_file, header.dtype, "r", header.file_offset, header.shape, order="F"
    )  # fmt: skip


def _written(header: Header, scratch: Path) -> NDArray[np.generic]:
    file = scratch / "voxels.raw"
    stored = np.memmap(file, header.dtype, "w+", shape=(int(np.prod(header.shape)),))
    fill_voxels(header, stored.view(np.uint8))
    if not header.scaled and header.dtype.isnative:
        return stored.reshape(header.shape, order="F")
    final = np.dtype(np.float32) if header.scaled else header.dtype.newbyteorder("=")
    values = np.memmap(scratch / "values.raw", final, "w+", shape=header.shape, order="F")
    raw = stored.reshape(header.shape, order="F")
    for k in range(header.shape[2]):
        cut = raw[:, :, k].astype(final)
        values[:, :, k] = (
            cut * np.float32(header.slope) + np.float32(header.intercept) if header.scaled else cut
        )
    return values


def _write_slices(array: NDArray[np.generic], stream: "BinaryIO | gzip.GzipFile") -> None:
    for k in range(array.shape[2]):
        stream.write(np.asarray(array[:, :, k], dtype=np.uint8).tobytes(order="F"))


def _nrrd_header(volume: Volume) -> bytes:
    def vector(values: NDArray[np.float64]) -> str:
        return "(" + ",".join(f"{value:.17g}" for value in values) + ")"

    axes = " ".join(vector(volume.matrix[:3, axis]) for axis in range(3))
    lines = [
        "NRRD0004", "type: uint8", "dimension: 3", "space: left-posterior-superior",
        "sizes: " + " ".join(map(str, volume.shape)), f"space directions: {axes}",
        "kinds: domain domain domain", "encoding: gzip", f"space origin: {vector(volume.matrix[:3, 3])}",
    ]  # fmt: skip
    return ("\n".join(lines) + "\n\n").encode("ascii")


def _nifti_header(volume: Volume) -> bytes:
    """A NIfTI-1 header with an sform; RAS as the format wants it."""
    rows = (_LPS_TO_RAS @ volume.matrix)[:3]
    header = bytearray(_NIFTI_OFFSET)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *volume.shape, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 2, 8)  # unsigned bytes
    struct.pack_into("<8f", header, 76, 1.0, *volume.spacing, 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<fff", header, 108, float(_NIFTI_OFFSET), 1.0, 0.0)
    header[123] = 2  # mm
    struct.pack_into("<hh", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, *rows.ravel())
    header[344:348] = b"n+1\0"
    return bytes(header)
