"""Headers of NRRD files, attached (.nrrd) and detached (.nhdr)."""

import re
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.volumes.header import COPY_AGAIN, EXPORT_AGAIN, Header, three_axes
from craniomark.ground.volumes.text_header import detached, floats, header_lines, integer, integers

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int",
           "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}  # fmt: skip
_DTYPES = {name: dtype for dtype, names in _TYPES.items() for name in names}
_COMPRESSIONS: dict[str, Literal["none", "gzip", "bzip2"]] = {
    "raw": "none", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2",
}  # fmt: skip
_SPACES = {
    "left-posterior-superior": (1, 1, 1), "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip
_UNITS_MM = {"um": 1e-3, "µm": 1e-3, "micron": 1e-3, "microns": 1e-3, "mm": 1.0, "cm": 10.0, "m": 1e3}
_PLAIN_KINDS = {"domain", "space", "time", "none", "???", "stub", "scalar"}

_Fields = dict[str, str]


def nrrd_header(path: Path) -> Header:
    """Header of a .nrrd or .nhdr file.

    Raises
    ------
    InputError
        If the file is no NRRD image of one channel in three dimensions, or of an encoding that is not read.
    """
    fields, offset = _fields(path)
    count = integer(path, "dimension", _need(path, fields, "dimension"))
    sizes = integers(path, "sizes", _need(path, fields, "sizes"))
    if len(sizes) != count:
        raise InputError(path, "sizes", fields["sizes"], f"dimension says {count}; {COPY_AGAIN}")
    _check_kinds(path, fields, sizes)
    shape = three_axes(path, sizes)
    spacing, direction, origin, known = _placement(path, fields, count)
    dtype = _voxel_type(path, fields)
    encoding = _need(path, fields, "encoding").lower()
    if encoding not in _COMPRESSIONS:
        raise InputError(path, "encoding", encoding, EXPORT_AGAIN)
    compression = _COMPRESSIONS[encoding]
    name = fields.get("datafile")
    data_file, start = (path, offset) if name is None else (detached(path, "data file", name), 0)
    skip = _skip(path, fields)
    if skip < 0:
        held = data_file.stat().st_size if data_file.is_file() else 0
        start, skip = max(start, held - int(np.prod(shape, dtype=object)) * dtype.itemsize), 0
    notes = () if known else (f"{path.name} tells no orientation (no space): left/right unverified.",)
    return Header(
        path, data_file, shape, dtype, spacing, direction, origin,
        unit_mm=_unit(path, fields), compression=compression,
        file_offset=start + (skip if compression == "none" else 0),
        stream_offset=0 if compression == "none" else skip,
        left_right_known=known, notes=notes,
    )  # fmt: skip


def _fields(path: Path) -> tuple[_Fields, int]:
    with path.open("rb") as stream:
        if stream.read(4) != b"NRRD":
            remedy = "give an image, or give it the extension of its format"
            raise InputError(path, "format", "not NRRD", remedy)
        fields: _Fields = {}
        for line in header_lines(path, stream):
            if not line:
                break
            if line.startswith("#") or ":=" in line or ": " not in line:
                continue
            name, value = line.split(": ", 1)
            fields[name.strip().lower().replace(" ", "")] = value.strip()
        return fields, stream.tell()


def _need(path: Path, fields: _Fields, name: str) -> str:
    if name not in fields:
        raise InputError(path, name, "missing from the header", COPY_AGAIN)
    return fields[name]


def _voxel_type(path: Path, fields: _Fields) -> np.dtype[np.generic]:
    name = _need(path, fields, "type").lower()
    if name not in _DTYPES:
        raise InputError(path, "voxel type", name, "give an image of grey values")
    dtype = np.dtype(_DTYPES[name])
    if dtype.itemsize == 1:
        return dtype
    endian = _need(path, fields, "endian").lower()
    if endian not in ("little", "big"):
        raise InputError(path, "endian", endian, COPY_AGAIN)
    return dtype.newbyteorder("<" if endian == "little" else ">")


def _check_kinds(path: Path, fields: _Fields, sizes: list[int]) -> None:
    for kind, size in zip(fields.get("kinds", "").lower().split(), sizes, strict=False):
        if kind not in _PLAIN_KINDS and size > 1:
            value = f"{size} ({kind})"
            raise InputError(path, "number of channels", value, "give an image of one channel (grey values)")


def _skip(path: Path, fields: _Fields) -> int:
    if integer(path, "line skip", fields.get("lineskip", "0")) != 0:
        raise InputError(path, "line skip", fields["lineskip"], EXPORT_AGAIN)
    skip = integer(path, "byte skip", fields.get("byteskip", "0"))
    if skip < -1 or (skip == -1 and fields["encoding"].lower() != "raw"):
        raise InputError(path, "byte skip", skip, COPY_AGAIN)
    return skip


def _placement(
    path: Path, fields: _Fields, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], bool]:
    space = fields.get("space", "").lower().removesuffix("-time")
    to_lps = np.array(_SPACES.get(space, (1, 1, 1)), dtype=np.float64)
    origin = np.zeros(3)
    if "spaceorigin" in fields:
        origin = np.array(floats(path, "space origin", fields["spaceorigin"].strip("()"), 3)) * to_lps
    if "spacedirections" not in fields:
        sizes = floats(path, "spacings", fields["spacings"], min(count, 3)) if "spacings" in fields else []
        spacing = np.array([*sizes, np.nan, np.nan, np.nan][:3])
        return spacing, np.eye(3), origin, False
    text = re.sub(r"\s*,\s*", ",", fields["spacedirections"])
    vectors = [word.strip("()") for word in text.split() if word.lower() != "none"]
    if len(vectors) < 3:
        raise InputError(path, "space directions", text, f"it needs three vectors; {COPY_AGAIN}")
    rows = [floats(path, "space directions", vector, 3) for vector in vectors[:3]]
    columns = np.array(rows).T * to_lps[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        spacing = np.linalg.norm(columns, axis=0)
        direction = columns / np.where(spacing > 0, spacing, 1.0)
    return spacing, direction, origin, space in _SPACES


def _unit(path: Path, fields: _Fields) -> float:
    units = {word.lower() for word in re.findall(r'"([^"]*)"', fields.get("spaceunits", "")) if word}
    known = {_UNITS_MM[unit] for unit in units if unit in _UNITS_MM}
    if len(known) > 1:
        raise InputError(path, "space units", fields["spaceunits"], "use one unit for all axes")
    return known.pop() if known else 1.0
