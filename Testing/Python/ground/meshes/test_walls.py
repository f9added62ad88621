import numpy as np
from hollow_heads import hollow_head

from craniomark.ground.meshes import nearest_on_surface
from craniomark.ground.meshes.walls import Walls, nearest_on_triangles


def test_nearest_places_are_those_of_the_exact_search():
    head = hollow_head()
    points = np.random.default_rng(0).normal(0, 6, (200, 3))
    found = Walls.of(head).nearest(points)[0]
    exact = np.linalg.norm(nearest_on_surface(points, head) - points, axis=1)
    assert np.abs(np.linalg.norm(found - points, axis=1) - exact).max() < 0.02


def test_walls_that_look_elsewhere_are_passed_over():
    head = hollow_head()
    # Just within the inner wall, asked for what looks outwards.
    inside = np.array([[6.9, 0.0, 0.0]])
    walls = Walls.of(head, 4000)
    plain, _ = walls.nearest(inside)
    outward, looks = walls.nearest(inside, np.array([[1.0, 0.0, 0.0]]))
    assert plain[0, 0] < 7.1 and outward[0, 0] > 7.9 and looks[0, 0] > 0.9


def test_samples_follow_from_the_seed():
    head = hollow_head(spacing=0.8)
    one, same, other = (Walls.of(head, 500, seed).points for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_the_nearest_place_of_a_triangle_is_foot_edge_or_corner():
    corners = np.array([[[0.0, 0, 0], [2, 0, 0], [0, 2, 0]]] * 3)
    points = np.array([[0.5, 0.5, 3.0], [1.0, -2.0, 0.0], [5.0, -1.0, 0.0]])
    assert np.allclose(nearest_on_triangles(points, corners), [[0.5, 0.5, 0], [1, 0, 0], [2, 0, 0]])
