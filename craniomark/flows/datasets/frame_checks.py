"""Do scans and landmarks lie in one coordinate system, and all specimens alike?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.findings import Finding, few
from craniomark.flows.datasets.seen import Seen
from craniomark.ground.geometry import rotation_angle_degrees, similarity_fit
from craniomark.ground.landmarks import LandmarkSet

Array = NDArray[np.float64]
_SPACING_RATIO = 1.5
_HALF_TURN = np.diag([-1.0, -1.0, 1.0])
"""From LPS to RAS and back."""
_BESIDE, _RIGHT = 0.5, 0.9
_ALIKE, _NEAR, _MOST = 35.0, 25.0, 0.7
"""Degrees within which specimens stand alike and half a turn is one, and share of them that must."""


def frame_findings(seen: Mapping[str, Seen], truths: Mapping[str, LandmarkSet]) -> list[Finding]:
    """Spacing, axes, coordinate systems, and landmarks that lie elsewhere."""
    found = _kinds(seen)
    for name, one in seen.items():
        found += _voxels(name, one, seen)
        if not one.left_right_known:
            found.append(Finding(name, "look", "left/right unverified: the file tells no orientation"))
    fits = {name: _fit(seen[name], truths[name]) for name in seen if name in truths}
    turned = [name for name, fit in fits.items() if _in_other_system(seen[name], truths[name], fit)]
    what = "its landmarks fit only with x and y negated: one of the two is in RAS and the other in LPS"
    found += [Finding(name, "problem", what) for name in turned]
    if 0 < len(turned) < len(seen):
        whole = f"two coordinate systems in one data set: {few(turned)} against the others"
        found.append(Finding("", "problem", whole))
    for name, fit in fits.items():
        if name not in turned:
            found += _elsewhere(name, truths[name], fit)
    return found


def half_turn_findings(ids: Sequence[str], shapes: Array) -> list[Finding]:
    """Specimens that stand turned by half about z against others that all stand alike.

    Scan and landmarks fit one another, and yet are both in RAS where those of the others are in LPS.

    Parameters
    ----------
    ids : sequence of str
        Specimens.
    shapes : ndarray, shape (S, N, 3)
        mm, as in the files; NaN where missing.
    """
    usable = np.isfinite(shapes).all(axis=2).sum(axis=1) >= 4
    names = [name for name, fine in zip(ids, usable, strict=True) if fine]
    if len(names) < 4:
        return []
    turns = np.array([[_rotation(one, other) for other in shapes[usable]] for one in shapes[usable]])
    alike = rotation_angle_degrees(turns.reshape(-1, 3, 3), np.eye(3)).reshape(len(names), -1) < _ALIKE
    best = int(alike.sum(axis=1).argmax())
    if alike[best].mean() < _MOST:
        return []  # scanned in any pose
    against = rotation_angle_degrees(turns[best], _HALF_TURN)
    what = "stands turned by half about z against the others: in RAS where they are in LPS, or the reverse"
    return [Finding(name, "look", what) for name, off in zip(names, against, strict=True) if off < _NEAR]


def _rotation(shape: Array, other: Array) -> Array:
    both = np.isfinite(shape).all(axis=1) & np.isfinite(other).all(axis=1)
    if both.sum() < 4:
        return np.diag([1.0, -1.0, -1.0])  # like none
    linear = similarity_fit(shape[both], other[both])[:3, :3]
    return np.asarray(linear / np.cbrt(np.linalg.det(linear)))


def _kinds(seen: Mapping[str, Seen]) -> list[Finding]:
    surfaces = sum(one.kind == "surface" for one in seen.values())
    if not 0 < surfaces < len(seen):
        return []
    what = f"{len(seen) - surfaces} CTs and {surfaces} meshes in one data set: a model is of one kind"
    return [Finding("", "problem", what)]


def _voxels(name: str, one: Seen, seen: Mapping[str, Seen]) -> list[Finding]:
    found = []
    all_axes = [other.axes for other in seen.values() if other.axes]
    spacings = np.array([np.sort(s.spacing) for s in seen.values() if s.spacing is not None])
    if one.spacing is not None:
        ratio = np.sort(one.spacing) / np.median(spacings, axis=0)
        if max(ratio.max(), 1 / ratio.min()) > _SPACING_RATIO:
            told = " x ".join(f"{step:.3g}" for step in one.spacing)
            found.append(Finding(name, "look", f"its voxels of {told} mm differ much from the others'"))
    if one.axes:
        usual = Counter(all_axes).most_common(1)[0][0]
        if one.axes != usual:
            what = f"its voxel axes run {one.axes}, those of most others {usual}"
            found.append(Finding(name, "look", what))
    return found


@dataclass(frozen=True, eq=False)
class _Fit:
    """Which of the landmarks lie in the scan or on the mesh, and what share of them on bone."""

    inside: NDArray[np.bool_]
    on_bone: float

    @property
    def share(self) -> float:
        return min(float(self.inside.mean()), self.on_bone) if len(self.inside) else 1.0


def _fit(one: Seen, truth: LandmarkSet, turn: Sequence[int] = (1, 1, 1)) -> _Fit:
    points = truth.points[truth.present] * turn
    inside = one.inside(points) if len(points) else np.ones(0, bool)
    return _Fit(inside, one.on_bone(points) if inside.any() else 0.0)


def _in_other_system(one: Seen, truth: LandmarkSet, fit: _Fit) -> bool:
    return len(fit.inside) > 2 and fit.share < _BESIDE and _fit(one, truth, (-1, -1, 1)).share > _RIGHT


def _elsewhere(name: str, truth: LandmarkSet, fit: _Fit) -> list[Finding]:
    labels = [label for label, there in zip(truth.labels, truth.present, strict=True) if there]
    outside = [label for label, fine in zip(labels, fit.inside, strict=True) if not fine]
    if outside:
        remedy = "check that both are LPS or both RAS" if len(outside) > len(labels) / 2 else "check them"
        what = f"landmark outside the image or off the surface: {few(outside)}; {remedy}"
        return [Finding(name, "problem", what)]
    if fit.share < _BESIDE:
        what = f"only {fit.on_bone:.0%} of its landmarks lie on bone: are they another scan's?"
        return [Finding(name, "problem", what)]
    return []
