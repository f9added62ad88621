"""The rotation search on an object known exactly, and the choice of poses that differ."""

import numpy as np
import pytest
import torch
from synthetic import Blobs, asymmetric, grid, image_of, similarity, small_turn, tensor

from craniomark.engine.image import Image
from craniomark.engine.optimise import Poses
from craniomark.ground.geometry.rotations import rotation_angle_degrees, rotation_grid
from craniomark.tasks.orient.search import GRID, SearchGrid, distinct, search_grid, search_rotations

RADIUS = 11.0
TURNS = rotation_grid(48)
TURN = 17


@pytest.fixture(scope="module")
def thing() -> Blobs:
    return asymmetric((9, 5, 4), 30, 1.2)


@pytest.fixture(scope="module")
def template(thing: Blobs) -> Image:
    return image_of(thing, *grid((12, 8, 7), 0.8))


def specimen(thing: Blobs, pose: np.ndarray, half: float = 13.0) -> Image:
    return image_of(thing, *grid(half, 0.8, pose[:3, 3]), pose)


def searched(cube: SearchGrid, template: Image) -> Poses:
    return search_rotations(cube, template, np.zeros(3), RADIUS, TURNS)


def test_a_rotation_of_the_grid_is_found_with_its_place(thing: Blobs, template: Image) -> None:
    pose = similarity(TURNS[TURN], shift=[31.0, -14.0, 5.5])
    found = searched(search_grid(specimen(thing, pose), 1.0), template)
    assert found.score.shape == (len(TURNS),)
    assert int(found.score.argmax()) == TURN
    assert 0.85 < float(found.score[TURN]) < 1.0001
    assert np.abs(found.offset[TURN].numpy() - pose[:3, 3]).max() <= 0.55
    others = np.delete(found.score.numpy(), TURN)
    assert others.max() < float(found.score[TURN]) - 0.1


def test_the_answer_is_the_same_for_any_gain_offset_and_padding(thing: Blobs, template: Image) -> None:
    pose = similarity(TURNS[TURN], shift=[3.0, 4.0, 5.0])
    plain = specimen(thing, pose)
    padded = torch.nn.functional.pad(plain.voxels, (3, 20, 12, 0, 7, 9))
    matrix = plain.matrix.copy()
    matrix[:3, 3] -= matrix[:3, :3] @ [7, 12, 3]
    for other in (Image(60 * plain.voxels + 20, plain.matrix), Image(padded, matrix)):
        found = searched(search_grid(other, 1.0), template)
        assert int(found.score.argmax()) == TURN
        assert float(found.score[TURN]) > 0.85
        assert np.abs(found.offset[TURN].numpy() - pose[:3, 3]).max() <= 0.8


def test_the_grid_is_cubic_about_the_bright_part(thing: Blobs) -> None:
    pose = similarity(np.eye(3), shift=[40.0, 0, -30.0])
    found = search_grid(specimen(thing, pose), 1.0)
    assert found.image.shape == (GRID, GRID, GRID)
    np.testing.assert_allclose(found.image.matrix[:3, :3], np.eye(3))
    middle = found.image.matrix[:3, 3] + (GRID - 1) / 2
    assert np.linalg.norm(middle - pose[:3, 3]) < 3


def test_what_is_correlated_has_mean_zero_and_energy_one(thing: Blobs) -> None:
    spectrum = search_grid(specimen(thing, np.eye(4)), 1.0).spectrum
    np.testing.assert_allclose(float(spectrum[0, 0, 0].abs()), 0, atol=1e-3)
    energy = torch.fft.irfftn(spectrum, s=(GRID,) * 3).square().sum()
    np.testing.assert_allclose(float(energy), 1, rtol=1e-3)


def test_scores_are_at_most_one_and_those_of_noise_are_low(template: Image) -> None:
    noise = Image(tensor(np.random.default_rng(1).uniform(0, 1, (30, 30, 30))), np.eye(4))
    score = searched(search_grid(noise, 1.0), template).score
    assert float(score.max()) < 0.3


def test_an_empty_scan_scores_nothing(template: Image) -> None:
    score = searched(search_grid(Image(torch.zeros(25, 30, 20), np.eye(4)), 1.0), template).score
    np.testing.assert_allclose(score, 0, atol=1e-5)


def poses(angles: list[float], scores: list[float], scale: float = 1.0) -> Poses:
    """Turns about one axis."""
    turns = np.array([small_turn(angle, np.random.default_rng(3)) for angle in angles])
    return Poses(tensor(scale * turns), tensor(np.arange(3 * len(angles)).reshape(-1, 3)), tensor(scores))


@pytest.mark.parametrize("scale", [1.0, 0.8])
def test_distinct_poses_differ_from_every_better_one(scale: float) -> None:
    some = poses([0, 10, 40, 55, 90, 95], [0.5, 0.9, 0.7, 0.8, 0.1, 0.2], scale)
    kept = distinct(some, 10, 20.0)
    np.testing.assert_allclose(kept.score, [0.9, 0.8, 0.2])
    np.testing.assert_array_equal(kept.offset[:, 0], [3, 9, 15])
    angles = rotation_angle_degrees(kept.linear.numpy()[:, None] / scale, kept.linear.numpy()[None] / scale)
    assert angles[~np.eye(3, dtype=bool)].min() >= 20


def test_no_more_distinct_poses_than_asked_for() -> None:
    kept = distinct(poses([0, 60, 120], [0.1, 0.3, 0.2]), 2, 20.0)
    np.testing.assert_allclose(kept.score, [0.3, 0.2])
