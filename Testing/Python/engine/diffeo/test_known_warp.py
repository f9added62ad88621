"""Registration finds a known warp, and nothing where there is nothing to find."""

import numpy as np
import pytest
import torch
from synthetic import asymmetric, grid, image_of, tensor

from craniomark.engine.diffeo.climb import Climbing, Level
from craniomark.engine.diffeo.register import Recipe, flow_between
from craniomark.engine.image import Image
from craniomark.engine.maps import Velocity

HALF = (6.0, 5.0, 4.5)


def warp(points: np.ndarray) -> np.ndarray:
    """A smooth map that moves points by up to 0.8 mm."""
    x, y, z = np.moveaxis(points, -1, 0)
    shift = np.stack([np.sin(0.5 * y + 0.4), np.cos(0.4 * x - 0.3 * z), np.sin(0.45 * x + 0.3 * y)], -1)
    return points + 0.46 * shift


def unwarp(points: np.ndarray) -> np.ndarray:
    found = points.copy()
    for _ in range(40):
        found = found + points - warp(found)
    return found


BLOBS = asymmetric((4.5, 3.5, 3.0), 60, 0.5)


def shells(points: np.ndarray) -> np.ndarray:
    """Bright walls, as of bone, where the blobs pass one half."""
    return np.exp(-((BLOBS(points) - 0.5) ** 2) / (2 * 0.15**2))


def inside_points(seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(-1, 1, (2000, 3)) * np.array(HALF)
    return points[BLOBS(points) > 0.4]


@pytest.fixture(scope="module")
def fixed() -> Image:
    return image_of(shells, *grid(HALF, 0.3))


@pytest.fixture(scope="module")
def moving() -> Image:
    """What the fixed image looks like after the warp: ``moving(warp(x)) = fixed(x)``."""
    return image_of(lambda points: shells(unwarp(points)), *grid(HALF, 0.3))


@pytest.fixture(scope="module")
def found(fixed: Image, moving: Image) -> Velocity:
    return flow_between(fixed, moving)


def test_a_known_warp_is_found(found: Velocity) -> None:
    points = inside_points(1)
    missed = np.linalg.norm(found(tensor(points)).numpy() - warp(points), axis=1)
    without = np.linalg.norm(points - warp(points), axis=1)
    assert without.mean() > 0.5
    assert missed.mean() < 0.25 * without.mean()


def test_the_images_look_more_alike_through_the_map(found: Velocity, fixed: Image, moving: Image) -> None:
    points = tensor(np.random.default_rng(2).uniform(-0.85, 0.85, (3000, 3)) * np.array(HALF))
    before = (moving.at(points) - fixed.at(points)).square().mean()
    after = (moving.at(found(points)) - fixed.at(points)).square().mean()
    assert after < 0.1 * before


def test_identical_images_are_left_alone_within_a_fraction_of_a_voxel(fixed: Image) -> None:
    same = flow_between(fixed, fixed)
    points = inside_points(3)
    assert np.linalg.norm(same(tensor(points)).numpy() - points, axis=1).mean() < 0.06


def test_empty_images_are_left_alone() -> None:
    empty = Image(torch.zeros(20, 20, 20), np.diag([0.6, 0.6, 0.6, 1.0]))
    assert float(flow_between(empty, empty).vectors.abs().max()) == 0


def test_the_penalty_reduces_roughness(fixed: Image, moving: Image) -> None:
    level = (Level(0.6, 1.6, 15, 0.06),)
    recipes = [Recipe(level, Climbing(weight), blocks=None) for weight in (0.0, 20.0)]
    found = [flow_between(fixed, moving, recipe).vectors for recipe in recipes]
    rough, smooth = (float(vectors.diff(dim=1).square().mean()) for vectors in found)
    assert 0 < smooth < 0.25 * rough
