"""Whether left and right of a node are known, which only its file can tell."""

from pathlib import Path

from craniomark.mrml.nodes import Node

ATTRIBUTE = "CranioMark.LeftRight"
UNVERIFIED = "unverified"

_NO_ORIENTATION = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp")
_MESHES = (".ply", ".stl", ".obj", ".vtk", ".vtp")
_HEAD_BYTES = 1 << 16


def left_right_known(node: Node) -> bool:
    """False for what came from a file that names no orientation: a stack of pictures, a mesh without SPACE.

    A node that was made here carries what was known of its volume or surface. Anything else made in the scene
    has the scene's orientation.
    """
    told = node.GetAttribute(ATTRIBUTE)
    if told is not None:
        return bool(told != UNVERIFIED)
    storage = node.GetStorageNode()
    name = storage.GetFileName() if storage is not None else None
    if not name:
        return True
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix in _NO_ORIENTATION:
        return False
    return suffix not in _MESHES or _names_space(path)


def tell_left_right(node: Node, known: bool) -> None:
    """Note on `node` whether its left and right are known."""
    node.SetAttribute(ATTRIBUTE, "known" if known else UNVERIFIED)


def _names_space(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return b"SPACE" in stream.read(_HEAD_BYTES)
    except OSError:
        return False
