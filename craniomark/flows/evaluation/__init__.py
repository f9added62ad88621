"""Predicted against true landmarks: figures, statistics, tables, plots and comparison of methods."""

from craniomark.flows.evaluation.bootstrap import Difference, paired_difference
from craniomark.flows.evaluation.cohort import read_cohort_of
from craniomark.flows.evaluation.errors import PointError, Unpaired, paired_errors
from craniomark.flows.evaluation.metrics import LandmarkMetrics, Metrics, evaluate, metrics_of
from craniomark.flows.evaluation.observers import Session
from craniomark.flows.evaluation.resampling import Resampling
from craniomark.flows.evaluation.sides import KnownSides
from craniomark.flows.evaluation.statistics import Repeats, Statistics, statistics_of
from craniomark.flows.evaluation.write import write_evaluation

__all__ = [
    "Difference",
    "KnownSides",
    "LandmarkMetrics",
    "Metrics",
    "PointError",
    "Repeats",
    "Resampling",
    "Session",
    "Statistics",
    "Unpaired",
    "evaluate",
    "metrics_of",
    "paired_difference",
    "paired_errors",
    "read_cohort_of",
    "statistics_of",
    "write_evaluation",
]
