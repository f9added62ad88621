"""The table of the ablation: paired differences beside what seeds and specimens alone make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from common.ablation_ideas import IDEAS, Idea
from common.table import show

Rows = Sequence[Mapping[str, str]]
Key = tuple[int, int, str]
PAIRS = 8
"""Two folds of two held-out specimens, and two seeds."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Verdict:
    """What an idea does.

    Attributes
    ----------
    idea : Idea
        Which.
    mean_mm : float
        Mean error over its runs.
    difference_mm, band_mm : float
        Mean paired difference from what it is compared with, and half the width of its 95 % interval.
    pairs : int
        Held-out specimens times seeds.
    minutes, steps : float
        Of training, in a run.
    words : str
        ``better``, ``worse``, ``no effect``, ``incomplete`` or ``-`` for what is compared with nothing.
    """

    idea: Idea
    mean_mm: float
    difference_mm: float
    band_mm: float
    pairs: int
    minutes: float
    steps: float
    words: str


def verdicts(rows: Rows) -> list[Verdict]:
    """A verdict on each idea that has rows."""
    errors = {idea.name: _errors(rows, idea.name) for idea in IDEAS}
    return [_verdict(idea, rows, errors) for idea in IDEAS if errors[idea.name]]


def is_whole(row: Mapping[str, str]) -> bool:
    """Whether a run took all steps of its recipe."""
    return int(row["steps"]) >= int(row["recipe_steps"])


def _errors(rows: Rows, name: str) -> dict[Key, float]:
    """Mean error by fold, seed and specimen, of the runs that are whole."""
    found = {}
    for row in rows:
        if row["idea"] == name and is_whole(row):
            for told in row["specimens"].split():
                specimen, error = told.split(":")
                found[int(row["fold"]), int(row["seed"]), specimen] = float(error)
    return found


def _verdict(idea: Idea, rows: Rows, errors: Mapping[str, Mapping[Key, float]]) -> Verdict:
    mine, other = errors[idea.name], errors[idea.against]
    runs = [row for row in rows if row["idea"] == idea.name and is_whole(row)]
    minutes = float(np.mean([float(row["minutes"]) for row in runs]))
    steps = float(np.mean([int(row["steps"]) for row in runs]))
    shared = sorted(set(mine) & set(other))
    paired = np.array([mine[key] - other[key] for key in shared])
    mean = float(np.mean(list(mine.values())))
    if idea.name == idea.against:
        return Verdict(idea, mean, 0.0, 0.0, len(shared), minutes, steps, "-")
    if len(paired) < PAIRS:
        return Verdict(idea, mean, np.nan, np.nan, len(paired), minutes, steps, "incomplete")
    difference, band = float(paired.mean()), half_width(paired)
    inside = not abs(difference) > band
    words = "no effect" if inside else "better" if difference < 0 else "worse"
    return Verdict(idea, mean, difference, band, len(paired), minutes, steps, words)


def half_width(paired: np.ndarray) -> float:
    """Half the width of the 95 % interval of a mean (Student)."""
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(paired) - 1)
    return float(quantile * paired.std(ddof=1) / np.sqrt(len(paired)))


def table(rows: Rows) -> str:
    """All verdicts, as aligned text."""
    header = ["idea", "mean mm", "against", "difference", "noise band", "verdict", "minutes", "steps"]
    lines = []
    for v in verdicts(rows):
        paired = [v.idea.against, f"{v.difference_mm:+.3f}", f"± {v.band_mm:.3f}"]
        told = ["", "", ""] if v.words in ("-", "incomplete") else paired
        lines.append([v.idea.name, f"{v.mean_mm:.3f}", *told, v.words, f"{v.minutes:.1f}", f"{v.steps:.0f}"])
    return show("Ideas one at a time, CTs left out: 2 folds of 2, 2 seeds", header, lines)
