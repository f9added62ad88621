"""Volumes: scalar 3-D images in LPS millimetres, read with suspicion and written whole."""

from craniomark.ground.volumes.dicom import holds_dicom, is_dicom
from craniomark.ground.volumes.extent import check_extent, check_unit
from craniomark.ground.volumes.nifti import read_nifti
from craniomark.ground.volumes.read import VOLUME_SUFFIXES, placement_of, read_volume, volume_suffix
from craniomark.ground.volumes.resample import resample
from craniomark.ground.volumes.tiff_stack import tiff_slices
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.write import write_volume

__all__ = [
    "VOLUME_SUFFIXES",
    "Volume",
    "check_extent",
    "check_unit",
    "holds_dicom",
    "is_dicom",
    "placement_of",
    "read_nifti",
    "read_volume",
    "resample",
    "tiff_slices",
    "volume_suffix",
    "write_volume",
]
