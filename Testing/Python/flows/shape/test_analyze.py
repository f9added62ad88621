import csv

import numpy as np
import pytest

from craniomark.flows.shape import api
from craniomark.flows.shape.analyze import spread_to_vertices
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.flows.shape.warp import warped_surface
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import read_surface, write_surface


@pytest.fixture(scope="module")
def mean_prefix(ellipsoids, augmented, tmp_path_factory):
    """The mean shape of the model, warped from the first specimen."""
    prefix = tmp_path_factory.mktemp("mean") / "mean"
    mean = read_particles(augmented / "PCA_Particle_Info" / "mean.particles")
    first = read_particles(ellipsoids / "particles" / "e00.particles")
    surface = warped_surface(read_surface(ellipsoids / "meshes" / "e00.ply"), first, mean)
    write_surface(surface, prefix.with_suffix(".ply"))
    write_particles(prefix.with_suffix(".particles"), mean)
    return prefix


def test_true_particles_have_almost_no_error_and_the_mean_shape_has(ellipsoids, mean_prefix, tmp_path):
    truth = [ellipsoids / "meshes" / f"{name}.ply" for name in ("e05", "e06")]
    exact = api.analyze_results(tmp_path / "a", truth, ellipsoids / "particles", mean_prefix, "both")
    for name in ("e05", "e06"):
        mean = read_particles(mean_prefix.with_suffix(".particles"))
        write_particles(tmp_path / "means" / f"{name}.particles", mean)
    flat = api.analyze_results(tmp_path / "b", truth, tmp_path / "means", mean_prefix, "both")
    assert exact < 0.05 and 5 * exact < flat


def test_an_analysis_leaves_table_meshes_and_report(predicted, ellipsoids, mean_prefix, tmp_path):
    api.analyze_results(tmp_path, ellipsoids / "meshes", predicted, mean_prefix, "both")
    with (tmp_path / "test_distances.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    distances = [float(row["Distance"]) for row in rows]
    assert distances == sorted(distances) and {row["Name"] for row in rows} == {"e05", "e06"}
    mesh = read_surface(tmp_path / "meshes" / "e05.ply")
    assert {"error_mm", "signed_error_mm"} <= set(mesh.scalars)
    assert "error_mm" in read_surface(tmp_path / "true" / "e05.ply").scalars
    page = (tmp_path / "report.html").read_text()
    assert "Worst: " in page and (tmp_path / "pictures" / "e05.png").exists()


def test_values_of_particles_reach_the_vertices_beside_them():
    points = np.array([[0.0, 0, 0], [10, 0, 0]])
    assert np.allclose(spread_to_vertices(np.array([1.0, 3.0]), points, points), [1, 3], atol=1e-3)


def test_predictions_of_another_model_are_refused(ellipsoids, mean_prefix, tmp_path):
    write_particles(tmp_path / "p" / "e05.particles", np.random.default_rng(0).normal(size=(9, 3)))
    with pytest.raises(InputError, match="number of particles is 9, while"):
        api.analyze_results(tmp_path / "o", ellipsoids / "meshes", tmp_path / "p", mean_prefix)


def test_a_missing_mean_mesh_is_refused(ellipsoids, mean_prefix, tmp_path):
    write_particles(tmp_path / "mean.particles", read_particles(mean_prefix.with_suffix(".particles")))
    particles = ellipsoids / "particles"
    with pytest.raises(InputError, match="mean mesh is missing"):
        api.analyze_results(tmp_path / "o", ellipsoids / "meshes", particles, tmp_path / "mean")
