import numpy as np
import pytest

from craniomark.flows.shape.correspond import carry, make_template
from craniomark.flows.shape.warp import spline
from craniomark.ground.geometry import apply
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import distances_to_surface, read_surface
from craniomark.tasks.shape.particles import evenness


@pytest.mark.slow
def test_particles_carried_to_a_real_skull_bring_its_landmarks_closer_than_the_pose_alone(mouse_mesh_folder):
    """Null: the similarity pose, without registration, leaves landmarks where the template has them."""
    known, new = (mouse_mesh_folder / f"{name}.ply" for name in ("B6AF1_J", "KK"))
    template = make_template(read_surface(known), known, 256)
    skull = read_surface(new)
    turn = np.eye(4)
    turn[:3, :3] = [[0, -1, 0], [0, 0, 1], [-1, 0, 0]]  # any pose will do
    turn[:3, 3] = 30, -20, 10
    found = carry(template, skull.moved(turn), new)
    before = read_landmarks(mouse_mesh_folder / "B6AF1_J.mrk.json")
    truth = apply(turn, read_landmarks(mouse_mesh_folder / "KK.mrk.json").ordered(before.labels).points)
    carried = spline(template.points, found.points)(before.points)
    posed = apply(found.template_to_specimen, before.points)
    errors = [float(np.nanmean(np.linalg.norm(p - truth, axis=1))) for p in (carried, posed)]
    assert errors[0] < 0.75 * errors[1]
    assert distances_to_surface(found.points, skull.moved(turn)).max() < 0.02
    assert template.evenness < 0.2 and found.evenness < 0.3
    rows = np.random.default_rng(0).choice(len(template.surface.vertices), 256)
    assert evenness(template.surface.vertices[rows], np.zeros((256, 3))) > 0.4
