"""Scanco headers (.isq, .aim), where the installed ITK reads them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError, check_memory
from craniomark.ground.volumes.header import COPY_AGAIN, Header, three_axes
from craniomark.ground.volumes.itk import quiet_itk
from craniomark.ground.volumes.placement import Unit, placed
from craniomark.ground.volumes.volume import Volume
from craniomark.ground.volumes.voxels import check_values

_MAGICS = (b"CTDATA-HEADER_V1", b"AIMDATA_V030", b"\x14\x00\x00\x00\x8c\x00\x00\x00")
_READER = "ScancoImageIO"


def read_scanco(path: Path, spacing: Sequence[float] | None = None, unit: Unit = "mm") -> Volume:
    """Read a Scanco file through ITK.

    Raises
    ------
    InputError
        If it is no Scanco file, is cut off, or the installed SimpleITK has no reader for it.
    """
    with path.open("rb") as stream:
        if not stream.read(32).startswith(_MAGICS):
            raise InputError(path, "format", "not Scanco", "give an image, or give it its format's extension")
    with quiet_itk(path, "Scanco data that can't be read", COPY_AGAIN) as sitk:
        reader = sitk.ImageFileReader()
        if _READER not in reader.GetRegisteredImageIOs():
            value = "Scanco, which this SimpleITK does not read"
            raise InputError(path, "file type", value, "convert it to .nrrd with 3D Slicer or Fiji")
        reader.SetImageIO(_READER)
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        shape = three_axes(path, [int(size) for size in reader.GetSize()])
        count = int(np.prod(shape, dtype=object))
        if path.stat().st_size < count and path.suffix.lower() == ".isq":
            raise InputError(path, "size", f"{path.stat().st_size} bytes for {count} voxels", COPY_AGAIN)
        check_memory(path, count * 8)
        image = reader.Execute()
        array = sitk.GetArrayFromImage(image).T
        header = Header(
            path, path, shape, array.dtype, np.array(image.GetSpacing()),
            np.array(image.GetDirection()).reshape(3, 3), np.array(image.GetOrigin()),
        )  # fmt: skip
    check_values(path, array)
    note = f"{path.name} tells no orientation: left/right unverified."
    return Volume(array, placed(header, spacing, unit), False, (note,))
