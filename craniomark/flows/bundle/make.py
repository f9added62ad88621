"""Bundles written whole: a folder with its manifest filled in, and the zip of it."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from craniomark.flows.bundle.manifest import MANIFEST_FILE, FileEntry, Manifest, as_json
from craniomark.flows.bundle.parse import file_name_problem, parse_manifest
from craniomark.flows.bundle.verify import read_manifest, verify_folder
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.ground.checks import InputError, told_where_full, written_whole

Writer = Callable[[Path], None]
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_bundle(folder: Path, manifest: Manifest, parts: Mapping[str, Writer]) -> Path:
    """Write a bundle; it appears complete or not at all.

    Parameters
    ----------
    folder : Path
        The bundle's folder. An older bundle there is replaced; anything else is refused.
    manifest : Manifest
        Its `files` are filled in here.
    parts : mapping of str to callable
        By file name, what writes that file to the path it is given.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    InputError
        If a name or the manifest is refused, or the folder can't be written or its disk is full; an
        older bundle stays.
    """
    for name in parts:
        problem = file_name_problem(name)
        if problem:
            raise InputError(folder, "file name", name, problem)
    check_replaceable(folder)
    with temporary_sibling(folder) as temporary:
        entries = {}
        for name, write in parts.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
            entries[name] = FileEntry(file_sha256(path), path.stat().st_size)
        filled = replace(manifest, files=entries)
        text = json.dumps(as_json(filled), indent=2, ensure_ascii=False) + "\n"
        parse_manifest(text, folder / MANIFEST_FILE)
        (temporary / MANIFEST_FILE).write_text(text, encoding="utf-8")
        verify_folder(temporary, filled)
        move_in_place(temporary, folder)
    return folder


def pack(folder: Path, archive: Path) -> Path:
    """Verify a bundle's folder and zip it; the same folder gives the same bytes.

    Parameters
    ----------
    folder : Path
        A bundle.
    archive : Path
        The zip to write.

    Raises
    ------
    InputError
        If anything about the bundle is off, or the zip can't be written.
    """
    manifest = read_manifest(folder)
    verify_folder(folder, manifest)
    with written_whole(archive) as temporary, zipfile.ZipFile(temporary, "w") as target:
        for name in [MANIFEST_FILE, *sorted(manifest.files)]:
            info = zipfile.ZipInfo(f"{manifest.name}/{name}", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with (folder / name).open("rb") as source, target.open(info, "w") as sink:
                shutil.copyfileobj(source, sink)
    return archive


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that holds something else than a bundle."""
    if folder.exists() and not (folder.is_dir() and not folder.is_symlink()):
        raise InputError(folder, "bundle folder", "not a folder", "choose another name")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).is_file():
        raise InputError(folder, "bundle folder", "in use by other files", "choose a new or empty folder")


@contextmanager
def temporary_sibling(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder on the same disk as `folder`, so that it can be moved in place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        outer = tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent)
    except OSError as error:
        remedy = "choose a folder that you may write to, with room on its disk"
        raise InputError(
            folder.parent, "output folder", f"not writable ({error.strerror})", remedy
        ) from error
    with outer as name, told_where_full(folder.parent):
        inner = Path(name) / folder.name
        inner.mkdir()
        yield inner


def move_in_place(made: Path, folder: Path) -> None:
    """Move the folder `made` to `folder`, putting what was there aside first."""
    old = made.parent / "replaced"
    if folder.exists():
        folder.replace(old)
    try:
        made.replace(folder)
    except OSError:
        if old.exists():
            old.replace(folder)
        raise


def copy_bundle(folder: Path, target: Path) -> Path:
    """Copy a bundle's folder to `target`, whole or not at all, as `write_bundle` would."""
    manifest = read_manifest(folder)
    return write_bundle(target, manifest, {name: _copier(folder / name) for name in manifest.files})


def _copier(source: Path) -> Writer:
    def copy(path: Path) -> None:
        shutil.copyfile(source, path)

    return copy
