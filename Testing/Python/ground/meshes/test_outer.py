import numpy as np
import pytest
from hollow_heads import hollow_head

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import Surface, distances_to_surface, read_surface
from craniomark.ground.meshes.outer import outer_surface


def test_the_inner_wall_is_left_out_though_a_hole_leads_to_it():
    head = hollow_head(spacing=0.5)
    outer = outer_surface(head, "head.ply")
    radius = np.sqrt(((outer.vertices / np.array([8.0, 10.0, 7.0])) ** 2).sum(1))
    inner = (radius < 0.93) & (outer.vertices[:, 1] < 5) & (outer.vertices[:, 1] > -7)
    assert inner.mean() < 0.02
    all_radii = np.sqrt(((head.vertices / np.array([8.0, 10.0, 7.0])) ** 2).sum(1))
    assert (all_radii < 0.93).mean() > 0.3


def test_a_mesh_that_is_no_skull_in_millimetres_is_refused():
    head = hollow_head()
    with pytest.raises(InputError, match="longest side"):
        outer_surface(Surface(head.vertices * 1e-3, head.faces), "head.ply")


def test_a_mesh_that_faces_inwards_is_refused():
    head = hollow_head(wall=6.9, hole=0.0, spacing=0.8)
    with pytest.raises(InputError, match="outer wall"):
        outer_surface(Surface(head.vertices, head.faces[:, ::-1]), "head.ply")


def test_landmarks_of_a_real_skull_lie_on_its_outer_wall(mouse_mesh_folder):
    path = mouse_mesh_folder / "KK.ply"
    skull = read_surface(path)
    outer = outer_surface(skull, path)
    landmarks = read_landmarks(mouse_mesh_folder / "KK.mrk.json").points
    assert np.nanmax(distances_to_surface(landmarks, outer)) < 0.2
    assert 0.3 < len(outer.faces) / len(skull.faces) < 0.7
