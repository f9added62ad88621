import numpy as np
import pytest

from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.walls import Walls
from craniomark.tasks.shape.particles import evenness, neighbours, relaxed, spread


def ball(radius: float = 5.0, count: int = 24) -> Surface:
    """A sphere of rings and meridians, LPS mm."""
    polar, round_ = np.meshgrid(np.linspace(0.02, np.pi - 0.02, count), np.linspace(0, 2 * np.pi, 2 * count))
    points = np.stack([np.sin(polar) * np.cos(round_), np.sin(polar) * np.sin(round_), np.cos(polar)], -1)
    index = np.arange(2 * count * count).reshape(2 * count, count)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    return Surface(radius * points.reshape(-1, 3), faces)


@pytest.fixture(scope="module")
def walls() -> Walls:
    return Walls.of(ball(), 20_000)


def test_particles_are_far_more_even_than_random_ones(walls):
    points, directions = spread(walls, 256)
    rows = np.random.default_rng(0).choice(len(walls.points), 256, replace=False)
    thrown = evenness(walls.points[rows], walls.normals[walls.triangles[rows]])
    assert len(points) == 256 and evenness(points, directions) < 0.2 < 0.4 < thrown


def test_particles_follow_from_the_seed(walls):
    assert np.array_equal(spread(walls, 64, 3)[0], spread(walls, 64, 3)[0])


def test_relaxation_brings_back_what_slid_along_the_surface(walls):
    points, directions = spread(walls, 256)
    around = neighbours(points, directions)
    rng = np.random.default_rng(1)
    slid, looks = walls.nearest(points + rng.normal(0, 0.25, points.shape), directions)
    back, _ = relaxed(slid, looks, points, around, walls, 8)
    before, after = (np.linalg.norm(one - points, axis=1).mean() for one in (slid, back))
    assert after < 0.75 * before
    assert np.abs(np.linalg.norm(back, axis=1) - 5).max() < 0.1


def test_relaxation_leaves_a_similar_arrangement_as_it_is(walls):
    points, directions = spread(walls, 256)
    around = neighbours(points, directions)
    same, _ = relaxed(points, directions, points, around, walls, 5)
    assert np.linalg.norm(same - points, axis=1).mean() < 0.03
