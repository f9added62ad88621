"""Maps keep their equations; SimpleITK's displacement field is the oracle."""

import numpy as np
import pytest
import torch
from hypothesis import given
from synthetic import oblique, seeds, tensor

from craniomark.engine.maps import Composition, Displacement, Linear, inverse_at
from craniomark.ground.geometry.fits import apply

SHAPE = (6, 5, 7)


def field(rng: np.random.Generator, size: float) -> Displacement:
    """Random vectors of at most `size` lattice steps at the points of an oblique lattice."""
    matrix = oblique(rng)
    step = np.linalg.norm(matrix[:3, :3], axis=0).min()
    return Displacement(tensor(rng.uniform(-1, 1, (3, *SHAPE)) * size * step / np.sqrt(3)), matrix)


def places_in(f: Displacement, rng: np.random.Generator) -> np.ndarray:
    return apply(f.matrix, rng.uniform(0.02, 0.98, (25, 3)) * (np.array(SHAPE) - 1))


@given(seeds)
def test_a_linear_map_is_its_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, points = oblique(rng), rng.uniform(-10, 10, (4, 5, 3))
    np.testing.assert_allclose(Linear(matrix)(tensor(points)).numpy(), apply(matrix, points), atol=1e-4)


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


@given(seeds)
def test_a_composition_applies_the_inner_map_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f, g = field(rng, 0.5), Linear(oblique(rng))
    points = tensor(places_in(f, rng))
    torch.testing.assert_close(Composition(g, f)(points), g(f(points)))
    torch.testing.assert_close(Composition(f, g)(points), f(g(points)))


@given(seeds)
def test_linear_maps_compose_as_matrices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, points = oblique(rng), oblique(rng), tensor(rng.uniform(-5, 5, (9, 3)))
    both = Composition(Linear(a), Linear(b))(points)
    torch.testing.assert_close(both, Linear(a @ b)(points), atol=1e-3, rtol=1e-4)


@given(seeds)
def test_the_inverse_undoes_a_smooth_displacement(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f = field(rng, 0.2)
    points = tensor(places_in(f, rng))
    torch.testing.assert_close(f(inverse_at(f, points)), points, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(inverse_at(f, f(points)), points, atol=1e-4, rtol=1e-4)


def test_the_inverse_leaves_its_argument_alone() -> None:
    f = field(np.random.default_rng(3), 0.2)
    points = tensor(places_in(f, np.random.default_rng(4)))
    before = points.clone()
    inverse_at(f, points)
    assert torch.equal(points, before)
