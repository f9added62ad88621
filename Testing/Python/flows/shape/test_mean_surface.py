"""The mean surface is nobody's: what one specimen alone has is in it by its share."""

import numpy as np
import pytest
from ellipsoids import image_of, sphere

from craniomark.flows.shape.mean_surface import FAR_MM, mean_surface, wall_offsets
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.meshes.walls import Walls

RADIUS = 8.0
BUMP = 0.4
"""Mm, on the template alone, between the particles."""


def ball() -> Surface:
    return isosurface(image_of(np.full(3, RADIUS)), 50.0)


def bumpy() -> Surface:
    """The ball with a bump near one pole."""
    plain = ball()
    up = plain.vertices / np.linalg.norm(plain.vertices, axis=1, keepdims=True)
    away = np.arccos(np.clip(up @ np.array([0, 0, 1.0]), -1, 1))
    return Surface(plain.vertices + BUMP * np.exp(-((away / 0.12) ** 2))[:, None] * up, plain.faces)


def height(surface: Surface) -> float:
    """Of the pole above the sphere."""
    return float(np.linalg.norm(surface.vertices, axis=1).max() - RADIUS)


def test_a_bump_of_the_template_alone_is_a_fourth_in_the_mean_of_four() -> None:
    template, points = bumpy(), sphere() * RADIUS
    plain = Walls.of(ball())
    offsets = [wall_offsets(template, points, points, plain) for _ in range(3)]
    offsets.append(wall_offsets(template, points, points, Walls.of(template)))
    found = mean_surface(template, points, points, offsets)
    assert height(template) == pytest.approx(BUMP, abs=0.05)
    assert height(found) == pytest.approx(BUMP / 4, abs=0.06)


def test_walls_that_are_far_off_do_not_draw() -> None:
    points = sphere() * RADIUS
    larger = Walls.of(Surface(ball().vertices * (1 + 1.5 * FAR_MM / RADIUS), ball().faces))
    assert not wall_offsets(ball(), points, points, larger).any()


def test_offsets_turn_with_the_mean() -> None:
    template, points = ball(), sphere() * RADIUS
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    offsets = np.zeros_like(template.vertices, dtype=np.float32)
    offsets[:, 0] = 0.3
    found = mean_surface(template, points, points @ turn.T, [offsets])
    moved = template.vertices + np.array([0.3, 0, 0])
    np.testing.assert_allclose(found.vertices, moved @ turn.T, atol=1e-3)
