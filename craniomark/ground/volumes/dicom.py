"""A folder of DICOM files of one series as one volume."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.ground.checks import InputError, check_memory, limits
from craniomark.ground.volumes.header import Header, three_axes
from craniomark.ground.volumes.itk import quiet_itk
from craniomark.ground.volumes.placement import Unit, placed
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.voxels import check_values

_POSITION, _ORIENTATION, _DESCRIPTION = "0020|0032", "0020|0037", "0008|103e"


def is_dicom(path: Path) -> bool:
    """True if the file carries DICOM's magic word after its preamble."""
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False


def holds_dicom(folder: Path) -> bool:
    """True if any file of the folder (not of its sub-folders) is DICOM."""
    return any(is_dicom(path) for path in sorted(folder.iterdir()) if path.is_file())


def read_dicom(folder: Path, spacing: Sequence[float] | None = None, unit: Unit = "mm") -> Volume:
    """Read the one DICOM series of a folder.

    Parameters
    ----------
    folder : Path
        Holds the slices, or the one file, of one series.
    spacing, unit
        As for `read_volume`.

    Returns
    -------
    Volume
        In LPS mm, as DICOM itself.

    Raises
    ------
    InputError
        If the folder holds no series or several, slices are missing, or the images are not one
        channel in three dimensions.
    """
    remedy = "export the series again, or convert it to .nrrd"
    with quiet_itk(folder, "DICOM that can't be read as a volume", remedy) as sitk:
        names = _one_series(sitk, folder)
        first = _information(sitk, names[0])
        size = [*first.GetSize()[:2], len(names)] if len(names) > 1 else list(first.GetSize())
        three_axes(folder, [int(length) for length in size])
        if first.GetNumberOfComponents() != 1:
            channels = first.GetNumberOfComponents()
            raise InputError(
                folder, "number of channels", channels, "give an image of one channel (grey values)"
            )
        # ITK's image and numpy's copy exist at one time; DICOM voxels take at most 8 bytes once rescaled.
        check_memory(folder, int(np.prod(size, dtype=object)) * 8)
        if len(names) > 1:
            _check_gaps(sitk, folder, names)
        image = sitk.ReadImage(names if len(names) > 1 else names[0])
        known = all(first.HasMetaDataKey(key) for key in (_POSITION, _ORIENTATION)) or len(names) == 1
        array = sitk.GetArrayFromImage(image).T
        header = Header(
            folder, folder, three_axes(folder, image.GetSize()), array.dtype,
            np.array(image.GetSpacing()[:3]), _direction(image), np.array(image.GetOrigin()[:3]),
            left_right_known=known,
        )  # fmt: skip
    array = array.reshape(header.shape, order="F")
    check_values(folder, array)
    notes = () if known else (f"{folder.name} tells no patient orientation: left/right unverified.",)
    return Volume(array, placed(header, spacing, unit), known, notes)


def _one_series(sitk: Any, folder: Path) -> tuple[str, ...]:
    series = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    if not series:
        raise InputError(folder, "content", "no DICOM series", "give the folder that holds the slices")
    files = {uid: sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid) for uid in series}
    if len(series) > 1:
        told = "; ".join(
            f"{_description(sitk, names[0]) or uid} ({len(names)} files)" for uid, names in files.items()
        )
        raise InputError(
            folder, "number of series", f"{len(series)}: {told}", "give a folder for each series"
        )
    return tuple(files[series[0]])


def _information(sitk: Any, name: str) -> Any:
    reader = sitk.ImageFileReader()
    reader.SetFileName(name)
    reader.LoadPrivateTagsOff()
    reader.ReadImageInformation()
    return reader


def _description(sitk: Any, name: str) -> str:
    reader = _information(sitk, name)
    text = reader.GetMetaData(_DESCRIPTION) if reader.HasMetaDataKey(_DESCRIPTION) else ""
    return text.encode("utf-8", errors="replace").decode("utf-8").strip()


def _check_gaps(sitk: Any, folder: Path, names: Sequence[str]) -> None:
    """Refuse a series whose slices are not evenly spaced: one is missing, or two stacks are mixed."""
    positions = []
    for name in names:
        reader = _information(sitk, name)
        if not reader.HasMetaDataKey(_POSITION):
            return
        positions.append(reader.GetOrigin())
    gaps = np.linalg.norm(np.diff(np.array(positions), axis=0), axis=1)
    if gaps.min() <= 0 or gaps.max() - gaps.min() > limits.SLICE_GAP_TOLERANCE * gaps.min():
        value = f"{gaps.min():.4g} to {gaps.max():.4g} mm apart"
        raise InputError(
            folder, "slice positions", value, "add the missing slices or remove the doubled ones"
        )


def _direction(image: Any) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    size = image.GetDimension()
    return np.array(image.GetDirection()).reshape(size, size)[:3, :3]
