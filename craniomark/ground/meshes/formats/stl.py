"""STL, ascii and binary; its loose triangles are joined at equal corners."""

import re
from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes.raw import RawMesh
from craniomark.ground.meshes.surface import Surface

HEADER_BYTES = 80
RECORD = np.dtype([("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
VERTEX = re.compile(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)")
REMEDY = "copy or export the mesh again, the file is cut off or damaged"


def read(path: Path) -> RawMesh:
    """Triangles of an STL file.

    Raises
    ------
    InputError
        If the file declares more triangles than it holds or is cut off.
    """
    data = path.read_bytes()
    corners, header = _ascii(data, path) if _is_ascii(data) else _binary(data, path)
    vertices, numbers = np.unique(corners, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.int64)
    return RawMesh(vertices, np.full(len(numbers) // 3, 3), numbers, headers=(header,))


def _is_ascii(data: bytes) -> bool:
    # Some programs begin binary headers with "solid" too, so that the declared size decides first.
    start = data[: HEADER_BYTES + 4]
    if len(start) == HEADER_BYTES + 4 and len(data) == len(start) + RECORD.itemsize * _declared(data):
        return False
    return data.lstrip()[:5].lower() == b"solid" and b"\0" not in data[:1024]


def _declared(data: bytes) -> int:
    return int.from_bytes(data[HEADER_BYTES : HEADER_BYTES + 4], "little")


def _binary(data: bytes, path: Path) -> tuple[np.ndarray, str]:
    start = HEADER_BYTES + 4
    if len(data) < start or len(data) < start + RECORD.itemsize * _declared(data):
        value = f"{_declared(data)}, more than the file holds" if len(data) >= start else "cut off"
        raise InputError(path, "number of triangles", value, REMEDY)
    records = np.frombuffer(data, RECORD, _declared(data), start)
    return records["corners"].reshape(-1, 3).astype(np.float64), data[:HEADER_BYTES].decode("latin-1")


def _ascii(data: bytes, path: Path) -> tuple[np.ndarray, str]:
    if b"endsolid" not in data[-1024:].lower():
        raise InputError(path, "end of the file", "without endsolid", REMEDY)
    found = VERTEX.findall(data)
    try:
        corners = np.array(found, dtype=np.float64).reshape(-1, 3)
    except ValueError as error:
        raise InputError(path, "a vertex", "not a number", REMEDY) from error
    if len(corners) != 3 * len(re.findall(rb"endfacet", data)):
        raise InputError(path, "facets", "not all of three vertices", REMEDY)
    return corners, data.split(b"\n", 1)[0].decode("utf-8", "replace")


def write(surface: Surface, path: Path) -> None:
    """Write binary STL in LPS mm; STL holds no scalars."""
    records = np.zeros(len(surface.faces), dtype=RECORD)
    corners = surface.vertices[surface.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    records["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    records["corners"] = corners
    space = " SPACE=LPS" if surface.left_right_known else ""
    header = f"CranioMark, mm.{space}".encode().ljust(HEADER_BYTES)
    with written_whole(path) as part:
        part.write_bytes(header + len(records).to_bytes(4, "little") + records.tobytes())
