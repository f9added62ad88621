"""What is left out of a mesh, and what is said of it."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.raw import RawMesh, cleaned

SQUARE = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0], [5, 5, 5]], dtype=float)


def _clean(vertices: np.ndarray, polygons: list[list[int]], **scalars: np.ndarray) -> Surface:
    sizes = np.array([len(polygon) for polygon in polygons], dtype=np.int64)
    corners = np.array([number for polygon in polygons for number in polygon], dtype=np.int64)
    return cleaned(RawMesh(vertices, sizes, corners, scalars), Path("x.ply"), "LPS", known=True)


def _area(surface: Surface) -> float:
    a, b, c = surface.vertices[surface.faces].transpose(1, 0, 2)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_polygons_become_triangles_of_the_same_area() -> None:
    found = _clean(SQUARE, [[0, 1, 2, 3], [0, 1, 4]])
    assert found.faces.shape == (3, 3)
    assert _area(found) == pytest.approx(4 + np.linalg.norm(np.cross([2, 0, 0], [5, 5, 5])) / 2)


def test_a_polygon_with_a_dent_keeps_its_area() -> None:
    dented = np.array([[0, 0, 0], [4, 0, 0], [1, 1, 0], [0, 4, 0]], dtype=float)
    assert _area(_clean(dented, [[0, 1, 2, 3]])) == pytest.approx(4)


def test_unused_vertices_go_with_their_scalars() -> None:
    found = _clean(SQUARE, [[1, 2, 3]], depth=np.arange(5.0))
    np.testing.assert_array_equal(found.vertices, SQUARE[1:4])
    np.testing.assert_array_equal(found.scalars["depth"], [1, 2, 3])
    assert found.notes == ("2 vertices that no face uses were left out.",)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vertices_without_position_go_with_their_faces(bad: float) -> None:
    vertices = SQUARE.copy()
    vertices[4, 1] = bad
    found = _clean(vertices, [[0, 1, 4], [0, 1, 2], [0, 2, 3, 4], [0, 2, 3]])
    assert len(found.faces) == 2
    assert found.notes == ("1 vertex without a finite position and 2 faces on them were left out.",)


def test_faces_with_a_doubled_corner_are_left_out() -> None:
    found = _clean(SQUARE, [[0, 1, 2], [0, 1, 1], [2, 3, 2]])
    np.testing.assert_array_equal(found.faces, [[0, 1, 2]])
    assert "2 faces with a doubled corner" in found.notes[0]


@pytest.mark.parametrize("wrong", [-1, 5])
def test_number_of_no_vertex_is_refused(wrong: int) -> None:
    with pytest.raises(InputError, match=f"vertex number of a face is {wrong}"):
        _clean(SQUARE, [[0, 1, wrong]])


@pytest.mark.parametrize("polygons", [[], [[0, 1]], [[0, 0, 1]]])
def test_mesh_without_triangles_is_refused(polygons: list[list[int]]) -> None:
    with pytest.raises(InputError, match="faces is none"):
        _clean(SQUARE, polygons)
