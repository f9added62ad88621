"""Any volume of the formats that users have."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.volumes.dicom import holds_dicom, read_dicom
from craniomark.ground.volumes.header import COPY_AGAIN, Header
from craniomark.ground.volumes.metaimage_header import metaimage_header
from craniomark.ground.volumes.nifti import volume_of
from craniomark.ground.volumes.nifti_header import nifti_header
from craniomark.ground.volumes.nrrd_header import nrrd_header
from craniomark.ground.volumes.placement import Unit, placed
from craniomark.ground.volumes.scanco import read_scanco
from craniomark.ground.volumes.tiff_stack import read_tiff_stack, tiff_slices
from craniomark.ground.volumes.volume import Volume

_HEADERS: dict[str, Callable[[Path], Header]] = {
    ".nii.gz": nifti_header, ".nii": nifti_header,
    ".nrrd": nrrd_header, ".nhdr": nrrd_header,
    ".mha": metaimage_header, ".mhd": metaimage_header,
}  # fmt: skip
_SCANCO = (".isq", ".aim")
VOLUME_SUFFIXES = (*_HEADERS, *_SCANCO)


def volume_suffix(path: str | PathLike[str]) -> str | None:
    """The known volume extension that a name ends with, in lower case, or None."""
    name = Path(path).name.lower()
    return next((suffix for suffix in VOLUME_SUFFIXES if name.endswith(suffix)), None)


def placement_of(path: Path) -> tuple[tuple[int, int, int], NDArray[np.float64]] | None:
    """Shape and voxel-to-LPS matrix, mm, that the header of a scan tells; no voxels are read.

    Returns
    -------
    tuple or None
        None where the format has no short header, or nothing can be told from it.
    """
    try:
        told = header_of(path)
        return (told.shape, placed(told)) if told else None
    except (OSError, InputError):
        return None


def header_of(path: Path) -> Header | None:
    """Header of a scan's file; None where the format has no short one.

    Raises
    ------
    InputError
        If it is not sound.
    """
    header = _HEADERS.get(volume_suffix(path) or "")
    return header(path) if header else None


def read_volume(
    path: str | PathLike[str], *, spacing: tuple[float, float, float] | None = None, unit: Unit = "mm"
) -> Volume:
    """Read a scan: a file of one of `VOLUME_SUFFIXES`, a folder of TIFF slices or a DICOM folder.

    Parameters
    ----------
    path : path
        File or folder.
    spacing : tuple of float, optional
        Voxel size in `unit`, in place of the one of the file. TIFF stacks need it, unless a SkyScan
        log tells the size.
    unit : {"mm", "um"}
        Unit of `spacing`; without `spacing`, the unit in which the file's own lengths are written.

    Returns
    -------
    Volume
        Voxels in the type of the file, and their place in LPS mm.

    Raises
    ------
    InputError
        If anything about the file is off; the error names the field and what to do.
    """
    path = Path(path)
    try:
        return _read(path, spacing, unit)
    except OSError as error:
        value = error.strerror or "unreadable"
        raise InputError(
            path, "file", value, "check that you may read it and that its disk is there"
        ) from error


def _read(path: Path, spacing: tuple[float, float, float] | None, unit: Unit) -> Volume:
    if not path.exists():
        raise InputError(path, "file", "missing", "check the name")
    if path.is_dir():
        return _read_folder(path, spacing, unit)
    suffix = volume_suffix(path)
    if suffix is None:
        remedy = f"give one of {' '.join(VOLUME_SUFFIXES)}, or a folder of .tif or DICOM slices"
        raise InputError(path, "file type", path.suffix or "without extension", remedy)
    if not path.is_file():
        raise InputError(path, "file", "no regular file", "give a file or a folder")
    if path.stat().st_size == 0:
        raise InputError(path, "size", "0 bytes", COPY_AGAIN)
    if suffix in _SCANCO:
        return read_scanco(path, spacing, unit)
    return volume_of(_HEADERS[suffix](path), spacing, unit)


def _read_folder(path: Path, spacing: tuple[float, float, float] | None, unit: Unit) -> Volume:
    if tiff_slices(path):
        return read_tiff_stack(path, spacing, unit)
    if holds_dicom(path):
        return read_dicom(path, spacing, unit)
    raise InputError(
        path, "content", "neither .tif slices nor DICOM", "give the folder that holds the slices"
    )
