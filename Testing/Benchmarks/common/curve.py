"""The sample-size curve from committed rows and the truth."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from common.specimens import Known
from common.table import show
from craniomark.flows.evaluation import Difference, PointError, paired_difference
from craniomark.ground.checks import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampleSizeReport:
    """Errors by number of training CTs.

    Attributes
    ----------
    text : str
        The curve, for people.
    errors : dict of int to ndarray
        By training size, errors, mm, of the points of all held-out scans; only of the specimens
        that every size was tried on.
    steps : dict of (int, int) to Difference
        Error with more training CTs less that with fewer, over the same points.
    """

    text: str
    errors: dict[int, Array]
    steps: dict[tuple[int, int], Difference]


def sample_size_report(known: list[Known], rows: list[dict[str, str]]) -> SampleSizeReport:
    """Score the rows of sample_size.csv; specimens that some size lacks yet are left out."""
    truth = {k.id: dict(zip(k.truth.labels, k.truth.points, strict=True)) for k in known}
    trials: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        trials[int(row["size"])].add((row["specimen"], row["pose"]))
    shared = set.intersection(*trials.values()) if trials else set()
    points: dict[int, list[PointError]] = {size: [] for size in sorted(trials)}
    for row in rows:
        if (row["specimen"], row["pose"]) in shared:
            x, y, z = (float(row[axis]) for axis in "xyz")
            true = truth[row["specimen"]][row["label"]]
            label = f"{row['pose']}/{row['label']}"
            error = PointError(row["specimen"], label, (x, y, z), (true[0], true[1], true[2]))
            points[int(row["size"])].append(error)
    errors = {size: np.array([p.error_mm for p in found]) for size, found in points.items() if found}
    steps = {}
    for fewer, more in pairwise(errors):
        try:
            steps[fewer, more] = paired_difference(points[more], points[fewer], np.random.default_rng(0))
        except InputError:  # one specimen so far: no interval yet
            continue
    return SampleSizeReport(_text(errors, steps, len({s for s, _ in shared})), errors, steps)


def _text(errors: dict[int, Array], steps: dict[tuple[int, int], Difference], specimens: int) -> str:
    header = ["training CTs", "mean", "median", "p95", "max", "> 0.25"]
    body = []
    for size, e in errors.items():
        figures = [f"{v:.3f}" for v in (e.mean(), np.median(e), np.percentile(e, 95), e.max())]
        body.append([str(size), *figures, f"{(e > 0.25).mean():.1%}"])
    text = show(f"Errors on {specimens} CTs left out by number of training CTs, mm", header, body)
    for (fewer, more), gap in steps.items():
        text += f"\n{more} minus {fewer} CTs: {gap.mean_mm:+.4f} mm"
        text += f" (95 % interval {gap.low_mm:+.4f} to {gap.high_mm:+.4f}, {gap.n_specimens} specimens)"
    return text + "\n"
