import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.components import face_components, largest_component

VERTICES = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [5, 5, 5], [6, 5, 5], [5, 6, 5]], dtype=float
)
FACES = np.array([[0, 1, 2], [1, 3, 2], [4, 5, 6]])


def test_the_largest_piece_is_kept_with_its_scalars():
    surface = Surface(VERTICES, FACES, {"size": np.arange(7.0)})
    kept = largest_component(surface, "a.ply")
    assert len(kept.faces) == 2 and kept.scalars["size"].tolist() == [0, 1, 2, 3]
    assert "1 smaller" in kept.notes[-1]


def test_triangles_that_share_a_vertex_are_of_one_piece():
    assert face_components(Surface(VERTICES, FACES)).tolist() == [0, 0, 1]


def test_a_mesh_without_triangles_is_refused():
    with pytest.raises(InputError, match=r"a\.ply: faces is none"):
        largest_component(Surface(VERTICES, np.empty((0, 3), dtype=int)), "a.ply")
