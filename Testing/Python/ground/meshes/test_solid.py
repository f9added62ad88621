"""Surfaces filled with voxels."""

from functools import cache

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, nearest_on_surface, solid_of
from craniomark.ground.meshes.solid import BRIGHTEST, SPACING_MM, open_length


@cache
def ball(radius: float) -> Surface:
    """A ball of triangles about the origin."""
    sources = pytest.importorskip("vtkmodules.vtkFiltersSources")
    from vtkmodules.util.numpy_support import vtk_to_numpy

    source = sources.vtkSphereSource()
    source.SetRadius(radius)
    source.SetThetaResolution(64)
    source.SetPhiResolution(64)
    source.Update()
    output = source.GetOutput()
    vertices = vtk_to_numpy(output.GetPoints().GetData()).astype(np.float64)
    return Surface(vertices, vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3))


def hollow(outer: float, inner: float) -> Surface:
    """A ball of radius `outer` mm with a hollow of radius `inner`."""
    shell, core = ball(outer), ball(inner)
    faces = np.concatenate([shell.faces, core.faces[:, ::-1] + len(shell.vertices)])
    return Surface(np.concatenate([shell.vertices, core.vertices]), faces)


def test_walls_become_bone_and_the_hollow_air() -> None:
    solid = solid_of(hollow(3.0, 2.0), "skull.ply")
    assert solid.array.dtype == np.uint8
    assert solid.array.max() == BRIGHTEST
    at = np.round(solid.to_index([[0, 0, 0], [2.5, 0, 0], [0, -2.5, 0], [0, 0, 3.5]])).astype(int)
    values = [int(solid.array[tuple(i)]) for i in at]
    assert values == [0, BRIGHTEST, BRIGHTEST, 0]
    np.testing.assert_allclose(solid.spacing, SPACING_MM)


def test_its_bone_has_the_volume_between_the_walls_and_lies_where_they_do() -> None:
    shift = np.array([7.3, -2.1, 4.4])
    solid = solid_of(hollow(3.0, 2.0).moved(_shift(shift)), "skull.ply")
    share = solid.array / BRIGHTEST
    volume = share.sum() * SPACING_MM**3
    assert volume == pytest.approx(4 / 3 * np.pi * (3.0**3 - 2.0**3), rel=0.02)
    centre = (solid.to_lps(np.argwhere(share > 0)) * share[share > 0][:, None]).sum(0) / share.sum()
    np.testing.assert_allclose(centre, shift, atol=0.01)


def test_walls_are_soft() -> None:
    values = np.unique(solid_of(ball(2.0), "skull.ply").array)
    assert len(values) > BRIGHTEST / 4


def test_it_keeps_the_surface_its_notes_and_its_handedness() -> None:
    surface = ball(2.0)
    unknown = Surface(surface.vertices, surface.faces, left_right_known=False, notes=("One thing.",))
    solid = solid_of(unknown, "skull.stl")
    assert solid.surface is unknown
    assert not solid.left_right_known
    assert solid.notes == ("One thing.",)
    assert solid.moved(_shift(np.ones(3))).surface is unknown


def test_an_open_surface_is_refused() -> None:
    whole = ball(2.0)
    half = Surface(whole.vertices, whole.faces[(whole.vertices[whole.faces].mean(1) > 0)[:, 0]])
    with pytest.raises(InputError, match=r"half\.ply: mesh is open, as .* mm long together") as told:
        solid_of(half, "half.ply")
    assert "close its holes" in str(told.value)


def test_a_hole_of_one_triangle_is_told() -> None:
    whole = ball(2.0)
    solid = solid_of(Surface(whole.vertices, whole.faces[1:]), "skull.ply")
    assert any("small holes" in note for note in solid.notes)
    full = solid_of(whole, "skull.ply")
    assert float(solid.array.sum()) == pytest.approx(float(full.array.sum()), rel=0.02)


def test_a_mesh_in_micrometres_is_named() -> None:
    with pytest.raises(InputError, match=r"longest side is 4e\+04 mm.*seems to be in micrometres"):
        solid_of(ball(2.0).moved(np.diag([1e4, 1e4, 1e4, 1.0])), "skull.ply")


def test_a_sheet_encloses_nothing() -> None:
    flat = ball(3.0).moved(np.diag([1.0, 1.0, 1e-6, 1.0]))
    with pytest.raises(InputError, match="encloses nothing"):
        solid_of(flat, "sheet.ply")


def test_a_large_skull_gets_larger_voxels() -> None:
    solid = solid_of(ball(60.0).moved(np.diag([1.0, 0.05, 0.05, 1.0])), "large.ply")
    assert max(solid.shape) < 400
    assert solid.extent.max() > 120


def test_open_edges_are_counted() -> None:
    whole = ball(1.0)
    assert open_length(whole) == 0
    one = Surface([[0, 0, 0], [3, 0, 0], [0, 4, 0]], [[0, 1, 2]])
    assert open_length(one) == pytest.approx(12)


def test_the_nearest_place_of_a_ball_is_along_the_radius() -> None:
    points = np.array([[4.0, 0, 0], [0, 1.8, 0], [np.nan, 0, 0]])
    nearest = nearest_on_surface(points, ball(2.0))
    np.testing.assert_allclose(nearest[:2], [[2, 0, 0], [0, 2, 0]], atol=0.06)
    assert np.isnan(nearest[2]).all()


def _shift(by: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = by
    return matrix
