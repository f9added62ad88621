"""Headers of MetaImage files, attached (.mha) and detached (.mhd)."""

from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError
from craniomark.ground.volumes.header import COPY_AGAIN, EXPORT_AGAIN, Header, three_axes
from craniomark.ground.volumes.text_header import detached, floats, header_lines, integer, integers

_TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2",
    "MET_INT": "i4", "MET_UINT": "u4", "MET_LONG": "i4", "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
_UNITS_MM = {"um": 1e-3, "mm": 1.0, "cm": 10.0}
_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_ORIGINS = ("Offset", "Position", "Origin")

_Fields = dict[str, str]


def metaimage_header(path: Path) -> Header:
    """Header of a .mha or .mhd file.

    Raises
    ------
    InputError
        If the file is no MetaImage of one channel in three dimensions.
    """
    fields, offset = _fields(path)
    count = integer(path, "NDims", _need(path, fields, "NDims"))
    sizes = integers(path, "DimSize", _need(path, fields, "DimSize"))
    if len(sizes) != count:
        raise InputError(path, "DimSize", fields["DimSize"], f"NDims says {count}; {COPY_AGAIN}")
    shape = three_axes(path, sizes)
    channels = integer(path, "ElementNumberOfChannels", fields.get("ElementNumberOfChannels", "1"))
    if channels != 1:
        raise InputError(path, "number of channels", channels, "give an image of one channel (grey values)")
    if not _true(fields, "BinaryData", "True"):
        raise InputError(path, "BinaryData", fields["BinaryData"], EXPORT_AGAIN)
    dtype = _voxel_type(path, fields)
    zipped = _true(fields, "CompressedData", "False")
    data_file, start = _data(path, fields, offset)
    skip = integer(path, "HeaderSize", fields.get("HeaderSize", "0"))
    if skip < -1 or (skip == -1 and zipped):
        raise InputError(path, "HeaderSize", skip, COPY_AGAIN)
    if skip == -1:
        held = data_file.stat().st_size if data_file.is_file() else 0
        start, skip = max(start, held - int(np.prod(shape, dtype=object)) * dtype.itemsize), 0
    known = any(name in fields for name in _MATRICES)
    notes = () if known else (f"{path.name} tells no orientation: left/right unverified.",)
    size_field = "ElementSpacing" if "ElementSpacing" in fields else "ElementSize"
    return Header(
        path, data_file, shape, dtype,
        np.array(floats(path, size_field, fields.get(size_field, "nan nan nan"), 3)),
        _direction(path, fields, count),
        np.array(floats(path, "Offset", _first(fields, _ORIGINS, "0 0 0"), 3)),
        unit_mm=_UNITS_MM.get(fields.get("DistanceUnits", "mm").lower(), 1.0),
        compression="gzip" if zipped else "none", file_offset=start + skip,
        left_right_known=known, notes=notes,
    )  # fmt: skip


def _fields(path: Path) -> tuple[_Fields, int]:
    fields: _Fields = {}
    with path.open("rb") as stream:
        for line in header_lines(path, stream):
            name, equals, value = line.partition("=")
            if not equals:
                break
            fields[name.strip()] = value.strip()
            if name.strip() == "ElementDataFile":
                break
        offset = stream.tell()
    if fields.get("ObjectType", "Image") != "Image" or not {"NDims", "ElementDataFile"} <= fields.keys():
        raise InputError(
            path, "format", "not MetaImage", "give an image, or give it the extension of its format"
        )
    return fields, offset


def _need(path: Path, fields: _Fields, name: str) -> str:
    if name not in fields:
        raise InputError(path, name, "missing from the header", COPY_AGAIN)
    return fields[name]


def _first(fields: _Fields, names: tuple[str, ...], otherwise: str) -> str:
    return next((fields[name] for name in names if name in fields), otherwise)


def _true(fields: _Fields, name: str, otherwise: str) -> bool:
    return fields.get(name, otherwise)[:1].upper() in ("T", "1", "Y")


def _voxel_type(path: Path, fields: _Fields) -> np.dtype[np.generic]:
    name = _need(path, fields, "ElementType")
    if name not in _TYPES:
        remedy = "give an image of one channel (grey values)"
        raise InputError(path, "voxel type", name, remedy)
    big = _true(fields, "BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False"))
    return np.dtype(_TYPES[name]).newbyteorder(">" if big else "<")


def _data(path: Path, fields: _Fields, offset: int) -> tuple[Path, int]:
    name = fields["ElementDataFile"]
    if name.upper() == "LOCAL":
        return path, offset
    return detached(path, "ElementDataFile", name), 0


def _direction(path: Path, fields: _Fields, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    text = _first(fields, _MATRICES, " ".join(str(float(n)) for n in np.eye(count).ravel()))
    matrix = np.array(floats(path, "TransformMatrix", text, count * count)).reshape(count, count)
    return matrix[:3, :3].T  # each row of the file is the direction of one axis
