"""Reviewed specimens as a data set that `craniomark train` and `craniomark data check` take."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.review.places import check_id
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks import LandmarkSet, write_landmarks

LIST = "specimens.csv"
_COLUMNS = ("id", "path", "landmarks", "group", "spacing")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A specimen that may be trained on.

    Attributes
    ----------
    id : str
        Specimen.
    scan : Path or None
        Its image.
    landmarks : LandmarkSet
        LPS mm, in the image.
    unreviewed : int
        Points that no person decided on.
    group : str
        Source or strain; may be empty.
    spacing : tuple of float or None
        Voxel size, mm, where the image does not tell it.
    mirrored : bool
        Whether the scan was reflected before it was predicted.
    """

    id: str
    scan: Path | None
    landmarks: LandmarkSet
    unreviewed: int
    group: str = ""
    spacing: tuple[float, float, float] | None = None
    mirrored: bool = False

    def reason_against(self) -> str:
        """Why it can't be trained on; empty if it can."""
        if self.unreviewed:
            points = "point is" if self.unreviewed == 1 else "points are"
            return f"{self.unreviewed} {points} not reviewed"
        if self.mirrored:
            return "the scan is mirrored: save it the right way round first"
        if self.scan is None or not self.scan.exists():
            return "the scan is not where it was" if self.scan else "its scan is not known"
        return ""


@dataclass(frozen=True)
class TrainingSet:
    """What was written.

    Attributes
    ----------
    list : Path
        To give as ``data=``.
    specimens : tuple of str
        Ids in it.
    left_out : tuple of (str, str)
        Id and reason of those that are not.
    """

    list: Path
    specimens: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def write_training_set(candidates: Sequence[Candidate], out: Path, replace: bool = False) -> TrainingSet:
    """Write the list of all specimens whose points are all reviewed, and their landmarks beside it.

    The scans stay where they are. Missing landmarks stay missing.

    Parameters
    ----------
    candidates : sequence of Candidate
        All specimens.
    out : Path
        Folder; ``specimens.csv`` in it is the list.
    replace : bool
        Whether a list that is there may be replaced.

    Raises
    ------
    InputError
        If no specimen is fully reviewed, the list is there already, or the folder can't be written.
    """
    out = Path(out)
    reasons = [(one, one.reason_against()) for one in candidates]
    fit = [one for one, reason in reasons if not reason]
    left_out = tuple((one.id, reason) for one, reason in reasons if reason)
    if not fit:
        told = f"{left_out[0][0]}: {left_out[0][1]}" if left_out else "there are no specimens"
        raise InputError(out, "fully reviewed specimens", f"none ({told})", "review all points of some first")
    list_ = out / LIST
    if list_.exists() and not replace:
        remedy = "choose another folder, or allow to replace it"
        raise InputError(list_, "output file", "there already", remedy)
    rows = []
    for one in fit:
        name = f"{check_id(one.id, out)}.mrk.json"
        write_landmarks(one.landmarks, out / name)
        spacing = " ".join(f"{step:.9g}" for step in one.spacing) if one.spacing else ""
        rows.append([one.id, str(one.scan and one.scan.absolute()), name, one.group, spacing])
    with written_whole(list_) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(rows)
    return TrainingSet(list_, tuple(one.id for one in fit), left_out)
