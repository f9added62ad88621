# ruff: noqa: ARG001, ARG005 - stand-ins take what the real ones take
"""One scan at a time: its pose, and landmarks that are given."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from fake_predictor import landmarks_of, write_scan
from sentences import is_one_sentence

from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, write_landmarks
from craniomark.ground.volumes import read_volume


@pytest.fixture
def model(monkeypatch):
    """A model without a network: its answers are set by the test."""
    import types

    from craniomark.flows.pipeline import predictor

    class NoSkullError(Exception):
        def __init__(self, score):
            super().__init__(score)
            self.score = score

    class NoPoseError(Exception):
        def __init__(self, known):
            super().__init__(known)
            self.known = known

    stand_in = types.ModuleType("craniomark.flows.pipeline.predict")
    stand_in.NoSkullError, stand_in.NoPoseError = NoSkullError, NoPoseError
    judge = types.ModuleType("craniomark.flows.pipeline.assess")
    judge.assess = lambda *given: stand_in.assess(*given)
    stand_in.assess = lambda volume, landmarks, *_: landmarks
    for module in (stand_in, judge):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(
        predictor.BundlePredictor, "model_for", lambda self, specimen, volume: ("model", None)
    )
    return stand_in


def pose(verdict):
    from craniomark.tasks.orient import Orientation

    matrix = np.eye(4)
    matrix[:3, 3] = 1, 2, 3
    return Orientation(matrix, 1.0, 0.5, verdict, 33.0)


def test_orient_writes_the_transform_and_tells_score_verdict_and_degrees(command, tmp_path, model):
    model.orient = lambda volume, loaded, progress: pose("good")
    scan = write_scan(tmp_path / "a.nii.gz")
    code, said, told = command("orient", scan, "-o", tmp_path / "a.tfm")
    assert code == 0 and "score 0.500, verdict good, turned by 33.0 degrees" in said and told == ""
    assert (
        "Parameters: 1.0 0.0 0.0 0.0 1.0 0.0 0.0 0.0 1.0 -1.0 -2.0 -3.0" in (tmp_path / "a.tfm").read_text()
    )


def test_orient_says_when_the_pose_is_doubtful_or_there_is_none(command, tmp_path, model):
    scan = write_scan(tmp_path / "a.nii.gz")
    model.orient = lambda volume, loaded, progress: pose("doubtful")
    code, _, told = command("orient", scan, "-o", tmp_path / "a.tfm")
    assert code == 0 and "doubtful" in told and is_one_sentence(told)

    def nothing(volume, loaded, progress):
        raise model.NoSkullError(0.12)

    for model.orient in (nothing, lambda volume, loaded, progress: pose("none")):
        code, _, told = command("orient", scan, "-o", tmp_path / "b.tfm")
        assert code == 2 and "skull is not found" in told and is_one_sentence(told)
    assert not (tmp_path / "b.tfm").exists()


def test_refine_moves_only_what_was_asked_for(command, tmp_path, model):
    def refine(volume, landmarks, loaded, only, progress):
        moved = landmarks.points + [[0.5, 0, 0] if label in only else [0, 0, 0] for label in landmarks.labels]
        return LandmarkSet(landmarks.labels, moved)

    model.refine = refine
    scan = write_scan(tmp_path / "a.nii.gz")
    start = landmarks_of(read_volume(scan)).ordered(("nasion", "2"))
    write_landmarks(start, tmp_path / "in.fcsv")
    code, said, told = command(
        "refine", scan, tmp_path / "in.fcsv", "-o", tmp_path / "out.csv", "--only", "2"
    )
    assert code == 0, told
    assert "1 of 2 landmarks moved" in said
    assert np.allclose(
        read_landmarks(tmp_path / "out.csv").points - start.points, [[0, 0, 0], [0.5, 0, 0]], atol=1e-4
    )


def test_points_that_refine_leaves_alone_are_judged_and_check_moves_none(command, tmp_path, model):
    def assess(volume, landmarks, loaded, only, progress):
        named = landmarks.labels if only is None else only
        return replace(landmarks, annotations={label: Annotation(0.4, "review") for label in named})

    model.assess, model.refine = assess, lambda volume, landmarks, loaded, only, progress: landmarks
    scan = write_scan(tmp_path / "a.nii.gz")
    start = landmarks_of(read_volume(scan)).ordered(("nasion", "2"))
    write_landmarks(start, tmp_path / "in.fcsv")
    words = ("refine", scan, tmp_path / "in.fcsv", "-o", tmp_path / "out.csv", "--only", "2")
    for more, flags in (((), ["review", "review"]), (("--check",), ["", "review"])):
        code, said, told = command(*words, *more)
        assert code == 0, told
        assert f"{flags.count('review')} to review" in said
        assert ("2 landmarks checked" in said) == bool(more)
        found = read_landmarks(tmp_path / "out.csv")
        assert [found.annotation(label).flag for label in found.labels] == flags
        assert np.allclose(found.points, start.points, atol=1e-4)


def test_check_says_that_too_few_landmarks_tell_no_pose(command, tmp_path, model):
    def assess(*_):
        raise model.NoPoseError(1)

    model.assess, model.refine = assess, None
    scan = write_scan(tmp_path / "a.nii.gz")
    write_landmarks(landmarks_of(read_volume(scan)).ordered(("nasion",)), tmp_path / "in.csv")
    code, _, told = command("refine", scan, tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--check")
    assert code == 2, told
    assert "usable landmarks is 1" in told and is_one_sentence(told)
    assert not (tmp_path / "out.csv").exists()


def test_refine_refuses_unknown_labels_and_to_write_over_its_input(command, tmp_path, model):
    scan = write_scan(tmp_path / "a.nii.gz")
    write_landmarks(landmarks_of(read_volume(scan)).ordered(("nasion",)), tmp_path / "in.csv")
    for words in (("-o", tmp_path / "out.csv", "--only", "x"), ("-o", tmp_path / "in.csv")):
        code, _, told = command("refine", scan, tmp_path / "in.csv", *words)
        assert code == 2 and is_one_sentence(told)
