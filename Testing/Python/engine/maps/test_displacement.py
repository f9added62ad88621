"""Displacements keep their equation; SimpleITK's displacement field is the oracle."""

import numpy as np
import pytest
import torch
from hypothesis import given
from lattices import SHAPE, field, places_in
from synthetic import oblique, seeds, tensor

from craniomark.engine.maps import Displacement, Linear, lattice_points, on_lattice
from craniomark.ground.geometry.fits import apply


@given(seeds)
def test_a_displacement_is_that_of_simpleitk(seed: int) -> None:
    sitk = pytest.importorskip("SimpleITK")
    rng = np.random.default_rng(seed)
    f = field(rng, 1.5)
    vectors = f.vectors.numpy().astype(np.float64).transpose(3, 2, 1, 0).copy()
    image = sitk.GetImageFromArray(vectors, isVector=True)
    spacing = np.linalg.norm(f.matrix[:3, :3], axis=0)
    image.SetOrigin(f.matrix[:3, 3].tolist())
    image.SetSpacing(spacing.tolist())
    image.SetDirection((f.matrix[:3, :3] / spacing).ravel().tolist())
    transform = sitk.DisplacementFieldTransform(image)
    points = places_in(f, rng)
    expected = [transform.TransformPoint(point.tolist()) for point in points]
    np.testing.assert_allclose(f(tensor(points)).numpy(), expected, atol=3e-4)


def test_lattice_points_move_by_their_vectors() -> None:
    f = field(np.random.default_rng(1), 0.5)
    index = np.array([[0, 0, 0], [2, 3, 4], [5, 4, 6]])
    points = apply(f.matrix, index)
    expected = points + f.vectors.numpy()[:, index[:, 0], index[:, 1], index[:, 2]].T
    np.testing.assert_allclose(f(tensor(points)).numpy(), expected, atol=1e-4)


def test_points_far_outside_the_lattice_stay() -> None:
    f = field(np.random.default_rng(2), 0.5)
    outside = tensor(apply(f.matrix, [[-1.1, 2, 2], [2, 5.2, 2], [2, 2, 40]]))
    torch.testing.assert_close(f(outside), outside)


def test_points_of_double_precision_stay_so() -> None:
    f = field(np.random.default_rng(3), 0.5)
    points = torch.from_numpy(places_in(f, np.random.default_rng(4)))
    assert f(points).dtype == torch.float64
    torch.testing.assert_close(f(points).float(), f(points.float()), atol=1e-4, rtol=0)


@given(seeds)
def test_any_map_is_exact_at_the_points_of_a_lattice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f, matrix = Linear(oblique(rng)), oblique(rng)
    like = torch.zeros(1, dtype=torch.float64)
    points = lattice_points(SHAPE, matrix, like)
    assert points.shape == (*SHAPE, 3)
    torch.testing.assert_close(points[1, 2, 3], torch.from_numpy(apply(matrix, [1, 2, 3])))
    inner = points[1:-1, 1:-1, 1:-1]  # at the border rounding decides whether a point is outside
    torch.testing.assert_close(on_lattice(f, SHAPE, matrix, like)(inner), f(inner))


def test_a_linear_map_is_exact_between_the_points_too() -> None:
    rng = np.random.default_rng(5)
    f = on_lattice(Linear(oblique(rng)), SHAPE, oblique(rng))
    points = tensor(places_in(f, rng))
    expected = Linear(oblique(np.random.default_rng(5)))(points)
    torch.testing.assert_close(f(points), expected, atol=1e-4, rtol=1e-4)


def test_displacements_of_two_dimensions() -> None:
    vectors = tensor([[[0.0, 1.0], [2.0, 3.0]], [[0.5, 0.5], [0.5, 0.5]]])
    f = Displacement(vectors, np.diag([2.0, 4.0, 1.0]))
    torch.testing.assert_close(f(tensor([[1.0, 2.0], [1.0, 4.0]])), tensor([[2.5, 2.5], [3.0, 4.5]]))
