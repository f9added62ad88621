"""Mirrored scans are worked over as their mirror images."""

from types import SimpleNamespace

import numpy as np
import pytest

from craniomark.flows.pipeline import assess, predict
from craniomark.flows.pipeline.mirrored import MIRRORED, REFLECTION, reflection_of
from craniomark.flows.pipeline.single import work_words
from craniomark.ground.geometry import apply, random_rotations
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume

RNG = np.random.default_rng(3)
SHAPE = RNG.normal(size=(12, 3)) * [4.0, 8.0, 3.0]
LABELS = tuple(str(number) for number in range(12))


def placed(shape):
    """The shape with noise, turned, moved and a little larger, one point missing."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = 1.1 * random_rotations(1, np.random.default_rng(1))[0], (5, -20, 7)
    points = apply(matrix, shape) + RNG.normal(size=shape.shape) * 0.1
    points[4] = np.nan
    return points


def test_a_scan_as_it_is_needs_no_reflection():
    assert reflection_of(placed(SHAPE), SHAPE) is None


def test_a_mirrored_scan_needs_one():
    assert np.array_equal(reflection_of(apply(REFLECTION, placed(SHAPE)), SHAPE), REFLECTION)


def test_a_flat_shape_and_too_few_points_are_left_as_they_are():
    flat = SHAPE * [0.0, 1.0, 1.0]
    assert reflection_of(placed(flat), flat) is None
    assert reflection_of(np.full((12, 3), np.nan), SHAPE) is None


@pytest.mark.parametrize("mirror", [np.eye(4), REFLECTION])
@pytest.mark.parametrize("what", ["refine", "assess"])
def test_points_and_scan_are_reflected_there_and_back(monkeypatch, mirror, what):
    seen = []

    def work(volume, landmarks, *_):
        seen.append(volume.matrix)
        return LandmarkSet(landmarks.labels, landmarks.points + np.array([0.5, 0.0, 0.0]))

    monkeypatch.setattr(predict, "_refined", work)
    monkeypatch.setattr(assess, "_assessed", work)
    volume = Volume(np.zeros((3, 3, 3)), np.diag([0.5, 0.5, 0.5, 1.0]))
    start = LandmarkSet(LABELS, apply(mirror, placed(SHAPE)))
    model = SimpleNamespace(labels=LABELS, shape=SimpleNamespace(mean=SHAPE))
    function = predict.refine if what == "refine" else assess.assess
    ended = function(volume, start, model, None, lambda *_: None)
    assert len(seen) == 1 and np.array_equal(seen[0], mirror @ volume.matrix)
    mirrored = mirror is REFLECTION
    assert ended.notes == ((MIRRORED,) if mirrored else ())
    assert work_words(start, ended, True).endswith("as of a mirrored skull") is mirrored
    step = mirror[:3, :3] @ [0.5, 0.0, 0.0]
    assert np.allclose(ended.points, start.points + step, equal_nan=True)
