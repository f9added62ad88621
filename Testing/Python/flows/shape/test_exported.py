"""Results for other programs: scalars and landmarks come out as they went in."""

import numpy as np
import pytest

from craniomark.flows.shape.exported import export_results
from craniomark.flows.shape.particle_files import write_particles
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.meshes import Surface, read_surface, write_surface


@pytest.fixture
def results(tmp_path):
    points = np.random.default_rng(1).normal(size=(6, 3))
    surface = Surface(points, np.array([[0, 1, 2], [3, 4, 5]]), {"error_mm": np.arange(6.0)})
    write_surface(surface, tmp_path / "analysis" / "meshes" / "a.ply")
    write_particles(tmp_path / "tested" / "world_predictions" / "a.particles", points)
    return tmp_path, points


@pytest.mark.parametrize("kind", ["vtp", "ply", "vtk"])
def test_meshes_keep_their_scalars(results, kind):
    folder, points = results
    told = export_results(folder / "analysis", folder / "tested", folder / "out", kind, landmarks=False)
    found = read_surface(folder / "out" / f"a.{kind}")
    assert told == {"meshes": 1, "landmarks": 0} and not list((folder / "out").glob("*.json"))
    assert np.allclose(found.vertices, points, atol=1e-5)
    assert np.allclose(found.scalars["error_mm"], np.arange(6.0))


def test_particles_become_landmarks(results):
    folder, points = results
    export_results(folder / "analysis", folder / "tested", folder / "out", "", landmarks=True)
    found = read_landmarks(folder / "out" / "a.mrk.json")
    assert found.labels == tuple(f"p000{n}" for n in range(1, 7))
    assert np.allclose(found.points, points, atol=1e-6) and not list((folder / "out").glob("*.vtp"))


@pytest.mark.parametrize(("kind", "landmarks", "what"), [("vtp", False, "analyse"), ("", True, "test the")])
def test_nothing_to_write_is_told(tmp_path, kind, landmarks, what):
    with pytest.raises(InputError, match=what):
        export_results(tmp_path, tmp_path, tmp_path / "out", kind, landmarks)
