"""Every file of a bundle's folder against what the manifest says of it."""

import os
from pathlib import Path

from craniomark.flows.bundle.manifest import MANIFEST_FILE, FileEntry, Manifest, manifest_path
from craniomark.flows.bundle.parse import MAX_MANIFEST_BYTES, parse_manifest
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.ground.checks import InputError

# Left behind by file managers; they hold nothing of ours.
_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini"}


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``bundle.json`` of `folder`; no other file is opened.

    Raises
    ------
    InputError
        If it is missing, a link, too long or wrong.
    """
    path = manifest_path(folder)
    if folder.is_symlink() or path.is_symlink():
        raise InputError(folder, "bundle", "a symbolic link", "put the folder itself there")
    if not path.is_file():
        raise InputError(folder, MANIFEST_FILE, "missing", "give the folder or zip of a bundle")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise InputError(path, "length", path.stat().st_size, f"stay under {MAX_MANIFEST_BYTES} bytes")
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(
            path, "content", f"unreadable ({error.strerror})", "check its permissions"
        ) from error
    return parse_manifest(text, path)


def verify_folder(folder: Path, manifest: Manifest) -> None:
    """Check each file's presence, length and SHA-256, and that nothing else lies in the folder.

    Raises
    ------
    InputError
        At the first file that is missing, changed, a link or not listed.
    """
    extra = sorted(_names(folder) - set(manifest.files) - {MANIFEST_FILE})
    if extra:
        more = f" and {len(extra) - 3} more" if len(extra) > 3 else ""
        value = ", ".join(extra[:3]) + more + ", not listed in bundle.json"
        raise InputError(folder, "content", value, "take what is not listed out of the folder")
    for name, entry in manifest.files.items():
        _verify_file(folder, name, entry)


def _verify_file(folder: Path, name: str, entry: FileEntry) -> None:
    path = folder / name
    remedy = "fetch or make the bundle anew"
    if not path.is_file():
        raise InputError(folder, name, "missing", remedy)
    length = path.stat().st_size
    if length != entry.bytes:
        raise InputError(folder, name, f"{length} bytes long instead of {entry.bytes}", remedy)
    if file_sha256(path) != entry.sha256:
        raise InputError(folder, name, "changed (its SHA-256 differs from bundle.json)", remedy)


def _names(folder: Path) -> set[str]:
    names = set()
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(place) / name
            if path.is_symlink():
                shown = path.relative_to(folder).as_posix()
                raise InputError(folder, shown, "a symbolic link", "put the file itself there")
        names |= {
            (Path(place) / name).relative_to(folder).as_posix() for name in files if name not in _IGNORED
        }
    return names
