"""Wavefront OBJ: vertices and polygons; materials, textures and normals are passed over."""

from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes.raw import RawMesh
from craniomark.ground.meshes.surface import Surface


def read(path: Path) -> RawMesh:
    """Vertices and polygons of an OBJ file, negative (relative) numbers included.

    Raises
    ------
    InputError
        If the file is binary, or a vertex or face is incomplete.
    """
    vertices: list[list[float]] = []
    sizes: list[int] = []
    corners: list[int] = []
    comments: list[str] = []
    data = path.read_bytes()
    if b"\0" in data:
        raise InputError(path, "content", "binary", "give an OBJ mesh as text")
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        words = line.split()
        if not words:
            continue
        try:
            if words[0] == "v":
                x, y, z = (float(word) for word in words[1:4])
                vertices.append([x, y, z])
            elif words[0] == "f":
                found = [int(word.split("/")[0]) for word in words[1:]]
                if len(found) < 3 or 0 in found:
                    raise ValueError(line)
                sizes.append(len(found))
                corners += [one - 1 if one > 0 else len(vertices) + one for one in found]
            elif words[0].startswith("#"):
                comments.append(line)
        except ValueError as error:
            remedy = "copy or export the mesh again, the file is cut off or damaged"
            raise InputError(path, f"line {number}", repr(line.strip()[:60]), remedy) from error
    return RawMesh(
        np.array(vertices, dtype=np.float64).reshape(-1, 3),
        np.array(sizes, dtype=np.int64),
        np.array(corners, dtype=np.int64),
        headers=comments,
    )


def write(surface: Surface, path: Path) -> None:
    """Write vertices in LPS mm and triangles; OBJ holds no scalars."""
    lines = ["# CranioMark, mm." + (" SPACE=LPS" if surface.left_right_known else "")]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in surface.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in surface.faces + 1]
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
