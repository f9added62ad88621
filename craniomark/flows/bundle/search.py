"""Which bundles there are, and where."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.bundle.manifest import MANIFEST_FILE, Manifest
from craniomark.flows.bundle.unpack import read_zip_manifest
from craniomark.flows.bundle.verify import read_manifest
from craniomark.flows.datasets.folders import user_data_folder
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder


@dataclass(frozen=True)
class FoundBundle:
    """A bundle on the search path: where it lies, whose place that is, and what it says of itself.

    `manifest` is None and `problem` a sentence where the manifest can't be read; `hidden` is True where a
    bundle of the same name comes before it.
    """

    path: Path
    place: str
    manifest: Manifest | None
    problem: str = ""
    hidden: bool = False

    @property
    def name(self) -> str:
        """Name in the manifest; the file name where that can't be read."""
        return self.manifest.name if self.manifest else self.path.name.removesuffix(".zip")


def user_models_folder() -> Path:
    """Where fetched bundles are kept."""
    return user_data_folder() / "models"


def model_folders() -> list[tuple[str, Path]]:
    """The model search path, first come first served: ``CRANIOMARK_MODELS``, the user's, the shipped."""
    named = os.environ.get("CRANIOMARK_MODELS", "").split(os.pathsep)
    own = [("CRANIOMARK_MODELS", Path(part).expanduser()) for part in named if part.strip()]
    return [*own, ("user", user_models_folder()), ("shipped", resource_folder() / "Models")]


def find_bundles() -> list[FoundBundle]:
    """Every bundle on the search path, the broken ones with what is wrong; hashes are not checked."""
    found: list[FoundBundle] = []
    names: set[str] = set()
    for place, folder in model_folders():
        for path in _candidates(folder):
            try:
                manifest = read_manifest(path) if path.is_dir() else read_zip_manifest(path)
            except InputError as error:
                found.append(FoundBundle(path, place, None, str(error)))
                continue
            found.append(FoundBundle(path, place, manifest, hidden=manifest.name in names))
            names.add(manifest.name)
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    if (folder / MANIFEST_FILE).is_file():
        yield folder
        return
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if (path.is_dir() and (path / MANIFEST_FILE).exists()) or (path.is_file() and path.suffix == ".zip"):
            yield path


def find_named(name: str) -> Path:
    """Path of the bundle that is called `name`.

    Raises
    ------
    InputError
        If none is; the names that there are stand in the sentence.
    """
    bundles = find_bundles()
    for bundle in bundles:
        if bundle.name == name and bundle.manifest:
            return bundle.path
    broken = [bundle for bundle in bundles if bundle.name == name]
    if broken:
        raise InputError(broken[0].path, "model", "unreadable", broken[0].problem.rstrip("."))
    known = ", ".join(sorted({bundle.name for bundle in bundles if bundle.manifest})) or "none"
    remedy = f"name an installed one ({known}), or the folder or zip of a bundle"
    raise InputError(name, "model", "unknown", remedy)
