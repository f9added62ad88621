"""Small cohorts with known errors."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.evaluation import (
    KnownSides,
    Metrics,
    Repeats,
    Resampling,
    Session,
    Statistics,
    evaluate,
    statistics_of,
    write_evaluation,
)
from craniomark.ground.landmarks import Annotation, LandmarkSet

Cohort = dict[str, LandmarkSet]


def make_truth() -> Cohort:
    """Six specimens with eight landmarks, each in a pose of its own."""
    rng = np.random.default_rng(11)
    base = rng.normal(size=(8, 3)) * [5, 9, 4]
    labels = tuple(f"L{i}" for i in range(8))
    specimens = {}
    for name in "abcdef":
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        points = (base + rng.normal(size=base.shape) * 0.4) @ (turn * np.sign(np.linalg.det(turn))).T
        specimens[name] = LandmarkSet(labels, points + rng.normal(size=3) * 20)
    return specimens


def make_predicted(truth: Cohort) -> Cohort:
    """The truth with errors of 0.05 to 0.4 mm, which are stated 0.01 mm too large, one 0.01 too small."""
    rng = np.random.default_rng(12)
    specimens = {}
    for name, landmarks in truth.items():
        direction = rng.normal(size=landmarks.points.shape)
        size = np.linspace(0.05, 0.4, len(landmarks))
        points = (
            landmarks.points + direction / np.linalg.norm(direction, axis=1, keepdims=True) * size[:, None]
        )
        stated = {
            label: Annotation(error90_mm=float(s) + (0.01 if label != "L3" else -0.01), flag="ok")
            for label, s in zip(landmarks.labels, size, strict=True)
        }
        specimens[name] = LandmarkSet(landmarks.labels, points, stated)
    return specimens


@pytest.fixture
def truth() -> Cohort:
    """See `make_truth`."""
    return make_truth()


@pytest.fixture
def predicted(truth: Cohort) -> Cohort:
    """See `make_predicted`."""
    return make_predicted(truth)


@pytest.fixture(scope="session")
def sided() -> KnownSides:
    """Pairs that somebody might give; the points of `truth` lie anywhere."""
    return KnownSides((("L0", "L1"), ("L2", "L3"), ("L4", "L5")), ("L6", "L7"), "a model")


@pytest.fixture(scope="session")
def whole(sided: KnownSides, tmp_path_factory: pytest.TempPathFactory) -> tuple[Metrics, Statistics, Path]:
    """An evaluation with repeats and retests, and the folder that it was written to."""
    folder, truth = tmp_path_factory.mktemp("whole"), make_truth()
    predicted = make_predicted(truth)
    sessions = Session("truth", "ann", truth), (Session("second", "bob", predicted),)
    metrics = evaluate(predicted, truth)
    statistics = statistics_of(
        metrics, Resampling(99), sided, Repeats(*sessions, predicted, (predicted,), "same")
    )
    write_evaluation(metrics, folder, statistics)
    return metrics, statistics, folder
