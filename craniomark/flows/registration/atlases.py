"""Landmarks of several atlases carried to one scan: all registrations in one batch, and their median."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.registration.elastic import linear_starts
from craniomark.flows.registration.methods import Progress
from craniomark.flows.registration.pair import Pair, prepared
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import read_volume
from craniomark.tasks.regnet.hybrid.hyreg import Hybrid, HybridSettings, Start, hybrid

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Carried:
    """What atlases say.

    Attributes
    ----------
    labels : tuple of str
        Of the landmarks.
    points : ndarray, shape (A, L, 3)
        Of each atlas, in the scan's LPS mm; NaN where it has none.
    results : tuple of Hybrid
        Of each atlas.
    """

    labels: tuple[str, ...]
    points: Array
    results: tuple[Hybrid, ...]

    @property
    def landmarks(self) -> LandmarkSet:
        """The median of what the atlases say."""
        known = np.isfinite(self.points).all(-1).any(0)
        median = np.full(self.points.shape[1:], np.nan)
        median[known] = np.nanmedian(self.points[:, known], axis=0)
        return LandmarkSet(self.labels, median)

    @property
    def spread_mm(self) -> Array:
        """Root mean squared distance of the atlases from their median, shape (L,)."""
        away = np.linalg.norm(self.points - self.landmarks.points, axis=-1)
        return np.asarray(np.sqrt(np.nanmean(away**2, axis=0)))

    @property
    def mean_spread_mm(self) -> float:
        """Mean over landmarks; 0 of one atlas."""
        known = np.isfinite(self.spread_mm)
        return float(self.spread_mm[known].mean()) if known.any() else 0.0


def carried_by_atlases(
    pairs: Sequence[Pair], truths: Sequence[LandmarkSet], settings: HybridSettings | None = None
) -> Carried:
    """Landmarks of atlases on one scan.

    Parameters
    ----------
    pairs : sequence of Pair
        The scan as the fixed image of all, an atlas as the moving image of each.
    truths : sequence of LandmarkSet
        Of the atlases, paired by label.
    settings : HybridSettings, optional
        Of the optimisation.
    """
    labels = tuple(dict.fromkeys(label for truth in truths for label in truth.labels))
    starts = [Start(linear_starts(pair), None) for pair in pairs]
    movings: list[Image] = [pair.moving for pair in pairs]
    results = hybrid(pairs[0].fixed, movings, starts, settings)
    points = [
        _carried(result, truth.ordered(labels).points) for result, truth in zip(results, truths, strict=True)
    ]
    return Carried(labels, np.stack(points), tuple(results))


def _carried(result: Hybrid, points: Array) -> Array:
    placed = torch.as_tensor(np.nan_to_num(points), dtype=torch.float32)
    carried = result.inverse(placed).cpu().numpy().astype(np.float64)
    return np.where(np.isfinite(points), carried, np.nan)


def landmarks_by_atlases(
    scan: Path, folder: Path, out: Path, device: str | torch.device, told: Progress
) -> Carried:
    """Landmarks of a folder's atlases carried to a scan, written beside a report.

    Writes ``landmarks.mrk.json``, ``landmarks.csv`` and, last, ``report.json``.

    Parameters
    ----------
    scan : Path
        Any CT.
    folder : Path
        Of CTs with landmarks beside them, or a list of them.
    out : Path
        Folder of the results.
    device : str or torch.device
        Where to compute.
    told : callable
        Hears what is done and the fraction.

    Raises
    ------
    InputError
        If no atlas has landmarks, or a file can't be read.
    """
    found = [s for s in find_specimens([folder]) if s.landmarks is not None and s.kind == "ct"]
    if not found:
        raise InputError(folder, "atlases", "none with landmarks", "put landmarks beside the scans")
    truths = [read_truth(one) for one in found]
    fixed = read_volume(scan)
    image = prepared(fixed, str(scan), device)
    pairs = []
    for number, one in enumerate(found):
        told(f"read {one.id}", 0.3 * number / len(found))
        moving = read_volume(one.path)
        brought = prepared(moving, str(one.path), device)
        pairs.append(Pair(image, brought, fixed, moving, (str(scan), str(one.path))))
    told("optimise", 0.3)
    carried = carried_by_atlases(pairs, truths)
    for name in ("landmarks.mrk.json", "landmarks.csv"):
        write_landmarks(carried.landmarks, out / name)
    report = {
        "method": "atlas",
        "fixed": str(scan),
        "atlases": {o.id: asdict(r.report) for o, r in zip(found, carried.results, strict=True)},
        "spread_mm": dict(zip(carried.labels, np.round(carried.spread_mm, 4).tolist(), strict=True)),
    }
    with written_whole(out / "report.json") as part:
        part.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return carried
