import numpy as np
import pytest
from hollow_heads import hollow_head

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.sound import check_sound, crossed_share


def test_a_closed_mesh_passes():
    check_sound(hollow_head(), "head.ply")


def test_an_empty_mesh_is_refused():
    with pytest.raises(InputError, match=r"head\.ply: faces is none"):
        check_sound(Surface(np.zeros((3, 3)), np.empty((0, 3), dtype=int)), "head.ply")


def test_an_open_mesh_is_refused():
    head = hollow_head()
    half = head.vertices[head.faces].mean(1)[:, 0] > 0
    with pytest.raises(InputError, match="open"):
        check_sound(Surface(head.vertices, head.faces[half]), "head.ply")


def test_a_mesh_that_runs_through_itself_is_refused():
    head = hollow_head(spacing=0.8)
    vertices = head.vertices + np.random.default_rng(0).normal(0, 1.0, head.vertices.shape)
    assert crossed_share(head) < 0.01
    with pytest.raises(InputError, match="self-intersecting in"):
        check_sound(Surface(vertices, head.faces), "head.ply")
