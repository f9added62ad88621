"""Headers of NIfTI-1 and NIfTI-2 files that hold header and voxels in one."""

import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, limits
from craniomark.ground.volumes.header import COPY_AGAIN, EXPORT_AGAIN, Header, three_axes
from craniomark.ground.volumes.placement import orthonormal, voxel_matrix

_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_COLOURS = {32: "complex", 1792: "complex", 128: "RGB", 2304: "RGBA"}
_UNITS_MM = {0: 1.0, 1: 1e3, 2: 1.0, 3: 1e-3}
_SCANNER = 1
_ORDERS: tuple[Literal["<"], Literal[">"]] = ("<", ">")
_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0])

_V1 = np.dtype({
    "names": ["dim", "datatype", "bitpix", "pixdim", "vox_offset", "slope", "inter", "units",
              "qcode", "scode", "quaternion", "qoffset", "srow", "magic"],
    "formats": ["<8i2", "<i2", "<i2", "<8f4", "<f4", "<f4", "<f4", "u1",
                "<i2", "<i2", "<3f4", "<3f4", "<(3,4)f4", "S4"],
    "offsets": [40, 70, 72, 76, 108, 112, 116, 123, 252, 254, 256, 268, 280, 344],
    "itemsize": 348,
})  # fmt: skip
_V2 = np.dtype({
    "names": ["magic", "datatype", "bitpix", "dim", "pixdim", "vox_offset", "slope", "inter",
              "qcode", "scode", "quaternion", "qoffset", "srow", "units"],
    "formats": ["S4", "<i2", "<i2", "<8i8", "<8f8", "<i8", "<f8", "<f8",
                "<i4", "<i4", "<3f8", "<3f8", "<(3,4)f8", "<i4"],
    "offsets": [4, 12, 14, 16, 104, 168, 176, 184, 344, 348, 352, 376, 400, 500],
    "itemsize": 540,
})  # fmt: skip


def nifti_header(path: Path) -> Header:
    """Header of a .nii or .nii.gz file.

    The placement follows ITK, so that points lie on the image in 3D Slicer: the sform if it is
    orthonormal and is the scanner's, or agrees with the qform, or stands alone; else the qform.

    Raises
    ------
    InputError
        If the file is no single-file NIfTI image of one real channel in three dimensions.
    """
    raw, zipped = _first_bytes(path)
    fields, order = _fields(path, raw)
    dtype = _voxel_type(path, fields).newbyteorder(order)
    count = int(fields["dim"][0])
    if not 1 <= count <= 7:
        raise InputError(path, "dimension", count, EXPORT_AGAIN)
    shape = three_axes(path, [int(size) for size in fields["dim"][1 : count + 1]])
    offset = float(fields["vox_offset"])
    if not fields.dtype.itemsize <= offset <= 2**40:
        raise InputError(path, "vox_offset", offset, COPY_AGAIN)
    slope, inter = float(fields["slope"]), float(fields["inter"])
    if not np.isfinite([slope, inter]).all() or slope == 0:
        slope, inter = 1.0, 0.0
    spacing, direction, origin, known, notes = _placement(path, fields, shape)
    return Header(
        path, path, shape, dtype, spacing, direction, origin,
        unit_mm=_UNITS_MM.get(int(fields["units"]) & 7, 1.0),
        compression="gzip" if zipped else "none",
        file_offset=0 if zipped else int(offset), stream_offset=int(offset) if zipped else 0,
        slope=slope, intercept=inter, left_right_known=known, notes=notes,
    )  # fmt: skip


def _first_bytes(path: Path) -> tuple[bytes, bool]:
    with path.open("rb") as stream:
        raw = stream.read(1 << 16)
    if not raw.startswith(b"\x1f\x8b"):
        return raw[: _V2.itemsize], False
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, _V2.itemsize), True
    except zlib.error as error:
        raise InputError(path, "gzip stream", "damaged", COPY_AGAIN) from error


