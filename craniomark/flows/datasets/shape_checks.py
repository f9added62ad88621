"""Landmarks of a cohort against one another: outliers, exchanged labels, mirrored specimens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.findings import Finding
from craniomark.ground.geometry import (
    BilateralStructure,
    apply,
    directional_asymmetry_sign,
    find_bilateral_structure,
    generalised_procrustes,
    robust_similarity_fit,
    similarity_fit,
)

Array = NDArray[np.float64]

FEWEST_SPECIMENS = 4
_POINT_RATIO = 6.0  # times the usual distance of that landmark to the median shape
_SHAPE_DEVIATIONS = 4.5  # robust standard deviations of a specimen's overall distance
_SIZE_RATIO = 1.35  # between a specimen and the median one
_EXCHANGED = 0.5  # exchanging two labels must at least halve their distances
_MIRRORED, _SHARED_ASYMMETRY = -0.2, 0.25  # correlations with the asymmetry of the others


@dataclass(frozen=True, eq=False)
class _Cohort:
    """Shapes beside the median shape: `distances`, mm, shape (S, N), after a robust similarity fit."""

    ids: Sequence[str]
    labels: Sequence[str]
    shapes: Array
    aligned: Array
    reference: Array
    distances: Array
    sizes: Array

    @property
    def usual(self) -> Array:
        """Usual distance of each landmark, mm, shape (N,), not below half the usual one of all."""
        each = np.nanmedian(self.distances, axis=0)
        return np.maximum(each, max(0.5 * float(np.nanmedian(each)), 1e-6))


def shape_findings(ids: Sequence[str], labels: Sequence[str], shapes: Array) -> list[Finding]:
    """Compare the landmarks of specimens.

    Parameters
    ----------
    ids : sequence of str
        Specimens.
    labels : sequence of str
        Landmarks.
    shapes : ndarray, shape (S, N, 3)
        mm, each in its own frame; NaN where missing.

    Returns
    -------
    list of Finding
        None for fewer than `FEWEST_SPECIMENS` specimens or four landmarks.

    Raises
    ------
    ValueError
        If a shape can't be superimposed, e.g. since its points lie on one line.
    """
    usable = np.isfinite(shapes).all(axis=2).sum(axis=1) >= 4
    common = np.isfinite(shapes[usable]).all(axis=2).any(axis=0) if usable.any() else np.zeros(0, bool)
    if usable.sum() < FEWEST_SPECIMENS or common.sum() < 4:
        return []
    kept = [name for name, fine in zip(ids, usable, strict=True) if fine]
    named = [label for label, fine in zip(labels, common, strict=True) if fine]
    cohort = _superimposed(kept, named, shapes[usable][:, common])
    structure = _structure(cohort.reference)
    sides = _side_findings(cohort, structure)
    exchanged = {finding.specimen for finding in sides}
    points = [
        found
        for number, name in enumerate(kept)
        if name not in exchanged
        for found in _point_findings(cohort, number)
    ]
    return [
        *_size_findings(cohort),
        *sides,
        *points,
        *_outliers(cohort, exchanged),
        *_mirrored(cohort, structure),
    ]


def _superimposed(ids: Sequence[str], labels: Sequence[str], shapes: Array) -> _Cohort:
    fitted = generalised_procrustes(shapes)
    # The median of each landmark stands against a few wrong specimens, the mean would not.
    reference = np.nanmedian(fitted.aligned, axis=0)
    aligned = np.array([apply(robust_similarity_fit(shape, reference), shape) for shape in shapes])
    distances = np.linalg.norm(aligned - reference, axis=2)
    return _Cohort(ids, labels, shapes, aligned, reference, distances, fitted.sizes)


def _structure(reference: Array) -> BilateralStructure | None:
    try:
        return find_bilateral_structure(reference)
    except ValueError:  # half a skull, or landmarks of one side
        return None


def _size_findings(cohort: _Cohort) -> list[Finding]:
    ratio = cohort.sizes / np.median(cohort.sizes)
    return [
        Finding(name, "problem", f"is {r:.3g} times as large as the median specimen: check its voxel size")
        for name, r in zip(cohort.ids, ratio, strict=True)
        if max(r, 1 / r) > _SIZE_RATIO
    ]


def _side_findings(cohort: _Cohort, structure: BilateralStructure | None) -> list[Finding]:
    if structure is None:
        return []
    partner = structure.partner
    found = []
    for name, shape in zip(cohort.ids, cohort.shapes, strict=True):
        other = np.where((partner >= 0)[:, None], shape[partner], np.nan)
        own, changed = _rms(shape, cohort.reference), _rms(other, cohort.reference)
        if changed < _EXCHANGED * own:
            what = f"left and right labels are exchanged ({own:.2f} mm as given, {changed:.2f} mm exchanged)"
            found.append(Finding(name, "problem", what))
    return found


def _rms(shape: Array, reference: Array) -> float:
    if np.isfinite(shape).all(axis=1).sum() < 4:
        return np.inf
    moved = apply(similarity_fit(shape, reference), shape)
    return float(np.sqrt(np.nanmean(np.sum((moved - reference) ** 2, axis=1))))


def _point_findings(cohort: _Cohort, number: int) -> list[Finding]:
    name, distances = cohort.ids[number], cohort.distances[number]
    far = np.flatnonzero(np.nan_to_num(distances) > _POINT_RATIO * cohort.usual)
    found, explained = [], set()
    for first in map(int, far):
        other = _exchanged_with(cohort, number, first)
        if other is not None and first not in explained:
            explained |= {first, other}
            what = f"labels {cohort.labels[first]} and {cohort.labels[other]} are exchanged"
            found.append(Finding(name, "problem", what))
    for point in map(int, far):
        if point not in explained:
            what = f"landmark {cohort.labels[point]} lies {distances[point]:.2f} mm from the median shape"
            usual = f"usually {cohort.usual[point]:.2f} mm"
            found.append(Finding(name, "look", f"{what}, {usual}"))
    return found


def _exchanged_with(cohort: _Cohort, number: int, first: int) -> int | None:
    aligned, reference = cohort.aligned[number], cohort.reference
    to_others = np.linalg.norm(reference - aligned[first], axis=1)
    other = int(np.argmin(to_others))
    if other == first or not np.isfinite(aligned[other]).all():
        return None
    as_given = to_others[first] + np.linalg.norm(aligned[other] - reference[other])
    exchanged = to_others[other] + np.linalg.norm(aligned[other] - reference[first])
    return other if exchanged < _EXCHANGED * as_given else None


def _outliers(cohort: _Cohort, known: set[str]) -> list[Finding]:
    overall = np.sqrt(np.nanmean(cohort.distances**2, axis=1))
    middle = float(np.median(overall))
    spread = max(1.4826 * float(np.median(np.abs(overall - middle))), 0.05 * middle, 1e-9)
    deviation = (overall - middle) / spread
    return [
        Finding(
            name, "look", f"its shape is unusual: {mm:.2f} mm from the median shape, usually {middle:.2f} mm"
        )
        for name, mm, z in zip(cohort.ids, overall, deviation, strict=True)
        if z > _SHAPE_DEVIATIONS and name not in known
    ]


def _mirrored(cohort: _Cohort, structure: BilateralStructure | None) -> list[Finding]:
    if structure is None:
        return []
    agreement = directional_asymmetry_sign(cohort.shapes, structure)
    if np.median(agreement) < _SHARED_ASYMMETRY:
        return []
    what = "its asymmetry is opposite to that of the others: the scan may be mirrored"
    return [
        Finding(name, "look", what)
        for name, value in zip(cohort.ids, agreement, strict=True)
        if value < _MIRRORED
    ]
