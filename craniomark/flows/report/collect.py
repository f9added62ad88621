"""The results that lie in an output folder."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from craniomark.flows.pipeline.outputs import counts, to_review
from craniomark.flows.pipeline.record import Record, read_record
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks

_OTHERS = (".mrk.json", ".session.json")


@dataclass(frozen=True, eq=False)
class Result:
    """One specimen of a run; `landmarks` is None if it was refused."""

    record: Record
    landmarks: LandmarkSet | None

    @property
    def review(self) -> list[str]:
        """Labels to review, the most doubtful first."""
        return to_review(self.landmarks) if self.landmarks else []

    @property
    def missing(self) -> list[str]:
        """Labels of missing landmarks."""
        if self.landmarks is None:
            return []
        named = zip(self.landmarks.labels, self.landmarks.present, strict=True)
        return [name for name, here in named if not here]

    def errors(self) -> dict[str, float]:
        """Estimated error, mm, of each landmark that is not missing; NaN where unknown."""
        if self.landmarks is None:
            return {}
        gone = set(self.missing)
        names = (name for name in self.landmarks.labels if name not in gone)
        return {name: self.landmarks.annotation(name).error90_mm for name in names}


def collect(folder: Path) -> list[Result]:
    """Every specimen whose ID.json lies in `folder`, the most doubtful first, refused ones last.

    Counts are taken from ID.csv, since a review may have changed it.

    Raises
    ------
    InputError
        If the folder is not there or holds no result.
    """
    remedy = "give a folder that `craniomark process` wrote"
    if not folder.is_dir():
        raise InputError(folder, "folder", "not there", remedy)
    found = [_result(path) for path in sorted(folder.glob("*.json")) if not path.name.endswith(_OTHERS)]
    results = [result for result in found if result is not None]
    if not results:
        raise InputError(folder, "content", "no results", remedy)
    return sorted(results, key=_doubt)


def _result(path: Path) -> Result | None:
    """The result of one record; other JSON files are passed over."""
    try:
        record = read_record(path)
    except InputError:
        return None
    if record.outcome == "refused":
        return Result(record, None)
    try:
        landmarks = read_landmarks(path.parent / f"{record.id}.csv")
    except InputError as error:
        return Result(replace(record, outcome="refused", reason=str(error)), None)
    return Result(replace(record, counts=counts(landmarks)), landmarks)


def _doubt(result: Result) -> tuple[float | str, ...]:
    record = result.record
    if record.outcome == "refused":
        return (1, 0, 0, 0, record.id)
    median = record.counts["median_error90_mm"]
    known = median is not None and np.isfinite(median)
    pose = record.orientation["verdict"] == "good"
    return (0, int(pose), -record.counts["review"], -median if known else 0.0, record.id)
