"""Fewer triangles of the same surface."""

import numpy as np
import pytest
from hollow_heads import hollow_head

from craniomark.ground.meshes import Surface, distances_to_surface
from craniomark.ground.meshes.decimate import decimated


@pytest.fixture(scope="module")
def head() -> Surface:
    return hollow_head(spacing=0.8)


def test_a_surface_of_a_fourth_of_the_triangles_lies_where_it_lay(head: Surface) -> None:
    found = decimated(head, len(head.faces) // 4)
    assert 0.2 < len(found.faces) / len(head.faces) <= 0.26
    assert distances_to_surface(found.vertices, head).max() < 0.15
    assert distances_to_surface(head.vertices, found).mean() < 0.03
    assert set(np.unique(found.faces)) == set(range(len(found.vertices)))


def test_taking_triangles_at_random_would_not_do(head: Surface) -> None:
    kept = np.random.default_rng(0).permutation(len(head.faces))[: len(head.faces) // 4]
    assert distances_to_surface(head.vertices, Surface(head.vertices, head.faces[kept])).mean() > 0.05


def test_a_small_surface_stays(head: Surface) -> None:
    assert decimated(head, len(head.faces)) is head


def test_too_few_are_refused(head: Surface) -> None:
    with pytest.raises(ValueError, match="most is 3: give at least 4"):
        decimated(head, 3)
