"""Bundles brought into the user's data folder, and taken out of it again."""

import shutil
import tempfile
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.bundle.fields import SHA256, Fields
from craniomark.flows.bundle.load import load_bundle
from craniomark.flows.bundle.make import check_replaceable, move_in_place, temporary_sibling
from craniomark.flows.bundle.parse import MAX_BUNDLE_BYTES, read_json
from craniomark.flows.bundle.search import find_bundles, user_models_folder
from craniomark.flows.bundle.unpack import read_zip_manifest, unpack
from craniomark.flows.bundle.verify import verify_folder
from craniomark.flows.datasets.download import download, remote_bytes
from craniomark.ground.checks import InputError

Confirm = Callable[[str, int | None], bool]
"""Called with the address and the length in bytes (None: not told); False stops the fetch."""


@dataclass(frozen=True)
class Source:
    """Where a bundle's zip lies, and its SHA-256."""

    url: str
    sha256: str


def registered(name: str, registry: Path) -> Source:
    """The source of the bundle `name` in a registry file.

    Parameters
    ----------
    name : str
        A bundle's name.
    registry : Path
        JSON: ``{"NAME": {"url": ..., "sha256": ...}, ...}``.

    Raises
    ------
    InputError
        If the file is wrong or doesn't know the name.
    """
    if not registry.is_file():
        raise InputError(registry, "registry", "missing", "give a file of names, addresses and SHA-256 sums")
    fields = Fields(registry, read_json(registry.read_bytes(), registry))
    if name not in fields.values:
        known = ", ".join(sorted(fields.values)) or "it is empty"
        raise InputError(registry, "bundle", f"{name}, not listed", f"name one of these: {known}")
    entry = fields.inner(name)
    return Source(entry.text("url"), entry.sha256("sha256"))


def given(url: str, sha256: str) -> Source:
    """A source from what a user typed."""
    sha256 = sha256.strip().lower().removeprefix("sha256:")
    if not SHA256.fullmatch(sha256):
        remedy = "give the 64 digits that its publisher states, by --sha256"
        raise InputError(url, "SHA-256", sha256 or "missing", remedy)
    return Source(url, sha256)


def fetch_bundle(source: Source, confirm: Confirm) -> Path | None:
    """Download a bundle's zip, check it and install it for this user.

    Parameters
    ----------
    source : Source
        What to fetch.
    confirm : callable
        Told the size before anything is downloaded.

    Returns
    -------
    Path or None
        The installed folder; None if `confirm` said no.

    Raises
    ------
    InputError
        If it can't be reached, isn't what the SHA-256 says, or isn't a whole bundle.
    """
    length = remote_bytes(source.url)
    if length is not None and length > MAX_BUNDLE_BYTES:
        raise InputError(source.url, "length", f"{length} bytes", f"stay under {MAX_BUNDLE_BYTES}")
    if not confirm(source.url, length):
        return None
    with tempfile.TemporaryDirectory(prefix="craniomark-") as name:
        file = Path(urllib.parse.urlsplit(source.url).path).name or "bundle"
        archive = download(source.url, Path(name) / f"{file.removesuffix('.zip')}.zip", source.sha256)
        return install(archive)


def install(archive: Path) -> Path:
    """Unpack a bundle's zip into the user's folder; an older one of that name is replaced."""
    folder = user_models_folder() / read_zip_manifest(archive).name
    check_replaceable(folder)
    with temporary_sibling(folder) as temporary:
        verify_folder(temporary, unpack(archive, temporary))
        move_in_place(temporary, folder)
    return folder


def delete_bundle(name: str) -> Path:
    """Remove a bundle from the user's folder.

    Raises
    ------
    InputError
        If it isn't there; shipped ones and those of ``CRANIOMARK_MODELS`` are left alone.
    """
    bundles = [bundle for bundle in find_bundles() if name in (bundle.name, bundle.path.name)]
    own = [bundle for bundle in bundles if bundle.place == "user"]
    if own:
        path = own[0].path
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return path
    if not bundles:
        raise InputError(name, "model", "unknown", "list the models with `craniomark bundle list`")
    if bundles[0].place == "shipped":
        raise InputError(
            name, "model", "shipped with CranioMark", "leave it: only fetched models are deleted"
        )
    remedy = "delete the folder yourself: only fetched models are deleted by this command"
    raise InputError(bundles[0].path, "model", "found through CRANIOMARK_MODELS", remedy)


def verify_bundle(name_or_path: str | Path) -> str:
    """Verify every byte of a bundle and return one sentence about it."""
    bundle = load_bundle(name_or_path)
    manifest = bundle.manifest
    amount = f"{len(manifest.files)} files, {manifest.total_bytes / 1e6:.1f} MB"
    return f"{manifest.name} {manifest.version}: {amount}, every SHA-256 is right."
