"""Which bundle an input needs."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from craniomark.flows.bundle.load import Bundle, load_bundle
from craniomark.flows.bundle.manifest import Manifest
from craniomark.flows.bundle.search import FoundBundle, find_bundles
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import check_unit

_LIST = "list them with `craniomark bundle list`"


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
    if name:
        bundle = load_bundle(name)
        check_named(bundle.manifest, kind, extent_mm, file)
        return bundle
    return load_bundle(fitting_bundle(kind, extent_mm, file).path)


def check_named(
    manifest: Manifest, kind: str, extent_mm: ArrayLike | None, file: str | PathLike[str] = "input"
) -> None:
    """Refuse an input of another kind than a bundle reads, or in another unit; parameters as `choose_bundle`.

    Raises
    ------
    InputError
        If it doesn't fit.
    """
    if manifest.kind != kind:
        remedy = f"the model {manifest.name} reads {manifest.kind}; choose another"
        raise InputError(file, "kind of input", kind, remedy)
    if not _finds(manifest):
        remedy = "choose another; `craniomark shape predict` uses this one"
        raise InputError(manifest.name, "model", f"of {', '.join(manifest.parts)} alone", remedy)
    longest = _longest(extent_mm)
    if longest is not None:
        check_unit(file, longest, *manifest.size_range_mm)


def fitting_bundle(
    kind: str, extent_mm: ArrayLike | None, file: str | PathLike[str] = "input"
) -> FoundBundle:
    """The only bundle that fits an input, not yet verified; parameters and errors as of `choose_bundle`."""
    longest = _longest(extent_mm)
    usable = [
        found for found in find_bundles() if found.manifest and not found.hidden and _finds(found.manifest)
    ]
    fitting = [found for found in usable if found.manifest and fits(found.manifest, kind, longest)]
    if len(fitting) == 1:
        return fitting[0]
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
    """Whether a bundle finds poses or landmarks of inputs of this kind and extent in mm (None: any)."""
    low, high = manifest.size_range_mm
    serves = manifest.kind == kind and _finds(manifest)
    return serves and (longest_mm is None or low <= longest_mm <= high)


def _finds(manifest: Manifest) -> bool:
    """Whether a bundle finds poses or landmarks; others tell shapes alone."""
    return bool({"orient", "landmark"} & set(manifest.parts))


def _longest(extent_mm: ArrayLike | None) -> float | None:
    return None if extent_mm is None else float(np.max(np.asarray(extent_mm, dtype=np.float64)))


def _span(manifest: Manifest) -> str:
    low, high = manifest.size_range_mm
    return f"{manifest.name}, {manifest.kind} of {low:g} to {high:g} mm"
