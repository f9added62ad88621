"""How honest ``error90_mm`` and the flags are, from committed rows and the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.specimens import Known
from common.table import show

Array = NDArray[np.float64]
Marks = NDArray[np.bool_]
Row = dict[str, str]

LEVEL = 0.9
NATURAL_MM = 0.3
"""Errors above this, on intact scans, are what a reviewer should see."""
_RESAMPLES, _SEED = 4000, 0


@dataclass(frozen=True, eq=False)
class Told:
    """Predictions of one method on intact scans, each specimen in the same number of poses.

    Attributes
    ----------
    errors, estimates : ndarray, shape (S, P, L)
        Distances from the truth and ``error90_mm``, mm; NaN where a landmark was called missing.
    flagged : ndarray of bool, shape (S, P, L)
        For review, or missing.
    folds : ndarray, shape (S,)
        Fold that held the specimen out.
    """

    errors: Array
    estimates: Array
    flagged: Marks
    folds: NDArray[np.intp]


@dataclass(frozen=True)
class Recall:
    """Share of the errors above `NATURAL_MM` that a reviewer of so many points sees.

    Attributes
    ----------
    natural : int
        Errors above `NATURAL_MM`.
    reviewed : float
        Share of all points that is reviewed, the same for both.
    flags, fixed_list : float
        Share of the large errors among the flagged points, and among the landmarks that err most on
        the other folds.
    flags_interval, gain_interval : tuple of float
        95 % intervals of `flags` and of ``flags - fixed_list``, by drawing specimens.
    """

    natural: int
    reviewed: float
    flags: float
    fixed_list: float
    flags_interval: tuple[float, float]
    gain_interval: tuple[float, float]


@dataclass(frozen=True, eq=False)
class DoubtReport:
    """Scores of one method.

    Attributes
    ----------
    covered : float
        Share of errors under their estimate.
    covered_by_third : tuple of float
        The same among the smallest, middle and largest estimates.
    loss, constant_loss : float
        Mean pinball loss, mm, of the estimates, and of one constant per landmark: the quantile of
        its errors on the other folds.
    gain_interval : tuple of float
        95 % interval of ``1 - loss / constant_loss``, by drawing specimens.
    recall : Recall
        Of errors above `NATURAL_MM`.
    worst_unflagged : float
        Largest error of a point that is not flagged, mm.
    """

    covered: float
    covered_by_third: tuple[float, ...]
    loss: float
    constant_loss: float
    gain_interval: tuple[float, float]
    recall: Recall
    worst_unflagged: float


def told_by(rows: Sequence[Row], known: Sequence[Known]) -> Told:
    """The rows of one method, as arrays."""
    truth = {k.id: dict(zip(k.truth.labels, k.truth.points, strict=True)) for k in known}
    ids = sorted({row["specimen"] for row in rows})
    poses = sorted({int(row["pose"]) for row in rows})
    labels = known[0].truth.labels
    shape = len(ids), len(poses), len(labels)
    errors, estimates = np.full(shape, np.nan), np.full(shape, np.nan)
    flagged, folds = np.zeros(shape, dtype=bool), np.zeros(len(ids), dtype=np.intp)
    for row in rows:
        place = ids.index(row["specimen"]), poses.index(int(row["pose"])), labels.index(row["label"])
        point = np.array([float(row[axis] or "nan") for axis in "xyz"])
        errors[place] = np.linalg.norm(point - truth[row["specimen"]][row["label"]])
        estimates[place] = float(row["error90_mm"] or "nan")
        flagged[place] = row["flag"] == "review" or not np.isfinite(point).all()
        folds[place[0]] = int(row["fold"])
    return Told(errors, estimates, flagged, folds)


def doubt_of(told: Told) -> DoubtReport:
    """Score one method."""
    known = np.isfinite(told.errors) & np.isfinite(told.estimates)
    errors, estimates = told.errors[known], told.estimates[known]
    order = np.argsort(estimates, kind="stable")
    thirds = tuple(float((errors[rows] <= estimates[rows]).mean()) for rows in np.array_split(order, 3))
    all_constants = np.broadcast_to(constants_of(told), told.errors.shape)
    constants = all_constants[known]
    losses = [_losses(told.errors, by, known) for by in (told.estimates, all_constants)]
    unflagged = told.errors[np.isfinite(told.errors) & ~told.flagged]
    return DoubtReport(
        float((errors <= estimates).mean()),
        thirds,
        pinball(errors, estimates),
        pinball(errors, constants),
        _interval(1 - losses[0] / losses[1]),
        recall_of(told),
        float(unflagged.max()) if unflagged.size else 0.0,
    )


def constants_of(told: Told) -> Array:
    """For each specimen the quantile of each landmark's errors on the other folds, shape (S, 1, L)."""
    return np.stack([np.nanquantile(_others(told, fold), LEVEL, axis=0)[None] for fold in told.folds])


