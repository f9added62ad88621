"""Predicted against true landmarks: figures, tables, plots and comparison of methods."""

from craniomark.flows.evaluation.bootstrap import Difference, paired_difference
from craniomark.flows.evaluation.cohort import read_cohort_of
from craniomark.flows.evaluation.errors import PointError, Unpaired, paired_errors
from craniomark.flows.evaluation.metrics import LandmarkMetrics, Metrics, evaluate, metrics_of
from craniomark.flows.evaluation.write import write_evaluation

__all__ = [
    "Difference",
    "LandmarkMetrics",
    "Metrics",
    "PointError",
    "Unpaired",
    "evaluate",
    "metrics_of",
    "paired_difference",
    "paired_errors",
    "read_cohort_of",
    "write_evaluation",
]
