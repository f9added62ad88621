"""Inverses undo their maps."""

import numpy as np
import torch
from hypothesis import given
from lattices import field, flow, places_in
from synthetic import oblique, seeds, tensor

from craniomark.engine.maps import Composition, Inverse, Linear, inverse_at, inverted


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


@given(seeds)
def test_a_composition_is_undone_part_by_part(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f, g = field(rng, 0.2), Linear(oblique(rng))
    points = tensor(places_in(f, rng))
    both = Composition(g, f)
    torch.testing.assert_close(inverted(both)(both(points)), points, atol=2e-3, rtol=1e-3)


@given(seeds)
def test_a_velocity_is_undone_by_flowing_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f = flow(rng, 1.0)
    points = torch.from_numpy(places_in(f, rng))
    step = np.linalg.norm(f.matrix[:3, :3], axis=0).min()
    moved = (f(points) - points).norm(dim=-1).max()
    left = (inverted(f)(f(points)) - points).norm(dim=-1).max()
    assert left < 0.1 * step
    assert moved > 5 * left


def test_the_inverse_of_an_inverse_is_the_map() -> None:
    f = field(np.random.default_rng(5), 0.2)
    assert isinstance(inverted(f), Inverse)
    assert inverted(inverted(f)) is f
