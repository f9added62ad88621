"""PLY, ascii and binary, read with all its counts checked against the file."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes.raw import RawMesh
from craniomark.ground.meshes.surface import Surface

TYPES = {"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"}
TYPES |= {"float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2"}
TYPES |= {"int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8"}
ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
CORNERS = ("vertex_indices", "vertex_index")
NOT_SCALARS = {"x", "y", "z", "nx", "ny", "nz", "red", "green", "blue", "alpha", "s", "t", "u", "v"}
NOT_SCALARS |= {"texture_u", "texture_v"}
REMEDY = "copy or export the mesh again, the file is cut off or damaged"


@dataclass
class _Property:
    name: str
    kind: str
    count_kind: str = ""


@dataclass
class _Element:
    name: str
    count: int
    properties: list[_Property] = field(default_factory=list)

    @property
    def lists(self) -> list[_Property]:
        return [one for one in self.properties if one.count_kind]

    def dtype(self, order: str, length: int = 0) -> np.dtype:
        """Record of one row, each list taken to be `length` long."""
        fields: list[tuple] = []
        for one in self.properties:
            if one.count_kind:
                fields.append((f"count of {one.name}", order + one.count_kind))
                fields.append((one.name, order + one.kind, (length,)))
            else:
                fields.append((one.name, order + one.kind))
        return np.dtype(fields)


@dataclass
class _Rows:
    """Rows of one element: columns of numbers, or polygons; and how many words or bytes they took."""

    used: int
    columns: dict[str, NDArray] = field(default_factory=dict)
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    corners: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def read(path: Path) -> RawMesh:
    """Vertices, polygons and scalars of a PLY file.

    Raises
    ------
    InputError
        If the header is broken or declares more than the file holds, or there are no vertices or faces.
    """
    data = path.read_bytes()
    order, elements, comments, body = _header(data, path)
    tables: dict[str, _Rows] = {}
    words = body.split() if order == "" else []
    offset = 0
    for element in elements:
        if order == "":
            rows = _ascii_rows(element, words[offset:], path)
        else:
            rows = _binary_rows(element, body, offset, order, path)
        offset += rows.used
        tables[element.name] = rows
        if {"vertex", "face"} <= set(tables):
            break
    if "vertex" not in tables or "face" not in tables:
        raise InputError(path, "header", "without vertices or faces", "give a surface mesh")
    columns, faces = tables["vertex"].columns, tables["face"]
    if not {"x", "y", "z"} <= set(columns):
        raise InputError(path, "header, element vertex", "without x, y, z", "export the mesh again")
    if int(faces.sizes.sum()) != len(faces.corners):
        raise InputError(path, "header, element face", "without vertex_indices", "export the mesh again")
    vertices = np.stack([columns[axis] for axis in "xyz"], axis=1).astype(np.float64)
    scalars = {name: column.astype(np.float64) for name, column in columns.items() if name not in NOT_SCALARS}
    return RawMesh(vertices, faces.sizes, faces.corners, scalars, comments)


def _header(data: bytes, path: Path) -> tuple[str, list[_Element], list[str], bytes]:
    if not data.startswith(b"ply"):
        raise InputError(path, "content", "not a PLY file", "give a .ply mesh")
    end = data.find(b"end_header")
    line_end = data.find(b"\n", end)
    if end < 0 or line_end < 0:
        raise InputError(path, "header", "without end_header", REMEDY)
    elements: list[_Element] = []
    comments: list[str] = []
    order = None
    for number, line in enumerate(data[:end].decode("utf-8", "replace").splitlines()[1:], start=2):
        words = line.split()
        try:
            if not words:
                continue
            if words[0] in ("comment", "obj_info"):
                comments.append(line)
            elif words[0] == "format":
                order = ORDERS[words[1]]
            elif words[0] == "element":
                elements.append(_Element(words[1], int(words[2])))
            elif words[0] == "property" and words[1] == "list":
                elements[-1].properties.append(_Property(words[4], TYPES[words[3]], TYPES[words[2]]))
            elif words[0] == "property":
                elements[-1].properties.append(_Property(words[2], TYPES[words[1]]))
            else:
                raise ValueError(line)
        except (KeyError, IndexError, ValueError) as error:
            value = repr(line[:60])
            raise InputError(path, f"header, line {number}", value, "export the mesh again") from error
    if order is None or any(element.count < 0 or not element.properties for element in elements):
        value = "without a format, or an element has a negative count or no properties"
        raise InputError(path, "header", value, "export the mesh again")
    return order, elements, comments, data[line_end + 1 :]


def _too_short(element: _Element, path: Path) -> InputError:
    value = f"{element.count}, more than the file holds"
    return InputError(path, f"header, element {element.name}", value, REMEDY)


def _binary_rows(element: _Element, body: bytes, offset: int, order: str, path: Path) -> _Rows:
    least = element.dtype(order).itemsize * element.count
    if least > len(body) - offset:
        raise _too_short(element, path)
    if not element.lists:
        rows = np.frombuffer(body, element.dtype(order), element.count, offset)
        return _Rows(least, {name: rows[name] for name in rows.dtype.names or ()})
    if element.count and len(element.lists) == 1:
        counter = f"count of {element.lists[0].name}"
        first = int(np.frombuffer(body, element.dtype(order), 1, offset)[counter][0])
        if 0 <= first * element.count <= len(body) - offset:
            dtype = element.dtype(order, first)
            used = dtype.itemsize * element.count
            fits = used <= len(body) - offset
            rows = np.frombuffer(body, dtype, element.count if fits else 0, offset)
            if fits and (rows[counter] == first).all():
                corners = _wanted(element, rows[element.lists[0].name].ravel())
                return _Rows(used, {}, np.full(element.count, first), corners)
    return _binary_lists(element, body, offset, order, path)


def _binary_lists(element: _Element, body: bytes, offset: int, order: str, path: Path) -> _Rows:
    sizes: list[int] = []
    corners: list[int] = []
    at = offset
    letters = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
    try:
        for _ in range(element.count):
            for one in element.properties:
                length = 1
                if one.count_kind:
                    counter = struct.Struct(order + letters[one.count_kind])
                    (length,) = counter.unpack_from(body, at)
                    at += counter.size
                values = struct.unpack_from(f"{order}{length}{letters[one.kind]}", body, at)
                at += length * np.dtype(one.kind).itemsize
                if one.name in CORNERS:
                    sizes.append(length)
                    corners.extend(values)
    except struct.error as error:
        raise _too_short(element, path) from error
    return _Rows(at - offset, {}, np.array(sizes, dtype=np.int64), np.array(corners, dtype=np.int64))


def _ascii_rows(element: _Element, words: list[bytes], path: Path) -> _Rows:
    width = len(element.properties)
    if width * element.count > len(words):
        raise _too_short(element, path)
    try:
        if not element.lists:
            used = width * element.count
            rows = np.array(words[:used], dtype=np.float64).reshape(element.count, width)
            return _Rows(used, {one.name: rows[:, at] for at, one in enumerate(element.properties)})
        sizes: list[int] = []
        corners: list[int] = []
        at = 0
        for _ in range(element.count):
            for one in element.properties:
                length = int(words[at]) if one.count_kind else 1
                at += 1 if one.count_kind else 0
                if at + length > len(words) or length < 0:
                    raise _too_short(element, path)
                if one.name in CORNERS:
                    sizes.append(length)
                    corners.extend(int(word) for word in words[at : at + length])
                at += length
    except IndexError as error:
        raise _too_short(element, path) from error
    except InputError:
        raise
    except ValueError as error:
        raise InputError(path, f"element {element.name}", "not all numbers", REMEDY) from error
    return _Rows(at, {}, np.array(sizes, dtype=np.int64), np.array(corners, dtype=np.int64))


def _wanted(element: _Element, values: NDArray) -> NDArray[np.int64]:
    if element.lists[0].name not in CORNERS:
        return np.empty(0, dtype=np.int64)
    return values.astype(np.int64)


def write(surface: Surface, path: Path) -> None:
    """Write binary little-endian PLY: LPS mm as float, scalars as properties of the vertices.

    Raises
    ------
    InputError
        If a scalar's name is taken or holds white space.
    """
    for name in surface.scalars:
        if name in NOT_SCALARS or not name or len(name.split()) != 1:
            raise InputError(path, "name of a scalar", repr(name), "choose another word")
    dtype = np.dtype([(name, "<f4") for name in ("x", "y", "z", *surface.scalars)])
    rows = np.empty(len(surface.vertices), dtype=dtype)
    for axis, name in enumerate("xyz"):
        rows[name] = surface.vertices[:, axis]
    for name, values in surface.scalars.items():
        rows[name] = values
    faces = np.empty(len(surface.faces), dtype=[("count", "u1"), ("corners", "<i4", (3,))])
    faces["count"] = 3
    faces["corners"] = surface.faces
    lines = ["ply", "format binary_little_endian 1.0", "comment written by CranioMark, mm"]
    lines += ["comment SPACE=LPS"] if surface.left_right_known else []
    lines += [f"element vertex {len(rows)}", *(f"property float {name}" for name in dtype.names or ())]
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    with written_whole(path) as part:
        part.write_bytes("\n".join(lines).encode() + rows.tobytes() + faces.tobytes())
