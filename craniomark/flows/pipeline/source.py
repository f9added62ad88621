"""What a specimen was computed from: where it lies, how large it is and its checksum."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
_DETACHED = {".mhd", ".nhdr"}


@dataclass(frozen=True)
class Source:
    """State of a file or folder when it was read.

    Attributes
    ----------
    path : str
        Absolute path.
    size : int
        Bytes, of all files together.
    modified : int
        Latest modification, nanoseconds since 1970.
    sha256 : str
        Of the file, or of the names and contents of a folder's files; empty if never read.
    """

    path: str
    size: int
    modified: int
    sha256: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def look_at(path: Path) -> Source:
    """Size and time of `path` without reading it; zeros where it can't be reached."""
    try:
        states = [file.stat() for file in _files(path)]
    except OSError:
        states = []
    size, modified = sum(s.st_size for s in states), max((s.st_mtime_ns for s in states), default=0)
    return Source(str(path.absolute()), size, modified)


def checksum(path: Path) -> str:
    """sha256 of a file, or of the names and contents of a folder's files; empty if it can't be read."""
    digest = hashlib.sha256()
    try:
        files = _files(path)
        for file in files:
            if len(files) > 1:
                digest.update(file.name.encode())
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def same(old: Source, path: Path) -> bool:
    """True if `path` still is what `old` tells: by size and time, or else by checksum."""
    now = look_at(path)
    if now.size != old.size:
        return False
    return now.modified == old.modified or (bool(old.sha256) and checksum(path) == old.sha256)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file())
    if path.suffix.lower() in _DETACHED:
        return [path, *sorted(f for f in path.parent.glob("*") if f.stem == path.stem and f != path)]
    return [path]
