"""Tables of the strains from committed rows and the truth."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from common import families
from common.strains import Strain
from common.table import show
from craniomark.ground.geometry import apply, generalised_procrustes, rigid_fit, similarity_fit
from craniomark.ground.landmarks import LandmarkSet

Array = NDArray[np.float64]
COLUMNS = ["method", "fold", "specimen", "pose", "verdict", "seconds", "points"]
SLIDING = ("8", "9", "14", "16", "21", "26", "43", "47")
"""Landmarks on ridges, along which every method and every annotator slides."""
PASTED, ORACLE = "mean shape pasted", "mean shape, oracle similarity"


@dataclass(frozen=True, eq=False)
class StrainReport:
    """Scores of all methods.

    Attributes
    ----------
    text : str
        Tables for people.
    errors : dict
        By method and pose, errors in mm by specimen, each of shape (L,).
    kept : ndarray of bool, shape (L,)
        Landmarks that don't slide.
    covered, flagged : dict
        By method and pose, share of errors under their estimate, and of points flagged for review.
    seconds : dict
        By method and pose, median time of a specimen.
    missing : dict
        By method and pose, labels that were told as missing, by specimen; each counts as far off as the mean
        shape, fitted to the other points, would be.
    """

    text: str
    errors: dict[tuple[str, str], dict[str, Array]]
    kept: NDArray[np.bool_]
    covered: dict[tuple[str, str], float]
    flagged: dict[tuple[str, str], float]
    seconds: dict[tuple[str, str], float]
    missing: dict[tuple[str, str], dict[str, tuple[str, ...]]]

    def all_errors(self, method: str, pose: str, strains: tuple[str, ...] | None = None) -> Array:
        """Errors of all, or of some, strains, shape (S, L)."""
        found = self.errors[method, pose]
        return np.array([found[name] for name in sorted(found) if strains is None or name in strains])


def packed(landmarks: LandmarkSet) -> str:
    """Points, error estimates and flags in one field."""
    parts = []
    for label, point in zip(landmarks.labels, landmarks.points, strict=True):
        note = landmarks.annotation(label)
        numbers = " ".join(f"{value:.3f}" for value in (*point, note.error90_mm))
        parts.append(f"{label} {numbers} {note.flag or '-'}")
    return ";".join(parts)


def unpacked(text: str) -> tuple[dict[str, Array], dict[str, float], dict[str, str]]:
    """By label the point, its error estimate and its flag."""
    points, estimates, flags = {}, {}, {}
    for part in text.split(";"):
        label, x, y, z, estimate, flag = part.split()
        points[label] = np.array([float(x), float(y), float(z)])
        estimates[label], flags[label] = float(estimate), flag
    return points, estimates, flags


def strain_report(strains: Mapping[str, Strain], rows: list[dict[str, str]]) -> StrainReport:
    """Score every method against the truth."""
    labels = next(iter(strains.values())).truth.labels
    kept = np.array([label not in SLIDING for label in labels])
    errors: dict[tuple[str, str], dict[str, Array]] = defaultdict(dict)
    told: dict[tuple[str, str], list[Array]] = defaultdict(list)
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    missing: dict[tuple[str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    means = {fold: fold_mean(strains, fold) for fold in range(families.FOLDS)}
    for row in rows:
        key, truth = (row["method"], row["pose"]), strains[row["specimen"]].truth.points
        points, estimates, flags = unpacked(row["points"])
        found = np.array([points[label] for label in labels])
        there = np.isfinite(found).all(1)
        if not there.all():
            lost = tuple(label for label, seen in zip(labels, there, strict=True) if not seen)
            missing[key][row["specimen"]] = lost
            mean = means[int(row["fold"])]
            found[~there] = apply(similarity_fit(mean[there], found[there]), mean[~there])
        error = np.linalg.norm(found - truth, axis=1)
        errors[key][row["specimen"]] = error
        estimate = np.array([estimates[label] for label in labels])
        review = np.array([flags[label] == "review" for label in labels])
        told[key].append(np.array([error <= estimate, review])[:, there])
        times[key].append(float(row["seconds"]))
    for name, found_null in nulls(strains).items():
        errors[name, "given"] = found_null
    shares = {key: np.concatenate(values, axis=1).mean(1) for key, values in told.items()}
    covered = {key: float(share[0]) for key, share in shares.items()}
    flagged = {key: float(share[1]) for key, share in shares.items()}
    seconds = {key: float(np.median(values)) for key, values in times.items()}
    report = StrainReport("", dict(errors), kept, covered, flagged, seconds, dict(missing))
    return replace(report, text=_text(report))


def fold_mean(strains: Mapping[str, Strain], fold: int) -> Array:
    """Mean shape of what a fold's bundle is made from, shape (L, 3)."""
    return generalised_procrustes(
        np.array([strains[name].truth.points for name in families.known(fold)])
    ).mean


def nulls(strains: Mapping[str, Strain]) -> dict[str, dict[str, Array]]:
    """Errors of the fold's mean shape where most meshes lie, and aligned to the truth by an oracle."""
    found: dict[str, dict[str, Array]] = {PASTED: {}, ORACLE: {}}
    for fold in range(families.FOLDS):
        shapes = np.array([strains[name].truth.points for name in families.known(fold)])
        mean = fold_mean(strains, fold)
        given = apply(rigid_fit(mean, shapes.mean(0)), mean)
        for name in families.held_out(fold):
            truth = strains[name].truth.points
            found[PASTED][name] = np.linalg.norm(given - truth, axis=1)
            placed = apply(similarity_fit(mean, truth), mean)
            found[ORACLE][name] = np.linalg.norm(placed - truth, axis=1)
    return found


def _text(report: StrainReport) -> str:
    header = ["method", "pose", "strains", "mean", "median", "p95", "max", "> 0.3",
              "without sliding: mean", "p95", "s"]  # fmt: skip
    groups: list[tuple[str, tuple[str, ...] | None]] = [
        ("all strains", None),
        ("laboratory strains", tuple(s for s in families.STRAINS if s not in families.WILD_DERIVED)),
        ("wild-derived strains", families.WILD_DERIVED),
    ]
    text = ""
    for title, group in groups:
        rows = []
        for method, pose in sorted(report.errors):
            errors = report.all_errors(method, pose, group)
            if not len(errors):
                continue
            steady = errors[:, report.kept]
            values = (errors.mean(), np.median(errors), np.percentile(errors, 95), errors.max())
            took = report.seconds.get((method, pose))
            rows.append(
                [
                    method,
                    pose,
                    str(len(errors)),
                    *(f"{v:.3f}" for v in values),
                    f"{(errors > 0.3).mean():.1%}",
                    f"{steady.mean():.3f}",
                    f"{np.percentile(steady, 95):.3f}",
                    "" if took is None else f"{took:.1f}",
                ]
            )
        text += show(f"Errors on {title} left out with their relatives, mm", header, rows) + "\n"
    for method, pose in sorted(report.covered):
        text += f"{method}, {pose}: {report.covered[method, pose]:.1%} of errors under error90_mm, "
        text += f"{report.flagged[method, pose]:.1%} of points flagged"
        lost = report.missing.get((method, pose), {})
        words = (f"{name} {' '.join(labels)}" for name, labels in sorted(lost.items()))
        text += f", told as missing: {', '.join(words)}\n" if lost else "\n"
    return text
