"""Compositions apply the inner map first."""

import numpy as np
import pytest
import torch
from hypothesis import given
from lattices import field, places_in
from synthetic import oblique, seeds, tensor

from craniomark.engine.maps import Composition, Linear, chain


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


def test_a_chain_joins_linear_neighbours_and_keeps_the_order() -> None:
    rng = np.random.default_rng(1)
    f, a, b, c = field(rng, 0.5), Linear(oblique(rng)), Linear(oblique(rng)), Linear(oblique(rng))
    long = chain(c, f, Composition(a, b))
    points = tensor(rng.uniform(-5, 5, (9, 3)))
    torch.testing.assert_close(long(points), c(f(a(b(points)))), atol=1e-3, rtol=1e-4)
    assert isinstance(long, Composition)
    assert isinstance(long.inner, Linear)
    assert isinstance(chain(a, b, c), Linear)
    np.testing.assert_allclose(chain(a, b, c).matrix, a.matrix @ b.matrix @ c.matrix)


def test_an_empty_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one map"):
        chain()
