"""The main job on real skulls that the model never saw, and on what is no skull."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from skull_bundle import Skull, distances, turned

from common.not_skulls import NOT_SKULLS
from common.posing import Posed, cut, pose_at_random
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.predict import NoPoseError, NoSkullError, orient, predict, refine
from craniomark.flows.pipeline.prediction import Options, Prediction
from craniomark.ground.geometry import (
    apply,
    invert,
    nearest_rotation,
    rigid_fit,
    rotation_angle_degrees,
    scale_of,
    similarity_fit,
)
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.appearance import Appearance
from craniomark.tasks.landmark.stages import FINE

AS_IS = Options(orient=False)


def quiet(*_: object) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def skull(unseen_skulls: list[Skull]) -> Skull:
    return unseen_skulls[-1]


@pytest.fixture(scope="module")
def intact(skull: Skull, skull_model: Model) -> Prediction:
    """The prediction in the pose of the file."""
    return predict(skull.volume, skull_model, AS_IS, quiet)


@pytest.fixture(scope="module")
def posed(skull: Skull) -> Posed:
    """The scan rotated at random, sized, brightened, resampled, cropped or padded."""
    return pose_at_random(skull.volume, np.random.default_rng(5))


@pytest.fixture(scope="module")
def found(posed: Posed, skull_model: Model) -> Prediction:
    """The prediction in that pose."""
    return predict(posed.volume, skull_model, Options(), quiet)


def error(prediction: Prediction, truth: LandmarkSet) -> float:
    return float(np.nanmean(distances(prediction.landmarks, truth)))


def errors90(prediction: Prediction) -> np.ndarray:
    landmarks = prediction.landmarks
    return np.array([landmarks.annotation(label).error90_mm for label in landmarks.labels])


def degrees_between(a: np.ndarray, b: np.ndarray) -> float:
    return float(rotation_angle_degrees(nearest_rotation(a), nearest_rotation(b)))


def flags(prediction: Prediction) -> np.ndarray:
    return np.array([prediction.landmarks.annotation(label).flag for label in prediction.landmarks.labels])


def test_a_skull_in_any_pose_is_landmarked(
    found: Prediction, posed: Posed, skull: Skull, skull_model: Model
) -> None:
    assert degrees_between(posed.moved, np.eye(4)) > 30, "a pose that is right already would test nothing"
    size = scale_of(posed.moved)
    truth = skull.truth.moved(posed.moved)
    away = distances(found.landmarks, truth) / size
    assert away.mean() < 0.17
    assert np.percentile(away, 95) < 0.45
    pasted = np.linalg.norm(skull_model.shape.mean - truth.points, axis=1).mean() / size
    assert away.mean() < pasted / 50, "pasting the mean shape would do as well"
    assert found.landmarks.labels == skull_model.labels


def test_the_same_scan_gives_the_same_points_in_any_pose(
    found: Prediction, posed: Posed, intact: Prediction
) -> None:
    back = found.landmarks.moved(invert(posed.moved))
    assert distances(back, intact.landmarks).mean() < 0.06


def test_landmarks_are_nearer_than_the_mean_shape_aligned_by_the_truth_itself(
    unseen_skulls: list[Skull], skull_model: Model, intact: Prediction
) -> None:
    others = [predict(s.volume, skull_model, AS_IS, quiet) for s in unseen_skulls[:2]]
    ours, oracle = [], []
    for prediction, skull in zip([*others, intact], [*unseen_skulls[:2], unseen_skulls[-1]], strict=True):
        ours.append(error(prediction, skull.truth))
        mean, truth = skull_model.shape.mean, skull.truth.points
        oracle.append(np.linalg.norm(apply(similarity_fit(mean, truth), mean) - truth, axis=1).mean())
    assert np.mean(ours) < 0.95 * np.mean(oracle)


@pytest.mark.parametrize("change", [torch.zeros_like, lambda patches: seeded_noise(patches)])
def test_patches_that_show_nothing_find_no_skull(
    skull: Skull, skull_model: Model, change: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    patches = {name: change(p) for name, p in skull_model.appearance.templates.items()}
    with pytest.raises(NoSkullError):
        predict(skull.volume, replace(skull_model, appearance=Appearance(patches)), AS_IS, quiet)


def test_fine_patches_of_noise_are_worse_than_the_true_ones(
    skull: Skull, skull_model: Model, intact: Prediction
) -> None:
    patches = dict(skull_model.appearance.templates)
    patches[FINE.name] = seeded_noise(patches[FINE.name])
    spoilt = predict(skull.volume, replace(skull_model, appearance=Appearance(patches)), AS_IS, quiet)
    assert error(spoilt, skull.truth) > 1.05 * error(intact, skull.truth)
    assert flagged(spoilt) > 0.9 > 3 * flagged(intact), "and the flags say so"


def flagged(prediction: Prediction) -> float:
    """Share of the landmarks that are flagged for review."""
    landmarks = prediction.landmarks
    return float(np.mean([landmarks.annotation(label).flag == "review" for label in landmarks.labels]))


def seeded_noise(patches: torch.Tensor) -> torch.Tensor:
    return torch.randn(patches.shape, generator=torch.Generator().manual_seed(4))


def test_a_mirrored_scan_gives_mirrored_landmarks_where_told(
    skull: Skull, skull_model: Model, intact: Prediction
) -> None:
    mirrored = skull.moved(np.diag([-1.0, 1.0, 1.0, 1.0]))
    told = predict(mirrored.volume, skull_model, Options(orient=False, mirror=True), quiet)
    assert error(told, mirrored.truth) < 1.2 * error(intact, skull.truth) + 0.01
    np.testing.assert_allclose(np.linalg.det(told.specimen_to_template[:3, :3]), -1)
    np.testing.assert_array_equal(told.specimen_to_template, told.orientation.specimen_to_template)
    lands_on_the_template(told, skull_model)
    untold = predict(mirrored.volume, skull_model, AS_IS, quiet)
    assert error(untold, mirrored.truth) > 1.0, "left and right change places"


def test_without_refinement_the_coarse_points_are_told(skull: Skull, skull_model: Model) -> None:
    heard: list[str] = []
    options = Options(orient=False, refine=False)
    coarse = predict(skull.volume, skull_model, options, lambda step, _: heard.append(step))
    assert error(coarse, skull.truth) < 0.2
    assert FINE.name not in heard


@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0.0), (2.0, 0.0), (3.0, -1000.0)])
def test_brightness_does_not_matter(
    skull: Skull, skull_model: Model, intact: Prediction, gain: float, offset: float
) -> None:
    array = skull.volume.array.astype(np.float32) * gain + offset
    other = predict(replace(skull.volume, array=array), skull_model, AS_IS, quiet)
    assert distances(other.landmarks, intact.landmarks).max() < 0.01


def test_padding_does_not_matter(skull: Skull, skull_model: Model, intact: Prediction) -> None:
    before, after = (30, 2, 11), (4, 25, 0)
    array = np.pad(skull.volume.array, list(zip(before, after, strict=True)))
    matrix = skull.volume.matrix.copy()
    matrix[:3, 3] = skull.volume.to_lps([-n for n in before])
    other = predict(Volume(array, matrix), skull_model, AS_IS, quiet)
    assert distances(other.landmarks, intact.landmarks).mean() < 0.02


def outside_mm(volume: Volume, points: np.ndarray) -> np.ndarray:
    """How far, mm, points lie outside the grid; NaN for missing points."""
    index = volume.to_index(points)
    beyond = np.maximum(-index, 0) + np.maximum(index - (np.array(volume.shape) - 1), 0)
    return np.linalg.norm(beyond * volume.spacing, axis=1)


@pytest.mark.parametrize(("axis", "share", "far_end"), [(0, 0.3, False), (1, 0.3, True), (2, 0.5, False)])
def test_landmarks_beyond_the_field_of_view_are_missing_and_never_invented(
    skull: Skull, skull_model: Model, axis: int, share: float, far_end: bool
) -> None:
    part = cut(skull.volume, axis, share, far_end)
    told = predict(part, skull_model, AS_IS, quiet).landmarks
    beyond = outside_mm(part, skull.truth.points)
    assert (beyond > 0.5).sum() >= 5, "the cut must take landmarks away"
    assert not told.present[beyond > 0.5].any()
    well_inside = apply(np.linalg.inv(part.matrix), skull.truth.points)
    margin = np.minimum(well_inside, np.array(part.shape) - 1 - well_inside) * part.spacing
    assert told.present[margin.min(1) > 0.5].all()
    assert np.nanmax(outside_mm(part, told.points)) <= 0.5 * part.spacing.max() + 1e-6
    for label, here in zip(told.labels, told.present, strict=True):
        note = told.annotation(label)
        expected = "predicted" if here else "missing"
        assert (note.status, np.isfinite(note.error90_mm), note.flag == "") == (expected, here, not here)
    away = distances(told, skull.truth)[margin.min(1) > 0.5]
    assert away.mean() < 0.2


@pytest.mark.parametrize("kind", ["sphere", "box"])
def test_the_pose_of_no_skull_is_none(skull: Skull, skull_model: Model, kind: str) -> None:
    nothing = NOT_SKULLS[kind](skull.volume, np.random.default_rng(1))
    assert orient(nothing, skull_model, quiet).verdict == "none"


def test_noise_is_refused(skull: Skull, skull_model: Model) -> None:
    with pytest.raises(NoSkullError) as refused:
        predict(NOT_SKULLS["noise"](skull.volume, np.random.default_rng(1)), skull_model, Options(), quiet)
    assert 0 <= refused.value.score < 0.5


def test_every_point_has_an_estimate_a_flag_and_its_place_as_predicted(intact: Prediction) -> None:
    estimates = errors90(intact)
    assert (estimates > 0).all()
    assert (estimates < 2).all()
    assert set(flags(intact)) <= {"review", "ok"}
    assert (flags(intact) == "ok").mean() > 0.5
    for label, point in zip(intact.landmarks.labels, intact.landmarks.points, strict=True):
        note = intact.landmarks.annotation(label)
        assert note.status == "predicted"
        np.testing.assert_allclose(note.predicted, point)


def test_most_errors_stay_under_their_estimate(intact: Prediction, found: Prediction, skull: Skull) -> None:
    away = distances(intact.landmarks, skull.truth)
    assert 0.75 <= (away <= errors90(intact)).mean() < 1
    assert (away[flags(intact) == "review"]).mean() > 0.8 * away.mean()
    assert np.isfinite(errors90(found)).all()


def lands_on_the_template(prediction: Prediction, model: Model) -> None:
    """The told pose takes the landmarks near the template's, up to the specimen's size."""
    placed = apply(prediction.specimen_to_template, prediction.landmarks.points)
    centre = model.shape.mean.mean(0)
    sized = centre + (placed - centre) / prediction.orientation.scale
    assert np.linalg.norm(sized - model.shape.mean, axis=1).mean() < 0.3


def test_the_pose_is_rigid_and_takes_the_skull_to_the_template(
    found: Prediction, intact: Prediction, skull_model: Model
) -> None:
    for prediction in (found, intact):
        linear = prediction.specimen_to_template[:3, :3]
        np.testing.assert_allclose(linear @ linear.T, np.eye(3), atol=1e-6)
        np.testing.assert_allclose(np.linalg.det(linear), 1)
        lands_on_the_template(prediction, skull_model)
    assert found.orientation.degrees > 30 > intact.orientation.degrees


def test_the_size_is_told(found: Prediction, intact: Prediction, posed: Posed) -> None:
    ratio = found.orientation.scale / intact.orientation.scale
    assert ratio == pytest.approx(scale_of(posed.moved), rel=0.01)


def test_steps_are_told_and_timed_and_stopping_is_obeyed(skull: Skull, skull_model: Model) -> None:
    heard: list[tuple[str, float]] = []
    prediction = predict(skull.volume, skull_model, AS_IS, lambda *told: heard.append(told))
    assert heard[0] == ("orient", 0.0)
    assert heard[-1] == ("landmarks", 1.0)
    assert all(0 <= fraction <= 1 for _, fraction in heard)
    assert set(prediction.seconds) == {"orient", "landmarks"}
    assert all(seconds > 0 for seconds in prediction.seconds.values())

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict(skull.volume, skull_model, AS_IS, stop)


@pytest.fixture(scope="module")
def faulty(skull: Skull, skull_model: Model) -> tuple[Prediction, np.ndarray]:
    """The prediction with a ball of bone erased about one landmark, and which landmarks that concerns."""
    truth = skull.truth.points
    worst = int(np.argmax([(np.linalg.norm(truth - p, axis=1) < 1.2).sum() for p in truth]))
    array = skull.volume.array.copy()
    index = np.indices(array.shape).reshape(3, -1).T
    near = np.linalg.norm(skull.volume.to_lps(index) - truth[worst], axis=1) < 1.6
    array.reshape(-1)[near] = 0
    hit = np.linalg.norm(truth - truth[worst], axis=1) < 1.0
    return predict(replace(skull.volume, array=array), skull_model, AS_IS, quiet), hit


def test_a_planted_fault_is_doubted_where_it_is(
    faulty: tuple[Prediction, np.ndarray], intact: Prediction
) -> None:
    spoilt, hit = faulty
    assert hit.sum() >= 2
    told = spoilt.landmarks.present
    raised = errors90(spoilt) - errors90(intact)
    assert (~told[hit] | (raised[hit] > 0.03)).all()
    assert (~told[hit] | (flags(spoilt)[hit] == "review")).all()
    far = np.linalg.norm(intact.landmarks.points - intact.landmarks.points[hit].mean(0), axis=1) > 4
    assert np.median(np.abs(raised[far])) < 0.02, "elsewhere nothing changes"


@pytest.fixture(scope="module")
def displaced(skull: Skull) -> LandmarkSet:
    """The truth with every point 0.25 mm off in a direction of its own."""
    off = np.random.default_rng(8).normal(size=skull.truth.points.shape)
    off *= 0.25 / np.linalg.norm(off, axis=1, keepdims=True)
    return LandmarkSet(skull.truth.labels, skull.truth.points + off)


@pytest.fixture(scope="module")
def refined(skull: Skull, displaced: LandmarkSet, skull_model: Model) -> LandmarkSet:
    return refine(skull.volume, displaced, skull_model, None, quiet)


def test_displaced_landmarks_move_towards_the_truth(
    skull: Skull, displaced: LandmarkSet, refined: LandmarkSet
) -> None:
    before, after = distances(displaced, skull.truth), distances(refined, skull.truth)
    assert after.mean() < 0.75 * before.mean()
    assert (after < before).mean() > 0.7


def test_refined_landmarks_remember_where_they_were(displaced: LandmarkSet, refined: LandmarkSet) -> None:
    moved = np.linalg.norm(refined.points - displaced.points, axis=1) > 0
    assert moved.mean() > 0.5
    for label, here, point in zip(refined.labels, moved, displaced.points, strict=True):
        note = refined.annotation(label)
        if here:
            assert note.status == "refined"
            np.testing.assert_allclose(note.predicted, point)
            assert note.error90_mm > 0
        else:
            assert note == Annotation()


def test_only_the_named_landmarks_move(skull: Skull, displaced: LandmarkSet, skull_model: Model) -> None:
    only = displaced.labels[3:6]
    found = refine(skull.volume, displaced, skull_model, only, quiet)
    changed = (found.points != displaced.points).any(1)
    assert changed.any()
    assert not changed[[label not in only for label in displaced.labels]].any()


def test_strange_and_missing_landmarks_stay_as_they_are(
    skull: Skull, displaced: LandmarkSet, skull_model: Model
) -> None:
    labels = [*reversed(displaced.labels), "strange"]
    points = np.vstack([displaced.points[::-1], [[1.0, 2.0, 3.0]]])
    points[4] = np.nan
    notes = {"strange": Annotation(status="accepted"), labels[4]: Annotation(status="missing")}
    given = LandmarkSet(labels, points, notes, ("from elsewhere",))
    found = refine(skull.volume, given, skull_model, None, quiet)
    assert found.labels == given.labels
    assert found.notes == given.notes
    np.testing.assert_array_equal(found.points[-1], [1.0, 2.0, 3.0])
    assert np.isnan(found.points[4]).all()
    assert found.annotation("strange") == notes["strange"]
    assert found.annotation(labels[4]) == notes[labels[4]]
    assert np.nanmean(distances(found, skull.truth)) < 0.75 * 0.25


def line(points: np.ndarray) -> np.ndarray:
    return points[0] + np.linspace(0, 1, len(points))[:, None] * (points[-1] - points[0])


def all_but_two_missing(points: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(points))[:, None] < 2, points, np.nan)


@pytest.mark.parametrize(("change", "known"), [(all_but_two_missing, 2), (line, None)])
def test_landmarks_that_tell_no_pose_are_refused(
    skull: Skull, skull_model: Model, change: Callable[[Any], Any], known: int | None
) -> None:
    given = LandmarkSet(skull.truth.labels, change(skull.truth.points))
    with pytest.raises(NoPoseError) as refused:
        refine(skull.volume, given, skull_model, None, quiet)
    assert refused.value.known == (len(given) if known is None else known)


def test_landmarks_far_from_the_scan_do_not_move(
    skull: Skull, skull_model: Model, displaced: LandmarkSet
) -> None:
    elsewhere = displaced.moved(np.array([[1, 0, 0, 500.0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    found = refine(skull.volume, elsewhere, skull_model, None, quiet)
    np.testing.assert_array_equal(found.points, elsewhere.points)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_pose_is_that_of_the_landmarks(unseen_skulls: list[Skull], skull_model: Model, seed: int) -> None:
    skull = unseen_skulls[seed]
    moved = turned(60 * seed + 40, skull.volume.centre, (30.0, -10.0, 4.0), seed)
    told = orient(skull.volume.moved(moved), skull_model, quiet)
    wanted = rigid_fit(skull.truth.moved(moved).points, skull_model.shape.mean)
    assert degrees_between(told.specimen_to_template, wanted) < 2
    assert degrees_between(np.eye(4), wanted) > 20
    assert told.verdict == "good"
    centre = skull.truth.moved(moved).points.mean(0)
    assert np.linalg.norm(apply(told.specimen_to_template, centre) - apply(wanted, centre)) < 0.3
