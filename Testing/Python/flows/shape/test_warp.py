import numpy as np
import pytest
from ellipsoids import image_of, sphere

from craniomark.flows.shape.warp import even_rows, spline, warped_image, warped_surface
from craniomark.ground.meshes.isosurface import isosurface

OLD, NEW = np.array([5.0, 6.5, 8.0]), np.array([5.5, 6.0, 8.5])


def test_a_warped_image_shows_the_new_shape():
    warped = warped_image(image_of(OLD), sphere() * OLD, sphere() * NEW)
    true, before = image_of(NEW).array, image_of(OLD).array
    assert np.abs(warped.array - true).mean() < 0.15 * np.abs(before - true).mean()


def test_a_warped_surface_has_the_new_shape():
    surface = warped_surface(isosurface(image_of(OLD), 50.0), sphere() * OLD, sphere() * NEW)
    depth = np.linalg.norm(surface.vertices / NEW, axis=1)
    assert depth.mean() == pytest.approx(1, abs=0.01) and depth.std() < 0.01


def test_an_even_choice_has_no_two_alike():
    rows = even_rows(sphere(200), 40)
    points = sphere(200)[rows]
    gaps = np.linalg.norm(points[:, None] - points, axis=-1) + 9 * np.eye(40)
    assert len(set(rows)) == 40 and gaps.min() > 0.3


def test_particles_that_have_met_are_one():
    points = sphere(40)
    met = points.copy()
    met[7] = met[3]
    assert np.allclose(spline(met, met * 2)(points), points * 2, atol=1e-6)
