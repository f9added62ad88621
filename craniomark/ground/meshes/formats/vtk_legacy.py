"""VTK's legacy files of polygons, ascii and binary, versions 1 to 5.

VTK's own reader crashes on damaged files and takes the whole program along; this one names what is wrong.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes.raw import RawMesh
from craniomark.ground.meshes.strips import triangles_of_strips
from craniomark.ground.meshes.surface import Surface

REMEDY = "copy or export the mesh again, the file is cut off or damaged"
TYPES = {"char": "i1", "unsigned_char": "u1", "short": "i2", "unsigned_short": "u2", "int": "i4"}
TYPES |= {"unsigned_int": "u4", "long": "i8", "unsigned_long": "u8", "float": "f4", "double": "f8"}
# VTK writes its vtkIdType as 32 bits, whatever it is in memory.
TYPES |= {"vtkidtype": "i4", "vtktypeint64": "i8", "vtktypeuint64": "u8", "vtktypeint32": "i4"}
CELLS = ("VERTICES", "LINES", "POLYGONS", "TRIANGLE_STRIPS")
COMPONENTS = {"NORMALS": 3, "VECTORS": 3, "TENSORS": 9, "TENSORS6": 6, "GLOBAL_IDS": 1, "PEDIGREE_IDS": 1}
LARGEST_NUMBER = 10**12

Cells = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass
class _Cursor:
    """Where reading stands in the bytes of the file."""

    data: bytes
    path: Path
    at: int = 0
    is_binary: bool = False
    version: float = 3.0

    def line(self) -> list[str]:
        """Words of the next line that is not empty; none at the end of the file."""
        while self.at < len(self.data):
            words = self.raw_line().split()
            if words:
                return words
        return []

    def raw_line(self) -> str:
        """Return the rest of this line."""
        end = self.data.find(b"\n", self.at)
        end = len(self.data) if end < 0 else end
        text, self.at = self.data[self.at : end].decode("utf-8", "replace"), end + 1
        return text.rstrip("\r")

    def count(self, text: str, keyword: str) -> int:
        """Return a declared number that is sane."""
        if not text.isdecimal() or int(text) > LARGEST_NUMBER:
            raise InputError(self.path, keyword, repr(text[:40]), REMEDY)
        return int(text)

    def numbers(self, count: int, kind: str, keyword: str) -> NDArray:
        """Return the next `count` numbers of VTK's type `kind`."""
        if kind.lower() not in TYPES:
            raise InputError(self.path, f"{keyword}, type", repr(kind[:40]), "export the mesh again as float")
        dtype = np.dtype(">" + TYPES[kind.lower()])
        least = count * (dtype.itemsize if self.is_binary else 2) - (not self.is_binary)
        if least > len(self.data) - self.at:
            raise InputError(self.path, keyword, f"{count} numbers, more than the file holds", REMEDY)
        if self.is_binary:
            found = np.frombuffer(self.data, dtype, count, self.at)
            self.at += count * dtype.itemsize
            return found
        return self._ascii(count, keyword)

    def _ascii(self, count: int, keyword: str) -> NDArray:
        words: list[bytes] = []
        while len(words) < count and self.at < len(self.data):
            end = self.data.find(b"\n", self.at)
            end = len(self.data) if end < 0 else end
            words += self.data[self.at : end].split()
            self.at = end + 1
        if len(words) != count:
            raise InputError(self.path, keyword, f"{len(words)} numbers instead of {count}", REMEDY)
        try:
            return np.array(words, dtype=np.float64)
        except ValueError as error:
            raise InputError(self.path, keyword, "not all numbers", REMEDY) from error


@dataclass
class _Content:
    vertices: NDArray[np.float64] | None = None
    polygons: list[Cells] = field(default_factory=list)
    scalars: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def read(path: Path) -> RawMesh:
    """Polygons, triangle strips and scalars of a legacy .vtk file with a POLYDATA set.

    Raises
    ------
    InputError
        If it is another kind of data set, broken, or declares more than it holds.
    """
    cursor = _Cursor(path.read_bytes(), path)
    first = cursor.raw_line()
    title = cursor.raw_line()
    kind = cursor.line()
    version = first.removeprefix("# vtk DataFile Version").strip()
    if version == first.strip() or kind[:1] not in (["ASCII"], ["BINARY"]):
        raise InputError(path, "header", repr(first[:40]), "give a legacy .vtk file of a surface")
    cursor.is_binary = kind[0] == "BINARY"
    cursor.version = float(version) if version.replace(".", "", 1).isdecimal() else 3.0
    dataset = cursor.line()
    if [word.upper() for word in dataset] != ["DATASET", "POLYDATA"]:
        raise InputError(path, "DATASET", "no POLYDATA", "export a surface mesh")
    content = _content(cursor)
    if content.vertices is None or not len(content.vertices):
        raise InputError(path, "vertices", "none", "give a surface mesh")
    none = np.empty(0, dtype=np.int64)
    sizes = np.concatenate([none, *(cells[0] for cells in content.polygons)])
    corners = np.concatenate([none, *(cells[1] for cells in content.polygons)])
    return RawMesh(content.vertices, sizes, corners, content.scalars, (title,))


