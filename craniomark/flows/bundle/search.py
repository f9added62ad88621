"""Which bundles there are, and which one an input needs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from craniomark.flows.bundle.load import Bundle, load_bundle
from craniomark.flows.bundle.manifest import MANIFEST_FILE, Manifest
from craniomark.flows.bundle.unpack import read_zip_manifest
from craniomark.flows.bundle.verify import read_manifest
from craniomark.flows.datasets.folders import user_data_folder
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder
from craniomark.ground.volumes import check_unit

_LIST = "list them with `craniomark bundle list`"


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


def choose_bundle(
    kind: str,
    extent_mm: ArrayLike | None,
    name: str | Path | None = None,
    file: str | PathLike[str] = "input",
) -> Bundle:
    """The bundle that an input needs: the named one, else the only one whose kind and size range fit.

    Parameters
    ----------
    kind : {"ct", "surface"}
        What the input is.
    extent_mm : float or array of them, or None
        Extent of the skull, mm; the longest counts. None where it isn't known: any size fits.
    name : str or path, optional
        What the user asked for. Its kind must fit; of its size range only the unit is asked.
    file : path
        The input, named in errors.

    Raises
    ------
    InputError
        If none fits or several do; those are listed. Micrometres written as millimetres are named.
    """
    longest = None if extent_mm is None else float(np.max(np.asarray(extent_mm, dtype=np.float64)))
    if name:
        bundle = load_bundle(name)
        if bundle.manifest.kind != kind:
            remedy = f"the model {bundle.manifest.name} reads {bundle.manifest.kind}; choose another"
            raise InputError(file, "kind of input", kind, remedy)
        if longest is not None:
            check_unit(file, longest, *bundle.manifest.size_range_mm)
        return bundle
    usable = [found for found in find_bundles() if found.manifest and not found.hidden]
    fitting = [found for found in usable if found.manifest and fits(found.manifest, kind, longest)]
    if len(fitting) == 1:
        return load_bundle(fitting[0].path)
    size = "" if longest is None else f", {longest:.1f} mm long"
    if fitting:
        names = ", ".join(found.name for found in fitting)
        raise InputError(file, "model", "not named, and several fit", f"choose by --model one of {names}")
    if not any(found.manifest and found.manifest.kind == kind for found in usable):
        remedy = "fetch one with `craniomark bundle fetch`, or name one by --model"
        raise InputError(file, "model", f"none for {kind} is installed", remedy)
    have = "; ".join(_span(found.manifest) for found in usable if found.manifest)
    for found in usable:
        if found.manifest and found.manifest.kind == kind and longest is not None:
            check_unit(file, longest, *found.manifest.size_range_mm)
    remedy = f"check the spacing, or name a model by --model (models: {have}; {_LIST})"
    raise InputError(file, "input", f"{kind}{size}, which no model fits", remedy)


def fits(manifest: Manifest, kind: str, longest_mm: float | None) -> bool:
    """Whether a bundle serves inputs of this kind and longest extent in mm (None: any)."""
    low, high = manifest.size_range_mm
    return manifest.kind == kind and (longest_mm is None or low <= longest_mm <= high)


def _span(manifest: Manifest) -> str:
    low, high = manifest.size_range_mm
    return f"{manifest.name}, {manifest.kind} of {low:g} to {high:g} mm"
