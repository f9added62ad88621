"""Scans and surfaces that come from the browser: ``POST upload?name=NAME`` with the file as its body."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError, is_full
from craniomark.ground.specimens import known_extension

GB = 1_000_000_000
UPLOAD_GB = 2.0
"""Largest upload by default, GB."""
LOOKS_ON = "Uploads are for the tab that works; this one looks on."
LONGEST_NAME = 200
"""Bytes of a file name."""

_NIFTI = (b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c", b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")
_META = (b"ObjectType", b"NDims", b"Comment", b"TransformType", b"CompressedData")
# .nhdr and .mhd lack their voxels, which lie in another file.
_STARTS: dict[str, tuple[bytes, ...]] = {
    ".nii.gz": (b"\x1f\x8b",),
    ".nii": _NIFTI,
    ".nrrd": (b"NRRD",),
    ".mha": _META,
    ".isq": (b"CTDATA-HEADER_V1",),
    ".ply": (b"ply\n", b"ply\r"),
    ".stl": (),
    ".obj": (),
    ".vtk": (b"# vtk DataFile",),
    ".vtp": (b"<?xml", b"<VTKFile"),
}
"""What a file of each kind begins with; STL and OBJ may begin with anything."""
_LONGEST_START = 16
_MACHINE_CODE = (b"\x7fELF", b"MZ", b"#!", b"PK\x03\x04", b"%PDF")


@dataclass(frozen=True)
class Uploads:
    """Where uploads go and how large they may be.

    Attributes
    ----------
    folder : Path
        They appear there whole or not at all, and replace nothing.
    most : int
        Bytes of one upload.
    """

    folder: Path
    most: int = int(UPLOAD_GB * GB)

    def place(self, name: str, size: int | None) -> Path:
        """Where an upload goes, before a byte of it is read.

        Raises
        ------
        InputError
            If its name, its type or its size is not allowed, or a file of that name is there.
        """
        if not _is_plain(name):
            raise InputError(name or "upload", "name", "not that of a file", "give the file a plain name")
        if kind_of(name) is None:
            known = " ".join(_STARTS)
            raise InputError(name, "type", Path(name).suffix or "without ending", f"upload one of {known}")
        self._check_most(name, size or 0)
        if (size or 0) > shutil.disk_usage(self.folder).free:
            raise InputError(name, "size", _told(size or 0), "make room on the disk of the folder")
        path = self.folder / name
        if path.exists() or path.is_symlink():
            raise InputError(name, "file", "there already", "open it, or give the upload another name")
        return path

    async def receive(self, name: str, size: int | None, chunks: AsyncIterator[bytes]) -> Path:
        """Write an upload under a temporary name as it comes, and move it into place.

        Raises
        ------
        InputError
            As `place` does; also where its content is not what its name tells, or less than was announced.
        """
        path = self.place(name, size)
        try:
            handle, part = tempfile.mkstemp(prefix=".part-", suffix="-upload", dir=self.folder)
        except OSError as error:
            remedy = "choose a folder that may be written to"
            raise InputError(self.folder, "folder", f"not writable ({error.strerror})", remedy) from error
        try:
            with os.fdopen(handle, "wb") as file:
                came = await self._copied(name, chunks, file.write)
            if not came or (size is not None and came != size):
                raise InputError(name, "upload", f"cut off after {came} bytes", "upload it again")
            os.chmod(part, 0o644)
            _moved(Path(part), path)
        except OSError as error:
            if not is_full(error):
                raise
            raise InputError(name, "upload", "larger than the disk has room", "make room") from error
        finally:
            with suppress(OSError):
                Path(part).unlink()
        return path

    def _check_most(self, name: str, size: int) -> None:
        if size > self.most:
            remedy = f"copy files of more than {_told(self.most)} into the folder instead"
            raise InputError(name, "size", f"{_told(size)} or more", remedy)

    async def _copied(self, name: str, chunks: AsyncIterator[bytes], write: Callable[[bytes], Any]) -> int:
        came, start = 0, b""
        async for chunk in chunks:
            if len(start) < _LONGEST_START:
                start += chunk[:_LONGEST_START]
                if len(start) >= _LONGEST_START:
                    check_start(name, start)
            came += len(chunk)
            self._check_most(name, came)
            write(chunk)
        check_start(name, start)
        return came


def kind_of(name: str) -> str | None:
    """The ending that tells what kind of upload a file is, or None if it is none."""
    suffix = known_extension(name).lower()
    return suffix if suffix in _STARTS else None


def check_start(name: str, start: bytes) -> None:
    """Refuse a file that begins otherwise than its name tells.

    Raises
    ------
    InputError
        If it is so.
    """
    kind = kind_of(name)
    starts = _STARTS[kind] if kind else ()
    if (starts and not start.startswith(starts)) or start.startswith(_MACHINE_CODE):
        raise InputError(name, "content", "not what its name tells", "upload the scan or surface itself")


def add_route(
    app: Any, uploads: Uploads, opened: Callable[[Path], Any], permits: Callable[[str], bool]
) -> None:
    """Let an aiohttp application take uploads.

    Parameters
    ----------
    app : aiohttp application
    uploads : Uploads
    opened : callable
        Called with each file that was uploaded; may raise InputError.
    permits : callable
        Tells by the permit in the address whether it comes from a tab that works.

    Notes
    -----
    The answer is 201 and ``{"name": ...}``, or 400 and ``{"error": ...}`` with a sentence for the user; 403
    to a tab that looks on, before a byte is read.
    """
    from aiohttp import web

    async def upload(request: Any) -> Any:
        name = request.query.get("name", "")
        if not permits(request.query.get("permit", "")):
            return web.json_response({"error": LOOKS_ON}, status=403)
        try:
            chunks = request.content.iter_chunked(1 << 18)
            path = await uploads.receive(name, request.content_length, chunks)
            opened(path)
        except InputError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"name": path.name}, status=201)

    app.router.add_post("/upload", upload)


def _told(size: int) -> str:
    return f"{size / GB:.2g} GB" if size >= GB // 10 else f"{size / 1e6:.2g} MB"


def _is_plain(name: str) -> bool:
    """Whether a name is that of one file, here and on any system, and not hidden."""
    if not name or name.startswith(".") or name != name.strip() or len(name.encode()) > LONGEST_NAME:
        return False
    return name.isprintable() and not any(sign in name for sign in '/\\:*?"<>|')


def _moved(part: Path, path: Path) -> None:
    """Give a finished upload its name, unless something came there meanwhile."""
    try:
        os.link(part, path)  # unlike a move, it replaces nothing
    except FileExistsError as error:
        raise InputError(path.name, "file", "there already", "give the upload another name") from error
    except OSError:  # disks without hard links
        os.replace(part, path)