def ranks_of(told: Told) -> NDArray[np.intp]:
    """For each specimen the rank of each landmark by its mean error on the other folds, worst first."""
    means = np.stack([np.nanmean(_others(told, fold), axis=0) for fold in told.folds])
    return np.asarray((-means).argsort(1, kind="stable").argsort(1, kind="stable"))


def pinball(errors: Array, estimates: Array) -> float:
    """Mean pinball loss (Koenker 1978), in the units of the errors."""
    gap = errors - estimates
    return float(np.maximum(LEVEL * gap, (LEVEL - 1) * gap).mean())


def _losses(errors: Array, estimates: Array, known: Marks) -> Array:
    """Sums of the pinball loss over specimens drawn with replacement."""
    gap = np.where(known, errors - estimates, 0.0)
    each = np.maximum(LEVEL * gap, (LEVEL - 1) * gap).sum((1, 2))
    return np.asarray(each[_drawn(len(each))].sum(1))


def _drawn(count: int) -> NDArray[np.intp]:
    return np.random.default_rng(_SEED).integers(count, size=(_RESAMPLES, count))


def recall_of(told: Told) -> Recall:
    """Recall of the flags beside that of a fixed list of as many landmarks.

    The list takes the same landmarks on every scan of a fold. As its length is a whole number, the
    next landmark on it counts for the share that brings the number of reviewed points to that of
    the flags.
    """
    natural = np.nan_to_num(told.errors) > NATURAL_MM
    length = told.flagged.mean() * told.flagged.shape[-1]
    listed = np.clip(length - ranks_of(told), 0.0, 1.0)[:, None, :]
    counts = natural.sum((1, 2)).astype(float)
    by_flags, by_list = (natural & told.flagged).sum((1, 2)), (natural * listed).sum((1, 2))
    drawn = _drawn(len(counts))
    totals = np.maximum(counts[drawn].sum(1), 1.0)
    flags, fixed = by_flags[drawn].sum(1) / totals, by_list[drawn].sum(1) / totals
    total = max(counts.sum(), 1.0)
    return Recall(
        int(counts.sum()),
        float(told.flagged.mean()),
        float(by_flags.sum() / total),
        float(by_list.sum() / total),
        _interval(flags),
        _interval(flags - fixed),
    )


def doubt_text(reports: dict[str, DoubtReport]) -> str:
    """A table for people."""
    header = ["method", "covered", "by third of the estimate", "pinball", "of constants", "gain",
              "95 % interval", "worst unflagged"]  # fmt: skip
    lines = []
    for name, r in reports.items():
        thirds = ", ".join(f"{share:.1%}" for share in r.covered_by_third)
        losses = [
            f"{r.loss:.4f}",
            f"{r.constant_loss:.4f}",
            f"{1 - r.loss / r.constant_loss:.1%}",
            "{:.1%} to {:.1%}".format(*r.gain_interval),
        ]
        lines.append([name, f"{r.covered:.1%}", thirds, *losses, f"{r.worst_unflagged:.3f}"])
    text = show("Error estimates on CTs left out, mm", header, lines)
    return (
        text + "".join(f"\n{name}: {_recall_text(report.recall)}" for name, report in reports.items()) + "\n"
    )


def _recall_text(recall: Recall) -> str:
    low, high = recall.flags_interval
    less, more = recall.gain_interval
    return (
        f"{recall.natural} errors above {NATURAL_MM} mm, {recall.reviewed:.1%} of points reviewed; flags find"
        f" {recall.flags:.1%} of them ({low:.1%} to {high:.1%}), a list as long {recall.fixed_list:.1%};"
        f" gain {less:+.1%} to {more:+.1%}"
    )


def _others(told: Told, fold: int) -> Array:
    """Errors of the specimens that other folds held out, shape (N, L)."""
    return told.errors[told.folds != fold].reshape(-1, told.errors.shape[-1])


def _interval(values: Array) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
