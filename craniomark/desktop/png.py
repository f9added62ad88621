"""Pictures as PNG, with nothing but Python's own library."""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import written_whole


def write_png(picture: NDArray[np.uint8], path: Path) -> None:
    """Write a picture of red, green and blue, shape (H, W, 3), whole or not at all."""
    height, width, _ = picture.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with the kind of its filter: none
    lines[:, 1:] = picture.reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    with written_whole(path) as part:
        part.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