def _content(cursor: _Cursor) -> _Content:
    content = _Content()
    rows, of_points = 0, False
    while words := cursor.line():
        keyword = words[0].upper()
        if keyword == "POINTS" and len(words) == 3:
            count = cursor.count(words[1], keyword)
            values = cursor.numbers(3 * count, words[2], keyword)
            content.vertices = values.astype(np.float64).reshape(-1, 3)
        elif keyword in CELLS and len(words) == 3:
            cells = _cells(cursor, keyword, words)
            if keyword == "POLYGONS":
                content.polygons.append(cells)
            elif keyword == "TRIANGLE_STRIPS":
                content.polygons.append(triangles_of_strips(*cells))
        elif keyword == "METADATA":
            while cursor.at < len(cursor.data) and cursor.raw_line().strip():
                pass
        elif keyword in ("POINT_DATA", "CELL_DATA") and len(words) == 2:
            of_points = keyword == "POINT_DATA"
            rows = cursor.count(words[1], keyword)
        elif keyword == "FIELD" and len(words) == 3:
            found = _field(cursor, cursor.count(words[2], keyword))
            content.scalars |= found if of_points else {}
        elif keyword in ("SCALARS", *COMPONENTS) and len(words) in (3, 4):
            found = _attribute(cursor, keyword, words, rows)
            content.scalars |= found if of_points else {}
        else:
            raise InputError(cursor.path, "content", repr(" ".join(words)[:40]), REMEDY)
    return content


def _cells(cursor: _Cursor, keyword: str, words: list[str]) -> Cells:
    first, second = (cursor.count(word, keyword) for word in words[1:])
    if cursor.version >= 5:
        offsets, corners = (
            _part(cursor, name, length) for name, length in (("OFFSETS", first), ("CONNECTIVITY", second))
        )
        return np.diff(offsets), corners
    values = cursor.numbers(second, "int", keyword).astype(np.int64)
    if second == 4 * first and (values[::4] == 3).all():
        return np.full(first, 3), values.reshape(-1, 4)[:, 1:].ravel()
    sizes: list[int] = []
    parts = [values[:0]]
    at = 0
    for _ in range(first):
        size = int(values[at]) if at < second else -1
        if size < 0 or at + size >= second:
            raise InputError(cursor.path, keyword, "at odds with its own counts", REMEDY)
        sizes.append(size)
        parts.append(values[at + 1 : at + 1 + size])
        at += size + 1
    return np.array(sizes, dtype=np.int64), np.concatenate(parts)


def _part(cursor: _Cursor, name: str, length: int) -> NDArray[np.int64]:
    words = cursor.line()
    if len(words) != 2 or words[0].upper() != name:
        raise InputError(cursor.path, name, "missing", REMEDY)
    return cursor.numbers(length, words[1], name).astype(np.int64)


def _field(cursor: _Cursor, arrays: int) -> dict[str, NDArray[np.float64]]:
    found = {}
    for _ in range(arrays):
        words = cursor.line()
        while words[:1] == ["METADATA"]:
            while cursor.at < len(cursor.data) and cursor.raw_line().strip():
                pass
            words = cursor.line()
        if len(words) != 4:
            raise InputError(cursor.path, "FIELD", repr(" ".join(words)[:40]), REMEDY)
        width, rows = (cursor.count(word, "FIELD") for word in words[1:3])
        values = cursor.numbers(width * rows, words[3], "FIELD")
        if width == 1:
            found[unquote(words[0])] = values.astype(np.float64)
    return found


def _attribute(cursor: _Cursor, keyword: str, words: list[str], rows: int) -> dict[str, NDArray[np.float64]]:
    width = COMPONENTS.get(keyword, 1)
    if keyword == "SCALARS":
        width = cursor.count(words[3], keyword) if len(words) == 4 else 1
        if [word.upper() for word in cursor.line()[:1]] != ["LOOKUP_TABLE"]:
            raise InputError(cursor.path, "SCALARS", "without LOOKUP_TABLE", REMEDY)
    values = cursor.numbers(width * rows, words[2], keyword)
    return {unquote(words[1]): values.astype(np.float64)} if width == 1 else {}


def write(surface: Surface, path: Path) -> None:
    """Write a binary legacy .vtk file in LPS mm with all scalars."""
    title = "CranioMark, mm." + (" SPACE=LPS" if surface.left_right_known else "")
    count, faces = len(surface.vertices), len(surface.faces)
    cells = np.hstack([np.full((faces, 1), 3), surface.faces])
    parts = [
        f"# vtk DataFile Version 3.0\n{title}\nBINARY\nDATASET POLYDATA\nPOINTS {count} double\n".encode()
    ]
    parts += [surface.vertices.astype(">f8").tobytes(), f"\nPOLYGONS {faces} {4 * faces}\n".encode()]
    parts += [cells.astype(">i4").tobytes(), f"\nPOINT_DATA {count}\n".encode() if surface.scalars else b"\n"]
    for name, values in surface.scalars.items():
        encoded = "".join(f"%{ord(letter):02X}" if letter in ' %"\t\n' else letter for letter in name)
        parts.append(f"SCALARS {encoded} double 1\nLOOKUP_TABLE default\n".encode())
        parts += [np.asarray(values).astype(">f8").tobytes(), b"\n"]
    with written_whole(path) as part:
        part.write_bytes(b"".join(parts))
