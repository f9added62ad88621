"""Tables and bounds from committed rows and the truth."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.specimens import FOLDS, Known, shapes, split
from common.table import show
from craniomark.flows.evaluation import Difference, PointError, paired_difference
from craniomark.ground.geometry import affine_fit, apply, generalised_procrustes, rigid_fit, similarity_fit

Array = NDArray[np.float64]
Points = dict[str, list[Array]]
"""By specimen, one array of shape (L, 3) per pose, LPS mm of the original scan."""
PEER = "ANTs SyN, median of eight"


@dataclass(frozen=True)
class Estimates:
    """How good ``error90_mm`` is.

    Attributes
    ----------
    covered : float
        Share of errors under their estimate.
    flagged : float
        Share of points flagged for review.
    loss, constant_loss : float
        Mean pinball loss at 0.9, mm, of the estimates, and of one constant chosen knowing all errors.
    """

    covered: float
    flagged: float
    loss: float
    constant_loss: float


@dataclass(frozen=True, eq=False)
class AccuracyReport:
    """Scores of all methods.

    Attributes
    ----------
    text : str
        Tables for people.
    errors : dict
        By method, errors in mm of shape (S, P, L).
    repeatability : dict
        By method, mean distance, mm, of a point from its mean over the poses.
    estimates : dict
        By method, how good the error estimates are.
    swapped : dict
        By method, how often the closest two landmarks changed places.
    gaps : dict
        Paired difference of each of ours to the peer, over the specimens that both have.
    """

    text: str
    errors: dict[str, Array]
    repeatability: dict[str, float]
    estimates: dict[str, Estimates]
    swapped: dict[str, int]
    gaps: dict[str, Difference]


def accuracy_report(
    known: list[Known], ours: list[dict[str, str]], syn: list[dict[str, str]]
) -> AccuracyReport:
    """Score every method against the truth."""
    truth = {k.id: k.truth.points for k in known}
    methods: dict[str, Points] = {**baselines(known), **syn_points(syn)}
    for method in sorted({row["method"] for row in ours}):
        methods[f"CranioMark, {method}"] = our_points([r for r in ours if r["method"] == method])
    errors, repeat, swapped = {}, {}, {}
    for name, points in methods.items():
        ids = sorted(points)
        errors[name] = np.array([[np.linalg.norm(p - truth[i], axis=1) for p in points[i]] for i in ids])
        repeat[name] = float(np.mean([_scatter(np.array(points[i])) for i in ids]))
        swapped[name] = sum(_swapped(p, truth[i]) for i in ids for p in points[i])
    cover = {f"CranioMark, {m}": _estimates([r for r in ours if r["method"] == m], truth, known) for m in
             sorted({r["method"] for r in ours})}  # fmt: skip
    gaps = {name: _gap(methods[name], methods[PEER], truth) for name in cover if PEER in methods}
    return AccuracyReport(_text(errors, repeat, cover, swapped, gaps), errors, repeat, cover, swapped, gaps)


def our_points(rows: list[dict[str, str]]) -> Points:
    """Points by specimen and pose."""
    grouped: dict[tuple[str, int], list[list[float]]] = defaultdict(list)
    for row in rows:
        grouped[row["specimen"], int(row["pose"])].append([float(row[a]) for a in "xyz"])
    points: Points = defaultdict(list)
    for (specimen, _), values in sorted(grouped.items()):
        points[specimen].append(np.array(values))
    return points


def syn_points(rows: list[dict[str, str]]) -> dict[str, Points]:
    """SyN with one atlas (all of them, each as if it were a pose) and the median of eight."""
    if not rows:
        return {}
    grouped: dict[str, dict[str, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        grouped[row["specimen"]][row["atlas"]].append([float(row[a]) for a in "xyz"])
    each = {s: [np.array(p) for p in atlases.values()] for s, atlases in grouped.items()}
    eight = {s: p for s, p in each.items() if len(p) == 8}
    found: dict[str, Points] = {"ANTs SyN, one atlas": eight} if eight else {}
    if eight:
        found[PEER] = {s: [np.median(p, axis=0)] for s, p in eight.items()}
    return found


def baselines(known: list[Known]) -> dict[str, Points]:
    """Identity (one atlas pasted), and the mean shape pasted or aligned to the truth by an oracle."""
    found: dict[str, Points] = defaultdict(lambda: defaultdict(list))
    for fold in range(FOLDS):
        atlases, held_out = split(known, fold)
        mean = generalised_procrustes(shapes(atlases)).mean
        given = apply(rigid_fit(mean, shapes(atlases).mean(0)), mean)
        for specimen in held_out:
            true, here = specimen.truth.points, specimen.id
            found["identity: one atlas pasted"][here] = list(shapes(atlases))
            found["mean shape pasted"][here] = [given]
            found["mean shape, oracle similarity"][here] = [apply(similarity_fit(mean, true), mean)]
            found["mean shape, oracle affine"][here] = [apply(affine_fit(mean, true), mean)]
    return {name: dict(points) for name, points in found.items()}


def _gap(ours: Points, peer: Points, truth: dict[str, Array]) -> Difference:
    """Paired over specimens, poses and landmarks; the peer has one answer for all poses."""
    rows: tuple[list[PointError], list[PointError]] = ([], [])
    for specimen in sorted(set(ours) & set(peer)):
        for pose, points in enumerate(ours[specimen]):
            for side, found in zip(rows, (points, peer[specimen][0]), strict=True):
                side += [
                    PointError(specimen, f"{pose}/{n}", tuple(p), tuple(t))
                    for n, (p, t) in enumerate(zip(found, truth[specimen], strict=True))
                ]
    return paired_difference(*rows, np.random.default_rng(0))


def _scatter(points: Array) -> float:
    return float(np.linalg.norm(points - points.mean(0), axis=-1).mean())


def _swapped(points: Array, truth: Array) -> int:
    """1 if the two landmarks that are closest in truth lie in the opposite order."""
    gaps = np.linalg.norm(truth[None] - truth[:, None], axis=-1) + 1e9 * np.eye(len(truth))
    i, j = np.unravel_index(gaps.argmin(), gaps.shape)
    return int((points[i] - points[j]) @ (truth[i] - truth[j]) <= 0)


def _estimates(rows: list[dict[str, str]], truth: dict[str, Array], known: list[Known]) -> Estimates:
    order = {label: n for n, label in enumerate(known[0].truth.labels)}
    seen = [row for row in rows if row["error90_mm"]]
    points = np.array([[float(row[a]) for a in "xyz"] for row in seen])
    errors = np.linalg.norm(points - [truth[r["specimen"]][order[r["label"]]] for r in seen], axis=1)
    told = np.array([float(row["error90_mm"]) for row in seen])
    flagged = float(np.mean([row["flag"] == "review" for row in seen]))
    constant = np.full_like(told, np.quantile(errors, 0.9))
    return Estimates(
        float((errors <= told).mean()), flagged, _pinball(errors, told), _pinball(errors, constant)
    )


def _pinball(errors: Array, estimates: Array) -> float:
    gap = errors - estimates
    return float(np.maximum(0.9 * gap, -0.1 * gap).mean())


def _text(
    errors: dict[str, Array],
    repeat: dict[str, float],
    cover: dict[str, Estimates],
    swapped: dict[str, int],
    gaps: dict[str, Difference],
) -> str:
    header = ["method", "specimens", "mean", "median", "p95", "max", "> 0.25", "re-posing", "1-2 swapped"]
    rows = []
    for name, e in errors.items():
        figures = [f"{v:.3f}" for v in (e.mean(), np.median(e), np.percentile(e, 95), e.max())]
        again = f"{repeat[name]:.3f}" if name in cover else "-"
        rows.append([name, str(len(e)), *figures, f"{(e > 0.25).mean():.1%}", again, str(swapped[name])])
    text = show("Errors on CTs left out, mm", header, rows)
    for name, e in cover.items():
        text += f"\n{name}: {e.covered:.1%} of errors under error90_mm, {e.flagged:.1%} of points flagged,"
        text += f" pinball loss {e.loss:.4f} mm against {e.constant_loss:.4f} of the best constant"
    for name, gap in gaps.items():
        text += f"\n{name} minus SyN, median of eight: {gap.mean_mm:+.4f} mm"
        text += f" (95 % interval {gap.low_mm:+.4f} to {gap.high_mm:+.4f}, {gap.n_specimens} specimens)"
    return text + "\n"
