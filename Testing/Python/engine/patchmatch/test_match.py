"""Patches are found again after a known motion, and nothing is claimed where nothing can be seen."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from synthetic import Blobs, grid, image_of, similarity, small_turn, tensor

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match, Stage, match, patches
from craniomark.ground.geometry.fits import apply
from craniomark.ground.geometry.rotations import random_rotations

STAGE = Stage("test", 0.25, 13, 0.75, (0.7,), 0.0, 25.0, 3.0)
LANDMARKS = np.array([[0.3, 0.4, -0.2], [1.9, -0.8, 0.6], [-2.1, 1.0, 0.5], [-0.9, -1.7, -1.2]])
SHIFT = np.array([0.13, -0.29, 0.21])


@pytest.fixture(scope="module")
def templates(image: Image) -> torch.Tensor:
    return patches(image, LANDMARKS, STAGE.size, STAGE.spacing)[:, None]


def shifted(thing: Blobs, shift: np.ndarray = SHIFT) -> Image:
    return image_of(thing, *grid(5.5, 0.25), similarity(np.eye(3), shift=shift))


def alone(found: Match, row: int) -> dict[str, np.ndarray]:
    return {name: getattr(found, name)[row] for name in Match.__dataclass_fields__}


def test_a_known_shift_is_found_to_a_fraction_of_the_spacing(thing: Blobs, templates: torch.Tensor) -> None:
    found = match(shifted(thing), np.eye(4), LANDMARKS, templates, STAGE)
    assert found.moved.all() and found.in_view.all()
    missed = np.linalg.norm(found.points - LANDMARKS - SHIFT, axis=1)
    np.testing.assert_array_less(missed, 0.25 * STAGE.spacing)
    np.testing.assert_array_less(0.9, found.score)


def test_a_pose_is_followed(thing: Blobs, templates: torch.Tensor) -> None:
    rng = np.random.default_rng(1)
    pose = similarity(random_rotations(1, rng)[0], 1.2, [3.0, 8.0, -4.0])
    specimen = image_of(thing, *grid(6.5, 0.25, pose[:3, 3]), pose @ similarity(np.eye(3), shift=SHIFT))
    found = match(specimen, pose, LANDMARKS, templates, STAGE)
    np.testing.assert_allclose(found.points, LANDMARKS + SHIFT, atol=0.05)
    np.testing.assert_allclose(apply(pose, found.points), apply(pose, LANDMARKS + SHIFT), atol=0.06)


def test_landmarks_at_their_optimum_stay(image: Image, templates: torch.Tensor) -> None:
    found = match(image, np.eye(4), LANDMARKS, templates, STAGE)
    assert found.in_view.all()
    assert not found.moved.any()
    np.testing.assert_array_equal(found.points, LANDMARKS)
    np.testing.assert_allclose(found.score, 1, atol=0.02)


def test_an_image_that_holds_nothing_moves_nothing_and_is_not_in_view(templates: torch.Tensor) -> None:
    shape, matrix = grid(5.5, 0.25)
    noise = 0.005 * np.random.default_rng(2).normal(size=shape)
    for voxels in (np.zeros(shape), np.full(shape, 3.0), noise):
        found = match(Image(tensor(voxels), matrix), np.eye(4), LANDMARKS, templates, STAGE)
        assert not found.moved.any()
        assert not found.in_view.any()
        np.testing.assert_array_equal(found.points, LANDMARKS)
        assert all(np.isfinite(getattr(found, name)).all() for name in ("score", "spread", "disagreement"))


def test_a_landmark_outside_the_scan_is_not_in_view_and_stays(thing: Blobs, templates: torch.Tensor) -> None:
    part = image_of(thing, *grid((1.5, 5.5, 5.5), 0.25, [-2.8, 0, 0]), similarity(np.eye(3), shift=SHIFT))
    found = match(part, np.eye(4), LANDMARKS, templates, STAGE)
    np.testing.assert_array_equal(found.in_view, [False, False, True, False])
    np.testing.assert_array_equal(found.points[~found.in_view], LANDMARKS[~found.in_view])
    np.testing.assert_allclose(found.points[2], LANDMARKS[2] + SHIFT, atol=0.15)


def test_templates_without_content_move_nothing(image: Image, templates: torch.Tensor) -> None:
    found = match(image, np.eye(4), LANDMARKS + 0.2, torch.zeros_like(templates), STAGE)
    assert not found.moved.any()
    np.testing.assert_array_equal(found.points, LANDMARKS + 0.2)


def test_landmarks_are_matched_alone_as_in_company(thing: Blobs, templates: torch.Tensor) -> None:
    specimen = shifted(thing)
    together = match(specimen, np.eye(4), LANDMARKS, templates, STAGE)
    for row in range(len(LANDMARKS)):
        one = slice(row, row + 1)
        single = match(specimen, np.eye(4), LANDMARKS[one], templates[one], STAGE)
        for name, value in alone(single, 0).items():
            np.testing.assert_allclose(value, alone(together, row)[name], atol=1e-3, err_msg=name)


def test_atlases_together_give_the_mean_of_each_alone(thing: Blobs) -> None:
    specimen = shifted(thing, np.array([0.3, 0.3, 0.3]))
    sources = [
        image_of(thing, *grid(5.5, 0.25), similarity(small_turn(8, np.random.default_rng(n)))) for n in (5, 6)
    ]
    atlases = [patches(source, LANDMARKS, STAGE.size, STAGE.spacing)[:, None] for source in sources]
    both = match(specimen, np.eye(4), LANDMARKS, torch.cat(atlases, 1), STAGE)
    singles = [match(specimen, np.eye(4), LANDMARKS, atlas, STAGE) for atlas in atlases]
    assert all(single.moved.all() for single in singles) and both.moved.all()
    places = np.array([single.points for single in singles])
    np.testing.assert_allclose(both.points, places.mean(0), atol=1e-4)
    np.testing.assert_allclose(both.spread, np.mean([single.spread for single in singles], 0), atol=1e-4)
    np.testing.assert_allclose(
        both.disagreement, np.linalg.norm(places[0] - places[1], axis=1) / 2, atol=1e-4
    )


def test_windows_are_opinions_like_atlases(thing: Blobs, templates: torch.Tensor) -> None:
    specimen, two = shifted(thing), replace(STAGE, sigmas=(0.4, 0.9))
    both = match(specimen, np.eye(4), LANDMARKS, templates, two)
    each = [match(specimen, np.eye(4), LANDMARKS, templates, replace(STAGE, sigmas=(s,))) for s in two.sigmas]
    np.testing.assert_allclose(both.points, np.mean([one.points for one in each], 0), atol=1e-4)


def test_one_opinion_or_equal_ones_do_not_disagree(thing: Blobs, templates: torch.Tensor) -> None:
    for some in (templates, templates.repeat(1, 3, 1, 1, 1)):
        found = match(shifted(thing), np.eye(4), LANDMARKS, some, STAGE)
        np.testing.assert_allclose(found.disagreement, 0, atol=1e-4)


def test_opinions_from_either_side_disagree_by_their_distance(image: Image) -> None:
    apart = np.array([0.25, 0, 0])
    sides = [patches(image, LANDMARKS + s * apart, STAGE.size, STAGE.spacing)[:, None] for s in (-1, 1)]
    found = match(image, np.eye(4), LANDMARKS, torch.cat(sides, 1), STAGE)
    np.testing.assert_allclose(found.disagreement, 0.25, atol=0.04)
    np.testing.assert_allclose(found.points, LANDMARKS, atol=0.04)


def test_a_mirrored_pose_is_followed_too(thing: Blobs, templates: torch.Tensor) -> None:
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    specimen = image_of(thing, *grid(5.5, 0.25), mirror @ similarity(np.eye(3), shift=SHIFT))
    found = match(specimen, mirror, LANDMARKS, templates, STAGE)
    np.testing.assert_allclose(found.points, LANDMARKS + SHIFT, atol=0.05)
