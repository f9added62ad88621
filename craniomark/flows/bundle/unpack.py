"""A bundle's zip to a folder, believing nothing that the zip says."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from craniomark.flows.bundle.fields import shown
from craniomark.flows.bundle.manifest import MANIFEST_FILE, Manifest
from craniomark.flows.bundle.parse import MAX_FILES, MAX_MANIFEST_BYTES, parse_manifest
from craniomark.ground.checks import InputError

_BLOCK = 2**20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Write the files of a bundle's zip into the empty `folder`.

    Only what ``bundle.json`` lists is written, and no more bytes of it than are listed, so that neither a
    name that climbs out of the folder nor a small zip that swells does harm.

    Parameters
    ----------
    archive : Path
        A zip with ``bundle.json`` at its top or in one folder.
    folder : Path
        Where to write.

    Raises
    ------
    InputError
        If it isn't a zip, or holds links, encrypted, doubled or unlisted members, or wrong lengths.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _members(archive, opened)
            text = _read(archive, opened, members.pop(MANIFEST_FILE), MAX_MANIFEST_BYTES)
            manifest = parse_manifest(text, f"{archive}/{MANIFEST_FILE}")
            _compare(archive, members, manifest)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MANIFEST_FILE).write_bytes(text)
            for name, entry in manifest.files.items():
                _write(archive, opened, members[name], folder / name, entry.bytes)
    except _BROKEN as error:
        raise InputError(archive, "content", "not a whole zip", f"fetch it anew ({error})") from error
    except OSError as error:
        raise InputError(
            archive, "content", f"not readable ({error})", "check the file and the disk"
        ) from error
    return manifest


def read_zip_manifest(archive: Path) -> Manifest:
    """The checked manifest of a bundle's zip; nothing is written."""
    try:
        with zipfile.ZipFile(archive) as opened:
            member = _members(archive, opened)[MANIFEST_FILE]
            text = _read(archive, opened, member, MAX_MANIFEST_BYTES)
    except (*_BROKEN, OSError) as error:
        raise InputError(archive, "content", "not a whole zip", f"fetch it anew ({error})") from error
    return parse_manifest(text, f"{archive}/{MANIFEST_FILE}")


def _members(archive: Path, opened: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in opened.infolist() if not info.is_dir()]
    if len(infos) > MAX_FILES:
        raise InputError(archive, "content", f"{len(infos)} files", f"stay under {MAX_FILES}")
    tops = [info.filename for info in infos if PurePosixPath(info.filename).name == MANIFEST_FILE]
    top = min(tops, key=len, default="")
    if not top or len(PurePosixPath(top).parts) > 2:
        raise InputError(archive, MANIFEST_FILE, "missing", "give the zip of a bundle")
    prefix = top.removesuffix(MANIFEST_FILE)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removeprefix(prefix)
        if not info.filename.startswith(prefix) or ".." in PurePosixPath(name).parts or name in members:
            raise InputError(archive, "member", shown(info.filename), "keep one plain folder in the zip")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError(
                archive, "member", f"{shown(name)}, a symbolic link", "put the file itself there"
            )
        if info.flag_bits & 1:
            raise InputError(archive, "member", f"{shown(name)}, encrypted", "zip it without a password")
        members[name] = info
    return members


def _compare(archive: Path, members: dict[str, zipfile.ZipInfo], manifest: Manifest) -> None:
    extra, missing = sorted(set(members) - set(manifest.files)), sorted(set(manifest.files) - set(members))
    if extra:
        raise InputError(archive, "member", f"{shown(extra[0])}, not listed in bundle.json", "leave it out")
    if missing:
        raise InputError(archive, "member", f"{missing[0]}, missing", "fetch or make the bundle anew")


def _read(archive: Path, opened: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    with opened.open(info) as stream:
        text = stream.read(most + 1)
    if len(text) > most:
        raise InputError(archive, info.filename, f"over {most} bytes", "fetch or make the bundle anew")
    return text


def _write(archive: Path, opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, length: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(info) as source, path.open("wb") as target:
        while block := source.read(min(_BLOCK, length + 1 - written)):
            written += target.write(block)
            if written > length:
                break
    if written != length:
        raise InputError(archive, info.filename, f"not {length} bytes long", "fetch or make the bundle anew")
