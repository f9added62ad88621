"""Volumes to files, whole or not at all."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.volumes.itk import quiet_itk
from craniomark.ground.volumes.placement import check_direction
from craniomark.ground.volumes.volume import Volume

_SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")
_WIDER = {"bool": "uint8", "float16": "float32"}


def write_volume(volume: Volume, path: str | PathLike[str]) -> None:
    """Write a volume as .nii.gz, .nii, .nrrd or .mha, compressed, with its place in space.

    Parameters
    ----------
    volume : Volume
        Its axes must be orthonormal but for their spacing: formats hold no shear.
    path : path
        Where; a file already there is replaced only by a complete one.

    Raises
    ------
    InputError
        For another extension, sheared axes, or a place that can't be written.
    """
    path = Path(path)
    if not path.name.lower().endswith(_SUFFIXES):
        raise InputError(
            path, "file type", path.suffix or "without extension", f"use one of {' '.join(_SUFFIXES)}"
        )
    check_direction(path, volume.matrix[:3, :3] / volume.spacing)
    remedy = "choose a folder that you may write to, with room on its disk"
    with quiet_itk(path, "not written", remedy) as sitk, written_whole(path) as part:
        sitk.WriteImage(_image(sitk, volume), str(part), True)


def _image(sitk: Any, volume: Volume) -> Any:
    array = volume.array.astype(_WIDER.get(volume.array.dtype.name, volume.array.dtype), copy=False)
    image = sitk.GetImageFromArray(np.ascontiguousarray(array.T))
    left, _, right = np.linalg.svd(volume.matrix[:3, :3] / volume.spacing)
    image.SetDirection((left @ right).ravel().tolist())  # the nearest orthonormal axes
    image.SetSpacing(volume.spacing.tolist())
    image.SetOrigin(volume.matrix[:3, 3].tolist())
    return image
