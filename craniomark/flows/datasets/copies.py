"""Specimens that stand in a data set twice: the same file, voxels, look, or landmarks."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.findings import Finding
from craniomark.flows.datasets.seen import Seen
from craniomark.ground.geometry import generalised_procrustes

Array = NDArray[np.float64]
_ALIKE = 0.4
"""Of the usual difference between two specimens, in each of nine moments of their bone."""
_FEWEST = 4
_SAME_POINTS = 0.1
"""Of the usual distance between two specimens' landmarks, which annotating anew does not come near."""


def copy_findings(sums: Mapping[str, str], seen: Mapping[str, Seen]) -> list[Finding]:
    """Scans and meshes that are there twice.

    Parameters
    ----------
    sums : mapping of str to str
        SHA-256 of the file, by specimen.
    seen : mapping of str to Seen
        What was kept of each.
    """
    found: dict[tuple[str, str], Finding] = {}

    def pair(first: str, second: str, severity: str, what: str) -> None:
        if (first, second) not in found:
            problem = "problem" if severity == "problem" else "look"
            found[first, second] = Finding(second, problem, what.format(first))  # type: ignore[arg-type]

    for first, second in _equal(sums):
        pair(first, second, "problem", "is the same file as {}")
    for first, second in _equal({name: one.content for name, one in seen.items()}):
        pair(first, second, "problem", "holds the same scan as {}, written otherwise")
    for first, second in _alike({name: one.form for name, one in seen.items()}):
        what = "has in every moment the bone of {}: the same scan, changed?"
        pair(first, second, "look", what)
    return list(found.values())


def point_copy_findings(ids: Sequence[str], shapes: Array) -> list[Finding]:
    """Landmarks that are those of another specimen, wherever they were moved to.

    Parameters
    ----------
    ids : sequence of str
        Specimens.
    shapes : ndarray, shape (S, N, 3)
        mm; NaN where missing.
    """
    usable = np.isfinite(shapes).all(axis=2).sum(axis=1) >= 4
    complete = np.isfinite(shapes[usable]).all(axis=(0, 2)) if usable.any() else np.zeros(0, bool)
    if usable.sum() < 3 or complete.sum() < 4:
        return []
    names = [name for name, fine in zip(ids, usable, strict=True) if fine]
    aligned = generalised_procrustes(shapes[usable][:, complete]).aligned
    flat = aligned.reshape(len(names), -1)
    squares = ((flat[:, None] - flat) ** 2).sum(-1) / complete.sum()
    apart = np.sqrt(squares)
    usual = float(np.median(apart[np.triu_indices(len(names), 1)]))
    return [
        Finding(names[other], "problem", f"has the very landmarks of {names[one]}: copied, or the same scan?")
        for one, other in np.argwhere(np.triu(apart < _SAME_POINTS * usual, 1))
    ]


def _alike(forms: Mapping[str, Array]) -> list[tuple[str, str]]:
    """Pairs whose moments all differ much less than those of two specimens usually do."""
    usable = {name: form for name, form in forms.items() if np.isfinite(form).all()}
    if len(usable) < _FEWEST:
        return []
    names, values = list(usable), np.array(list(usable.values()))
    apart = np.abs(values[:, None] - values)
    usual = np.median(apart[np.triu_indices(len(names), 1)], axis=0)
    same = (apart < _ALIKE * np.maximum(usual, 1e-9)).all(axis=-1)
    return [(names[one], names[other]) for one, other in np.argwhere(np.triu(same, 1))]


def _equal(values: Mapping[str, str]) -> list[tuple[str, str]]:
    first: dict[str, str] = {}
    found = []
    for name, value in values.items():
        if value in first:
            found.append((first[value], name))
        first.setdefault(value, name)
    return found
