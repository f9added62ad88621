"""Tables and bounds of the orientation benchmark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.table import show
from craniomark.ground.geometry import nearest_rotation, rotation_angle_degrees


@dataclass(frozen=True, eq=False)
class OrientationReport:
    """Outcome over all trials.

    Attributes
    ----------
    text : str
        Tables for people.
    degrees : ndarray
        Errors of the intact scans.
    repeatability : ndarray
        Angles, degrees, of poses from the mean pose of their specimen, intact scans.
    wrongly_good : int
        Verdicts "good" off by more than 5 degrees, or on what is no skull.
    times : ndarray
        Seconds of each orientation of an intact scan, start-up left out.
    """

    text: str
    degrees: NDArray[np.float64]
    repeatability: NDArray[np.float64]
    wrongly_good: int
    times: NDArray[np.float64]


def orientation_report(rows: list[dict[str, str]]) -> OrientationReport:
    """Score all rows."""
    intact = [r for r in rows if r["case"] == "intact"]
    degrees = np.array([float(r["degrees"]) for r in intact])
    repeat = _repeats(intact)
    wrong = [r for r in rows if r["verdict"] == "good" and (not r["degrees"] or float(r["degrees"]) > 5)]
    times = np.array([float(r["seconds"]) for r in intact])
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        name = " ".join(row["case"].split()[:2]) if row["case"].startswith("cut") else row["case"]
        groups.setdefault(name, []).append(row)
    table = [_line(name, group) for name, group in groups.items()]
    header = ["case", "volumes", "median deg", "max deg", "good", "doubtful", "none", "good but > 5 deg"]
    text = show("Orientation of CTs left out", header, table)
    text += (
        f"\nrepeatability over poses: mean {repeat.mean():.3f}, max {repeat.max():.3f} degrees"
        f"\nwrongly good: {len(wrong)}; median {np.median(times):.2f} s each,"
        f" largest {times.max():.2f} s, {(times > 1.5).sum()} of {len(times)} over 1.5 s\n"
    )
    return OrientationReport(text, degrees, repeat, len(wrong), times)


def _repeats(rows: list[dict[str, str]]) -> NDArray[np.float64]:
    angles = []
    for specimen in sorted({r["specimen"] for r in rows}):
        turns = np.array([[float(r[f"r{i}"]) for i in range(9)] for r in rows if r["specimen"] == specimen])
        turns = turns.reshape(-1, 3, 3)
        angles.append(rotation_angle_degrees(turns, nearest_rotation(turns.mean(0))))
    return np.concatenate(angles)


def _line(name: str, rows: list[dict[str, str]]) -> list[str]:
    verdicts = [r["verdict"] for r in rows]
    counts = [str(verdicts.count(v)) for v in ("good", "doubtful", "none")]
    told = [float(r["degrees"]) for r in rows if r["degrees"]]
    far = [r for r in rows if r["verdict"] == "good" and (not r["degrees"] or float(r["degrees"]) > 5)]
    figures = [f"{np.median(told):.2f}", f"{max(told):.2f}"] if told else ["-", "-"]
    return [name, str(len(rows)), *figures, *counts, str(len(far))]
