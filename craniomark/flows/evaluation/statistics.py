"""What a reviewer asks for beyond distances: every section, and what can't be given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from craniomark.flows.evaluation.asymmetry import AsymmetryComparison, asymmetry_of
from craniomark.flows.evaluation.bias import Bias, bias_of
from craniomark.flows.evaluation.intervals import pooled_intervals
from craniomark.flows.evaluation.metrics import THRESHOLDS_MM, Metrics
from craniomark.flows.evaluation.observers import Observers, Session, observers_of
from craniomark.flows.evaluation.plain import NotEnough, plain
from craniomark.flows.evaluation.resampling import Interval, Resampling
from craniomark.flows.evaluation.retest import Frame, Retest, retest_of
from craniomark.flows.evaluation.samples import Sample, paired_sample
from craniomark.flows.evaluation.shape_statistics import (
    Anova,
    Components,
    MeanShape,
    anova_of,
    components_of,
    mean_shape_of,
)
from craniomark.flows.evaluation.shape_terms import shape_terms
from craniomark.flows.evaluation.sides import KnownSides, Sides, sides_of
from craniomark.ground.landmarks import LandmarkSet

Cohort = Mapping[str, LandmarkSet]
T = TypeVar("T")

_CLOSER_THAN_CHANCE, _NO_DISTANCE = 0.99, 1e-6
_TOO_CLOSE = (
    "The mean shapes are closer than chance would have them, as where each specimen is predicted from the "
    "others (cross-validation): the tests of method, bias and mean shape are too cautious then."
)


@dataclass(frozen=True)
class Repeats:
    """Further data on the same specimens.

    Attributes
    ----------
    truth : Session or None
        The truth as a digitising; needed where there are `sessions`.
    sessions : tuple of Session
        Further digitisations of the same scans.
    predicted : mapping of str to LandmarkSet, or None
        The predictions as the first run; needed where there are `runs`.
    runs : tuple of mapping of str to LandmarkSet
        Predictions of the same specimens from other scans or poses.
    frame : {"any", "same"}
        Whether the points of all runs lie in one frame already.
    """

    truth: Session | None = None
    sessions: tuple[Session, ...] = ()
    predicted: Cohort | None = None
    runs: tuple[Cohort, ...] = ()
    frame: Frame = "any"


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sections of an evaluation; None where one can't be given, with a sentence in `notes`.

    Attributes
    ----------
    resampling : Resampling
        How samples were drawn anew.
    intervals : mapping of str to (float, float)
        Of pooled figures, by their key in metrics.json.
    bias : Bias or None
    procrustes_anova : Anova or None
    mean_shape : MeanShape or None
    principal_components : Components or None
    asymmetry : AsymmetryComparison or None
    observers : Observers or None
    retest : Retest or None
        The sections.
    notes : tuple of str
        What can't be given or was left out, and why.
    """

    resampling: Resampling
    intervals: Mapping[str, Interval] | None = None
    bias: Bias | None = None
    procrustes_anova: Anova | None = None
    mean_shape: MeanShape | None = None
    principal_components: Components | None = None
    asymmetry: AsymmetryComparison | None = None
    observers: Observers | None = None
    retest: Retest | None = None
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The sections of metrics.json; None where a figure can't be given."""
        content: dict[str, Any] = plain(self)
        del content["notes"]
        return content


def statistics_of(
    metrics: Metrics,
    how: Resampling | None = None,
    sides: KnownSides | None = None,
    repeats: Repeats | None = None,
) -> Statistics:
    """Statistics of the points that an evaluation has paired.

    Parameters
    ----------
    metrics : Metrics
        From `evaluate`.
    how : Resampling, optional
        Draws, seed and level.
    sides : KnownSides, optional
        Pairs and midline; without it they are looked for in the true points.
    repeats : Repeats, optional
        Repeated digitisations and predictions.

    Returns
    -------
    Statistics

    Raises
    ------
    InputError
        If repeated data have nothing in common with the others.
    """
    how, repeats = how or Resampling(), repeats or Repeats()
    pairs = [row for row in metrics.errors if not row.note]
    notes: list[str] = []

    def told(name: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except NotEnough as reason:
            notes.append(f"{name}: {reason}")
            return None

    intervals = told("Intervals", lambda: pooled_intervals(pairs, THRESHOLDS_MM, how))
    bias = told("Bias", lambda: bias_of(pairs, shape_terms(pairs).turns, how))
    sample = told("Statistics of shape", lambda: paired_sample(pairs))
    sections = _of_shapes(sample, sides, how, told, notes) if sample else {}
    observers = retest = None
    if repeats.sessions and repeats.truth:
        observers, found = observers_of(pairs, repeats.truth, repeats.sessions, how)
        notes += found
    if repeats.runs and repeats.predicted:
        retest, found = retest_of([repeats.predicted, *repeats.runs], repeats.frame, how)
        notes += found
    return Statistics(
        how, intervals, bias, observers=observers, retest=retest, notes=tuple(notes), **sections
    )


def _of_shapes(
    sample: Sample,
    known: KnownSides | None,
    how: Resampling,
    told: Callable[[str, Callable[[], Any]], Any],
    notes: list[str],
) -> dict[str, Any]:
    notes += sample.notes
    sides: Sides | None = told("Left and right", lambda: sides_of(sample.labels, sample.shapes[:, 1], known))
    if sides is not None and len(sides.kept) < len(sample.labels):
        gone = [label for i, label in enumerate(sample.labels) if i not in set(sides.kept.tolist())]
        notes.append(f"Statistics of sides leave out landmarks without a side: {_few(gone)}.")
    mean_shape = mean_shape_of(sample, how)
    if mean_shape.p >= _CLOSER_THAN_CHANCE and mean_shape.distance > _NO_DISTANCE:
        notes.append(_TOO_CLOSE)
    return {
        "procrustes_anova": anova_of(sample, sides, how),
        "mean_shape": mean_shape,
        "principal_components": told("Directions of variation", lambda: components_of(sample, how)),
        "asymmetry": asymmetry_of(sample, sides, how) if sides is not None else None,
    }


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
