"""Is a landmarked data set fit to build a template from?"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.findings import Finding
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.datasets.shape_checks import FEWEST_SPECIMENS, shape_findings
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import check_closed, distances_to_surface, read_surface
from craniomark.ground.specimens import Specimen, find_specimens, read_truth
from craniomark.ground.volumes import read_volume

Array = NDArray[np.float64]
Told = Callable[[str, int, int], None]
_SPACING_RATIO = 1.5
_OFF_SURFACE = 0.025
"""Of the length of a mesh; landmarks farther from it belong elsewhere."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Where an image or mesh lies: `inside` tells which points, shape (N, 3), lie in its box or on it."""

    spacing: Array | None
    axes: str
    extent: Array
    left_right_known: bool
    inside: Callable[[Array], NDArray[np.bool_]]


@dataclass(frozen=True)
class DataReport:
    """Outcome of a check.

    Attributes
    ----------
    specimens : int
        How many there are.
    labels : tuple of str
        Landmarks that most specimens have.
    findings : tuple of Finding
        Problems first.
    """

    specimens: int
    labels: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> int:
        """How many findings are problems."""
        return sum(finding.severity == "problem" for finding in self.findings)


def check_data(folder: Path, told: Told | None = None) -> DataReport:
    """Check a folder (or CSV list) of specimens with landmarks.

    Parameters
    ----------
    folder : Path
        What `find_specimens` reads.
    told : callable, optional
        Hears of each specimen with how many are done, and how many there are.

    Raises
    ------
    InputError
        If there are no specimens at all; what is wrong with one of them is a finding.
    """
    specimens = find_specimens([folder])
    findings: list[Finding] = []
    truths: dict[str, LandmarkSet] = {}
    placements: dict[str, Placement] = {}
    sums: dict[str, str] = {}
    for done, specimen in enumerate(specimens, start=1):
        try:
            placements[specimen.id] = _placement(specimen)
            if specimen.path.is_file():
                sums[specimen.id] = file_sha256(specimen.path)
            truths[specimen.id] = read_truth(specimen)
        except InputError as error:
            findings.append(Finding(specimen.id, "problem", str(error).rstrip(".")))
        if told:
            told(specimen.id, done, len(specimens))
    labels = usual_labels(truths.values())
    findings += _label_findings(truths, labels)
    findings += _duplicates(sums)
    findings += _placement_findings(placements, truths)
    if truths:
        shapes = np.array([truth.ordered(labels).points for truth in truths.values()])
        try:
            findings += shape_findings(list(truths), labels, shapes)
        except ValueError as error:
            findings.append(Finding("", "look", f"shapes could not be compared: {error}"))
    if len(truths) < FEWEST_SPECIMENS:
        what = f"{len(truths)} specimens with landmarks are too few to compare shapes"
        findings.append(Finding("", "look", what))
    ordered = sorted(findings, key=lambda finding: finding.severity != "problem")
    return DataReport(len(specimens), labels, tuple(ordered))


def usual_labels(truths: Iterable[LandmarkSet]) -> tuple[str, ...]:
    """Labels that at least half of the landmark sets have, in the order of the first that has them."""
    sets = list(truths)
    counted = Counter(label for one in sets for label in one.labels)
    return tuple(label for label in counted if 2 * counted[label] >= len(sets))


def _label_findings(truths: dict[str, LandmarkSet], labels: Sequence[str]) -> list[Finding]:
    found = []
    for name, truth in truths.items():
        lacking = [label for label in labels if label not in truth.labels]
        extra = [label for label in truth.labels if label not in labels]
        missing = [label for label, there in zip(truth.labels, truth.present, strict=True) if not there]
        if lacking:
            found.append(Finding(name, "problem", f"has no landmark {_few(lacking)}"))
        if extra:
            found.append(Finding(name, "problem", f"has a landmark that most others lack: {_few(extra)}"))
        if missing:
            found.append(Finding(name, "look", f"landmark marked as missing: {_few(missing)}"))
    return found


def _duplicates(sums: dict[str, str]) -> list[Finding]:
    first: dict[str, str] = {}
    found = []
    for name, value in sums.items():
        if value in first:
            found.append(Finding(name, "problem", f"is the same file as {first[value]}"))
        first.setdefault(value, name)
    return found


def _placement(specimen: Specimen) -> Placement:
    if specimen.kind == "surface":
        surface = read_surface(specimen.path)
        check_closed(surface, specimen.path)
        reach = _OFF_SURFACE * float(surface.extent.max())

        def near(points: Array) -> NDArray[np.bool_]:
            return np.asarray(distances_to_surface(points, surface) <= reach)

        return Placement(None, "", surface.extent, surface.left_right_known, near)
    volume = read_volume(specimen.path, spacing=specimen.spacing)
    matrix, shape = volume.matrix, np.array(volume.shape)

    def inside(points: Array) -> NDArray[np.bool_]:
        index = (points - matrix[:3, 3]) @ np.linalg.inv(matrix[:3, :3]).T
        return np.asarray(((index >= -0.5) & (index <= shape - 0.5)).all(axis=1))

    return Placement(volume.spacing, _axes(matrix), volume.extent, volume.left_right_known, inside)


def _axes(matrix: Array) -> str:
    """Which way the voxel axes run, as letters of left, posterior, superior and their opposites."""
    letters = []
    for column in matrix[:3, :3].T:
        axis = int(np.argmax(np.abs(column)))
        letters.append(("LPS" if column[axis] > 0 else "RAI")[axis])
    return "".join(letters)


def _placement_findings(placements: dict[str, Placement], truths: dict[str, LandmarkSet]) -> list[Finding]:
    found = []
    usual_axes = _most([p.axes for p in placements.values() if p.axes])
    spacings = np.array([p.spacing for p in placements.values() if p.spacing is not None])
    usual = float(np.median(np.prod(spacings, axis=1))) if len(spacings) else 0.0
    for name, placement in placements.items():
        if placement.spacing is not None:
            ratio = float(np.prod(placement.spacing)) / usual
            if max(ratio, 1 / ratio) > _SPACING_RATIO**3:
                told = " x ".join(f"{step:.3g}" for step in placement.spacing)
                found.append(Finding(name, "look", f"its voxels of {told} mm differ much from the others'"))
        if placement.axes != usual_axes and placement.axes:
            what = f"its voxel axes run {placement.axes}, those of most others {usual_axes}"
            found.append(Finding(name, "look", what))
        if not placement.left_right_known:
            found.append(Finding(name, "look", "left/right unverified: the file tells no orientation"))
        if name in truths:
            found += _outside(name, placement, truths[name])
    return found


def _outside(name: str, placement: Placement, truth: LandmarkSet) -> list[Finding]:
    points = truth.points[truth.present]
    labels = [label for label, there in zip(truth.labels, truth.present, strict=True) if there]
    outside = [label for label, fine in zip(labels, placement.inside(points), strict=True) if not fine]
    if not outside:
        return []
    remedy = "check that both are LPS or both RAS" if len(outside) > len(labels) / 2 else "check them"
    return [
        Finding(name, "problem", f"landmark outside the image or off the surface: {_few(outside)}; {remedy}")
    ]


def _most(values: Sequence[str]) -> str:
    return Counter(values).most_common(1)[0][0] if values else ""


def _few(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    return ", ".join(labels[:5]) + more
