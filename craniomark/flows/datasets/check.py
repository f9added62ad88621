"""Is a landmarked data set fit to be learnt from?"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from craniomark.flows.datasets.copies import copy_findings, point_copy_findings
from craniomark.flows.datasets.findings import Finding, few
from craniomark.flows.datasets.frame_checks import frame_findings, half_turn_findings
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.datasets.mask_checks import mask_findings
from craniomark.flows.datasets.seen import Seen, seen
from craniomark.flows.datasets.shape_checks import FEWEST_SPECIMENS, shape_findings
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import Specimen, companions_without, find_specimens, read_truth

Told = Callable[[str, int, int], None]


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
    """Check a folder (or CSV list) of specimens with landmarks, masks, or both.

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
    found = [Finding("", "look", f"{path.name} belongs to no scan here") for path in
             companions_without(specimens)]  # fmt: skip
    truths: dict[str, LandmarkSet] = {}
    looked: dict[str, Seen] = {}
    sums: dict[str, str] = {}
    masks_alone = any(one.mask for one in specimens) and not any(one.landmarks for one in specimens)
    for done, specimen in enumerate(specimens, start=1):
        found += _read(specimen, looked, sums, truths, masks_alone)
        if told:
            told(specimen.id, done, len(specimens))
    labels = usual_labels(truths.values())
    found += _label_findings(truths, labels)
    found += copy_findings(sums, looked)
    found += frame_findings(looked, truths)
    found += mask_findings({name: one.mask for name, one in looked.items() if one.mask})
    found += _without_mask(specimens)
    found += _compared(truths, labels)
    if len(truths) < FEWEST_SPECIMENS and not masks_alone:
        what = f"{len(truths)} specimens with landmarks are too few to compare shapes"
        found.append(Finding("", "look", what))
    ordered = sorted(found, key=lambda finding: finding.severity != "problem")
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
            found.append(Finding(name, "problem", f"has no landmark {few(lacking)}"))
        if extra:
            found.append(Finding(name, "problem", f"has a landmark that most others lack: {few(extra)}"))
        if missing:
            found.append(Finding(name, "look", f"landmark marked as missing: {few(missing)}"))
    return found


def _read(
    specimen: Specimen, looked: dict[str, Seen], sums: dict[str, str], truths: dict[str, LandmarkSet],
    masks_alone: bool,
) -> list[Finding]:  # fmt: skip
    """Read scan, mask and landmarks; each that is not sound is a finding, and the others still count."""
    found = []

    def scan() -> None:
        looked[specimen.id] = seen(specimen)
        if specimen.path.is_file():
            sums[specimen.id] = file_sha256(specimen.path)

    def landmarks() -> None:
        truths[specimen.id] = read_truth(specimen)

    for part in (scan,) if masks_alone else (scan, landmarks):
        try:
            part()
        except InputError as error:
            found.append(Finding(specimen.id, "problem", str(error).rstrip(".")))
    return found


def _without_mask(specimens: Sequence[Specimen]) -> list[Finding]:
    lacking = [one.id for one in specimens if one.mask is None]
    if 2 * len(lacking) >= len(specimens):
        return []
    return [Finding(name, "look", "has no mask, and most others have one") for name in lacking]


def _compared(truths: dict[str, LandmarkSet], labels: Sequence[str]) -> list[Finding]:
    if not truths:
        return []
    names = list(truths)
    shapes = np.array([truth.ordered(labels).points for truth in truths.values()])
    try:
        copies, turned = point_copy_findings(names, shapes), half_turn_findings(names, shapes)
        return [*shape_findings(names, labels, shapes), *copies, *turned]
    except ValueError as error:
        return [Finding("", "look", f"shapes could not be compared: {error}")]
