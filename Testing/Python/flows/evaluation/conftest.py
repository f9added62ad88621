"""Small cohorts with known errors."""

import numpy as np
import pytest

from craniomark.ground.landmarks import Annotation, LandmarkSet

Cohort = dict[str, LandmarkSet]


@pytest.fixture
def truth() -> Cohort:
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


@pytest.fixture
def predicted(truth: Cohort) -> Cohort:
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
