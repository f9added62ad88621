"""NIfTI volumes with no library beside numpy and scipy, for bundles and for scans alike."""

from os import PathLike
from pathlib import Path

from craniomark.ground.volumes.header import Header
from craniomark.ground.volumes.nifti_header import nifti_header
from craniomark.ground.volumes.placement import Unit, placed
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.voxels import check_values, read_voxels


def read_nifti(path: str | PathLike[str]) -> Volume:
    """Read a single-file NIfTI image, .nii or .nii.gz.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Volume
        In the voxel type of the file, LPS mm.

    Raises
    ------
    InputError
        If the file is not a sound 3-D image of one real channel.
    """
    return volume_of(nifti_header(Path(path)))


def volume_of(header: Header, spacing: tuple[float, float, float] | None = None, unit: Unit = "mm") -> Volume:
    """Volume of a header: placement checked first, then voxels read and checked."""
    matrix = placed(header, spacing, unit)
    array = read_voxels(header)
    check_values(header.file, array)
    return Volume(array, matrix, header.left_right_known, header.notes)
