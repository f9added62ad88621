"""The shipped shape model on strains and CTs in any pose: an untrained network does not do the same.

It has learnt from all strains: how well it does on strains left out, the benchmark tells.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.flows.shape.bundle import ShapeBundle, load_shape_bundle
from craniomark.flows.shape.correspond import bone_of, walls_of
from craniomark.flows.shape.placed import SEEN_MM
from craniomark.flows.shape.predict import predict_file, predict_shape
from craniomark.ground.geometry import apply, invert, random_rotations
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.meshes.walls import Walls
from craniomark.ground.specimens import find_specimens
from craniomark.tasks.shape.network import make_network

STRAIN = "CAST_EIJ"


@pytest.fixture(scope="module")
def bundle() -> ShapeBundle:
    return load_shape_bundle("mouse-strains-shape")


@pytest.fixture(scope="module")
def mesh(mouse_mesh_folder: Path) -> Path:
    return mouse_mesh_folder / f"{STRAIN}.ply"


def apart(one: Surface, other: Surface) -> float:
    """Mean symmetric distance, mm."""
    first, second = Walls.of(one, 20_000), Walls.of(other, 20_000)
    there = np.linalg.norm(second.nearest(first.points)[0] - first.points, axis=1).mean()
    back = np.linalg.norm(first.nearest(second.points)[0] - second.points, axis=1).mean()
    return float(there + back) / 2


def test_a_turned_strain_is_told_better_than_by_the_mean_and_by_an_untrained_network(
    bundle: ShapeBundle, mesh: Path
) -> None:
    whole, turn = read_surface(mesh), np.eye(4)
    turn[:3, :3] = random_rotations(1, np.random.default_rng(4))[0]
    image = bone_of(whole.moved(turn), mesh).shrunk(SEEN_MM)
    truth = walls_of(whole, mesh, "outer").moved(turn)
    with torch.inference_mode():
        found = predict_shape(image, bundle)
        torch.manual_seed(0)
        trained = bundle.networks[0]
        latent = len(trained.score_mean)
        fresh = make_network(trained.settings, bundle.shape, latent, len(bundle.particles))
        without = predict_shape(image, replace(bundle, networks=(fresh.eval(),)))
    told = apart(found.surface, truth)
    posed = bundle.surface.moved(invert(found.specimen_to_model))
    assert told < 0.9 * apart(posed, truth)
    assert told < 0.9 * apart(without.surface, truth)
    assert found.bound90 is not None and 0.05 < float(np.median(found.bound90)) < 1.0
    known = read_landmarks(mesh.with_suffix(".mrk.json")).ordered(found.landmarks.labels).points
    off = np.linalg.norm(apply(invert(turn), found.landmarks.points) - known, axis=1)
    assert np.nanmean(off) < 0.3


def test_a_real_ct_in_its_own_pose_gets_surface_particles_and_landmarks(
    bundle: ShapeBundle, mouse_ct_folder: Path, tmp_path: Path
) -> None:
    scan = next(one for one in find_specimens([mouse_ct_folder]) if one.id == "152_20")
    found = predict_file(scan, bundle, tmp_path)
    assert found.located.score > 0.6 and len(found.landmarks.labels) == 51
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {f"152_20{e}" for e in (".particles", ".ply", ".json", ".mrk.json", ".bound90")}