def _fields(path: Path, raw: bytes) -> tuple[np.void, Literal["<", ">"]]:
    for layout, magic in ((_V1, b"n+1"), (_V2, b"n+2")):
        for order in _ORDERS:
            size = int.from_bytes(raw[:4], "little" if order == "<" else "big")
            if len(raw) < layout.itemsize or size != layout.itemsize:
                continue
            fields = np.frombuffer(raw, layout.newbyteorder(order), count=1)[0]
            if fields["magic"][:3] == magic:
                return fields, order
            if fields["magic"][:2] == b"ni":
                raise InputError(path, "format", "half of an .hdr/.img pair", EXPORT_AGAIN)
    raise InputError(path, "format", "not NIfTI", "give an image, or give it the extension of its format")


def _voxel_type(path: Path, fields: np.void) -> np.dtype[np.generic]:
    code = int(fields["datatype"])
    if code not in _TYPES:
        value = _COLOURS.get(code, f"NIfTI data type {code}")
        raise InputError(path, "voxel type", value, "give an image of one real channel (grey values)")
    dtype = np.dtype(_TYPES[code])
    if int(fields["bitpix"]) != dtype.itemsize * 8:
        raise InputError(path, "bitpix", int(fields["bitpix"]), COPY_AGAIN)
    return dtype


_Placement = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], bool, tuple[str, ...]]


def _placement(path: Path, fields: np.void, shape: tuple[int, int, int]) -> _Placement:
    pixdim = np.asarray(fields["pixdim"], dtype=np.float64)
    spacing = pixdim[1:4]
    if int(fields["qcode"]) <= 0 and int(fields["scode"]) <= 0:
        note = f"{path.name} tells no orientation (neither qform nor sform): left/right unverified."
        return spacing, np.eye(3), np.zeros(3), False, (note,)
    options: _Options = {}
    sizes_differ = False
    if int(fields["qcode"]) > 0:
        direction = _RAS_TO_LPS @ _rotation(fields["quaternion"], -1.0 if pixdim[0] < 0 else 1.0)
        options["qform"] = spacing, direction, _RAS_TO_LPS @ np.asarray(fields["qoffset"], np.float64)
    if int(fields["scode"]) > 0:
        rows = _RAS_TO_LPS @ np.asarray(fields["srow"], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            size = np.linalg.norm(rows[:, :3], axis=0)
            options["sform"] = spacing, rows[:, :3] / np.where(size > 0, size, 1.0), rows[:, 3]
            sizes_differ = not np.allclose(size, spacing, rtol=0.01, atol=0)
    chosen, notes = _choose(path, options, int(fields["scode"]), shape)
    if chosen == "sform" and sizes_differ:
        notes += (f"pixdim and sform of {path.name} disagree on the voxel size; pixdim is used.",)
    return *options[chosen], True, notes


_Options = dict[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]


def _choose(
    path: Path, options: _Options, scode: int, shape: tuple[int, int, int]
) -> tuple[str, tuple[str, ...]]:
    if len(options) == 1:
        return next(iter(options)), ()
    if not orthonormal(options["sform"][1]):
        return "qform", (f"The sform of {path.name} is sheared; its qform is used.",)
    if not orthonormal(options["qform"][1]):
        return "sform", (f"The qform of {path.name} is not a rotation; its sform is used.",)
    with np.errstate(invalid="ignore", over="ignore"):
        corner = np.array([*np.array(shape) - 1, 1.0])
        gap = np.abs(voxel_matrix(*options["sform"]) - voxel_matrix(*options["qform"])) @ corner
    if gap.max() <= limits.DISAGREEMENT_MM:
        return "sform", ()
    chosen = "sform" if scode == _SCANNER else "qform"
    return chosen, (f"qform and sform of {path.name} disagree; the {chosen} is used, as in 3D Slicer.",)


def _rotation(quaternion: NDArray[np.float32], handedness: float) -> NDArray[np.float64]:
    """Rotation of a NIfTI quaternion (b, c, d); NaN if it is none."""
    vector = np.asarray(quaternion, dtype=np.float64)
    squared = float(vector @ vector) if np.isfinite(vector).all() else np.nan
    if not squared <= 1.01:
        return np.full((3, 3), np.nan)
    from scipy.spatial.transform import Rotation

    real = np.sqrt(max(1.0 - squared, 0.0))
    return np.asarray(Rotation.from_quat([*vector, real]).as_matrix() * [1.0, 1.0, handedness])
