"""Errors of the demonstration, beside what pasting the mean shape would have given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import apply, rigid_fit, similarity_fit
from craniomark.ground.landmarks import LandmarkSet

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ErrorRow:
    """Errors of one method on one specimen, mm.

    Attributes
    ----------
    specimen : str
    method : str
    compared : int
        Landmarks with a prediction and a truth.
    mean, median, p95, worst : float
        NaN where none is compared.
    covered : float
        Fraction of errors within the estimate that 90 % should stay under; NaN without estimates.
    """

    specimen: str
    method: str
    compared: int
    mean: float
    median: float
    p95: float
    worst: float
    covered: float = float("nan")


def error_rows(
    specimen: str, predicted: LandmarkSet, truth: LandmarkSet, mean: LandmarkSet
) -> list[ErrorRow]:
    """Errors of a prediction, and of two shapes that know the true pose.

    Parameters
    ----------
    specimen : str
        Id.
    predicted, truth : LandmarkSet
        LPS mm of the specimen, paired by label.
    mean : LandmarkSet
        Mean landmarks of the template. They are pasted by the pose (and in the second row the size too) that
        the true landmarks give: what is known of a skull before its image is looked at.

    Returns
    -------
    list of ErrorRow
    """
    found = predicted.ordered(truth.labels)
    errors = np.linalg.norm(found.points - truth.points, axis=1)
    estimates = np.array([found.annotation(label).error90_mm for label in truth.labels])
    known = np.isfinite(errors) & np.isfinite(estimates)
    covered = float(np.mean(errors[known] <= estimates[known])) if known.any() else float("nan")
    rows = [_row(specimen, "CranioMark", errors, covered)]
    pasted = mean.ordered(truth.labels).points
    for method, fit in (
        ("mean shape, true pose given", rigid_fit),
        ("the same, true size too", similarity_fit),
    ):
        try:
            moved = apply(fit(pasted, truth.points), pasted)
        except ValueError:  # too few landmarks in common
            continue
        rows.append(_row(specimen, method, np.linalg.norm(moved - truth.points, axis=1)))
    return rows


def _row(specimen: str, method: str, errors: Array, covered: float = float("nan")) -> ErrorRow:
    errors = errors[np.isfinite(errors)]
    if not len(errors):
        nothing = float("nan")
        return ErrorRow(specimen, method, 0, nothing, nothing, nothing, nothing, covered)
    return ErrorRow(
        specimen,
        method,
        len(errors),
        float(errors.mean()),
        float(np.median(errors)),
        float(np.percentile(errors, 95)),
        float(errors.max()),
        covered,
    )
