"""Landmarks placed: on an object whose truth is exact, on real skulls, and against nulls."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from synthetic import Blobs, grid, image_of, similarity, small_turn

from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match
from craniomark.ground.geometry.fits import apply, similarity_fit
from craniomark.ground.geometry.rotations import random_rotations
from craniomark.tasks.landmark.appearance import Appearance
from craniomark.tasks.landmark.place import expected_points, place_landmarks, projected
from craniomark.tasks.landmark.stages import STAGES

POSE = similarity(random_rotations(1, np.random.default_rng(4))[0], 1.05, [12.0, -7.0, 30.0])


def off_by(degrees: float, shift_mm: float, about: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    shift = rng.normal(size=3)
    return similarity(small_turn(degrees, rng), 1.0, shift_mm * shift / np.linalg.norm(shift), about)


def error(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.nanmean(np.linalg.norm(found - truth, axis=1)))


@pytest.fixture(scope="module")
def scan(newcomer: Blobs) -> Image:
    return image_of(newcomer, *grid(7.5, 0.25, POSE[:3, 3]), POSE)


def test_landmarks_are_placed_from_a_rough_pose(scan: Image, newcomer: Blobs, learnt: Any) -> None:
    truth = apply(POSE, newcomer.centres)
    start = off_by(8, 1.0, POSE[:3, 3]) @ POSE
    found = place_landmarks(scan, start, learnt.shape, learnt.appearance, STAGES)
    assert found.match.in_view.all()
    assert error(found.specimen_points, truth) < 0.1
    assert error(apply(POSE, learnt.shape.mean), truth) > 0.15, "the mean shape in the true pose is no answer"
    np.testing.assert_array_equal(found.specimen_points, apply(found.template_to_specimen, found.points))
    best = similarity_fit(learnt.shape.mean, truth)
    np.testing.assert_allclose(found.template_to_specimen, best, atol=0.05)


def test_progress_names_the_stages_in_turn(scan: Image, learnt: Any) -> None:
    told: list[tuple[str, float]] = []
    place_landmarks(
        scan,
        POSE,
        learnt.shape,
        learnt.appearance,
        STAGES[:2],
        lambda name, share: told.append((name, share)),
    )
    assert told == [("rough", 0.0), ("coarse", 0.5)]


def test_a_raising_progress_stops_the_work(scan: Image, learnt: Any) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place_landmarks(scan, POSE, learnt.shape, learnt.appearance, STAGES, stop)


def test_landmarks_beyond_the_scan_are_missing_and_the_others_are_not_disturbed(
    newcomer: Blobs, learnt: Any
) -> None:
    part = image_of(newcomer, *grid((5.0, 6.5, 6.5), 0.25, [1.5, 0, 0]))
    found = place_landmarks(part, off_by(3, 0.3, np.zeros(3)), learnt.shape, learnt.appearance, STAGES)
    cut = newcomer.centres[:, 0] < -3.9
    safe = newcomer.centres[:, 0] > -3.1
    assert cut.any() and safe.any()
    assert np.isnan(found.specimen_points[cut]).all()
    assert np.isfinite(found.specimen_points[safe]).all()
    assert np.isfinite(found.points).all()
    assert error(found.specimen_points[safe], newcomer.centres[safe]) < 0.12


@pytest.mark.parametrize("half", [4.0, 0.6])
def test_a_scan_with_hardly_anything_in_it_gives_missing_landmarks(
    newcomer: Blobs, learnt: Any, half: float
) -> None:
    some = image_of(newcomer, *grid(half, 0.2, newcomer.centres[3]))
    empty = some.scaled(0.0)
    nothing = place_landmarks(empty, np.eye(4), learnt.shape, learnt.appearance, STAGES)
    assert np.isnan(nothing.specimen_points).all()
    np.testing.assert_allclose(nothing.template_to_specimen, np.eye(4))
    np.testing.assert_allclose(nothing.points, learnt.shape.mean, atol=1e-9)
    corner = place_landmarks(some, np.eye(4), learnt.shape, learnt.appearance, STAGES)
    assert np.isfinite(corner.points).all()
    assert np.isnan(corner.specimen_points[:, 0]).any()


def match_of(points: np.ndarray, in_view: np.ndarray) -> Match:
    rest = np.zeros(len(points))
    return Match(points, rest, rest, rest, np.ones(len(points), dtype=bool), in_view)


def test_a_single_wrong_match_is_drawn_back_and_the_pose_is_not(learnt: Any) -> None:
    points = learnt.shape.mean.copy()
    points[4] += [0.0, 1.0, 0.0]
    pose, drawn = projected(POSE, points, match_of(points, np.ones(len(points), dtype=bool)), learnt.shape)
    np.testing.assert_allclose(pose, POSE, atol=1e-3)
    assert 0.1 < np.linalg.norm(drawn[4] - learnt.shape.mean[4]) < 0.5
    np.testing.assert_allclose(np.delete(drawn, 4, 0), np.delete(learnt.shape.mean, 4, 0), atol=0.1)


def test_a_common_motion_of_all_matches_goes_into_the_pose(learnt: Any) -> None:
    motion = off_by(6, 0.7, np.zeros(3))
    points = apply(motion, learnt.shape.mean)
    pose, drawn = projected(POSE, points, match_of(points, np.ones(len(points), dtype=bool)), learnt.shape)
    np.testing.assert_allclose(pose, POSE @ motion, atol=1e-6)
    np.testing.assert_allclose(drawn, learnt.shape.mean, atol=1e-6)


def test_points_out_of_view_come_from_the_shape_model(learnt: Any) -> None:
    in_view = np.ones(len(learnt.shape.mean), dtype=bool)
    in_view[[2, 6]] = False
    points = learnt.shape.mean + 50.0 * ~in_view[:, None]
    found = match_of(points, in_view)
    np.testing.assert_allclose(expected_points(points, found, learnt.shape), learnt.shape.mean, atol=1e-6)
    pose, drawn = projected(POSE, points, found, learnt.shape)
    np.testing.assert_allclose(pose, POSE, atol=1e-9)
    np.testing.assert_allclose(drawn, learnt.shape.mean, atol=1e-6)


@pytest.fixture(scope="module")
def real_start(skulls: list[Any], learnt_skulls: Any) -> tuple[Image, np.ndarray, np.ndarray]:
    """A skull that was left out, a pose 8 degrees and 1 mm off, and the true landmarks."""
    skull, mean = skulls[4], learnt_skulls.shape.mean
    start = off_by(8, 1.0, skull.points.mean(0)) @ similarity_fit(mean, skull.points)
    image = Image.of(skull.volume)
    return image.scaled(bone_gain(image, learnt_skulls.image, start)), start, skull.points


def test_a_skull_left_out_is_landmarked(learnt_skulls: Any, real_start: Any) -> None:
    image, start, truth = real_start
    found = place_landmarks(image, start, learnt_skulls.shape, learnt_skulls.appearance, STAGES)
    assert found.match.in_view.all()
    missed = error(found.specimen_points, truth)
    assert missed < 0.2
    assert missed < 0.25 * error(apply(start, learnt_skulls.shape.mean), truth)


def test_empty_templates_move_nothing(learnt_skulls: Any, real_start: Any) -> None:
    """The null: what places landmarks must be what was learnt of each, not the machinery around it."""
    image, start, _ = real_start
    found = place_landmarks(
        image, start, learnt_skulls.shape, spoilt(learnt_skulls, torch.zeros_like), STAGES
    )
    placed = apply(found.template_to_specimen, found.points)
    np.testing.assert_allclose(placed, apply(start, learnt_skulls.shape.mean), atol=1e-6)


def noisy(patches: torch.Tensor) -> torch.Tensor:
    return torch.randn(patches.shape, generator=torch.Generator().manual_seed(1))


def misplaced(patches: torch.Tensor) -> torch.Tensor:
    return patches[torch.randperm(len(patches), generator=torch.Generator().manual_seed(2))]


@pytest.mark.parametrize("change", [noisy, misplaced])
def test_wrong_templates_are_worse_than_the_mean_shape_even_from_the_true_pose(
    learnt_skulls: Any, real_start: Any, change: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    image, _, truth = real_start
    shape = learnt_skulls.shape
    pose = similarity_fit(shape.mean, truth)
    found = place_landmarks(image, pose, shape, spoilt(learnt_skulls, change), STAGES)
    assert error(apply(found.template_to_specimen, found.points), truth) > error(
        apply(pose, shape.mean), truth
    )


def spoilt(learnt: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Appearance:
    return Appearance({name: change(patches) for name, patches in learnt.appearance.templates.items()})
