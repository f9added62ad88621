import csv

import numpy as np
import pytest

from craniomark.flows.shape.given import given_particles, model_of_particles
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply, random_rotations


def test_a_set_of_particles_becomes_a_model(ellipsoids, tmp_path):
    assert given_particles([ellipsoids / "particles"]) and not given_particles([ellipsoids / "meshes"])
    model = model_of_particles([ellipsoids / "particles"], tmp_path)
    assert model.compactness[2] > 0.999
    with (tmp_path / "quality.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert float(rows[2]["generalisation_mm"]) < float(rows[0]["generalisation_mm"])
    assert (tmp_path / "quality.png").exists() and (tmp_path / "mean.particles").exists()


def test_local_sets_are_aligned_and_world_sets_taken_as_they_are(ellipsoids, tmp_path):
    turns = random_rotations(7, np.random.default_rng(0))
    for number, turn in enumerate(turns):
        points = read_particles(ellipsoids / "particles" / f"e{number:02d}.particles")
        pose = np.eye(4)
        pose[:3, :3] = turn
        write_particles(tmp_path / "in" / f"e{number:02d}_local.particles", apply(pose, points))
    aligned = model_of_particles([tmp_path / "in"], tmp_path / "out")
    for path in (tmp_path / "in").iterdir():
        path.rename(path.with_name(path.name.replace("_local", "_world")))
    raw = model_of_particles([tmp_path / "in"], tmp_path / "raw")
    assert aligned.total < 0.05 * raw.total


def test_three_sets_are_too_few(ellipsoids, tmp_path):
    files = sorted((ellipsoids / "particles").glob("*"))[:3]
    with pytest.raises(InputError, match="number of shapes is 3: give at least 4"):
        model_of_particles(files, tmp_path)
