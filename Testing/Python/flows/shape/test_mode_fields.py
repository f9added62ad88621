"""Fields of modes: their sum is the mesh that the spline of the particles gives."""

import numpy as np
import pytest

from craniomark.flows.shape.mode_fields import write_mode_fields
from craniomark.flows.shape.particle_files import write_particles
from craniomark.flows.shape.pca_files import write_pca
from craniomark.flows.shape.warp import warped_surface
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, write_surface
from craniomark.tasks.shape.pca import fit_particles


def ball(count, radius=5.0):
    """Points spread over a sphere."""
    golden = np.arange(count) * 2.399963
    z = np.linspace(-0.98, 0.98, count)
    ring = np.sqrt(1 - z**2)
    return radius * np.stack([ring * np.cos(golden), ring * np.sin(golden), z], axis=1)


@pytest.fixture
def model(tmp_path):
    """A model of ellipsoids of three axes that vary apart."""
    rng = np.random.default_rng(3)
    shapes = ball(40) * (1 + 0.1 * rng.normal(size=(7, 1, 3)))
    model = fit_particles(shapes)
    write_pca(tmp_path / "pca", model, model.scores(shapes))
    write_particles(tmp_path / "mean.particles", model.mean)
    vertices = ball(200, 5.2)
    faces = np.stack([np.arange(198), np.arange(1, 199), np.arange(2, 200)], axis=1)
    write_surface(Surface(vertices, faces), tmp_path / "mean.ply")
    return tmp_path, model, Surface(vertices, faces)


def test_the_sum_is_what_the_spline_gives(model):
    folder, held, surface = model
    told = write_mode_fields(folder / "pca", folder / "mean", folder / "modes.npz", 8)
    assert told["modes"] == len(held.modes) == 3 and told["share"] == pytest.approx(1.0)
    found = np.load(folder / "modes.npz", allow_pickle=False)
    wanted = np.array([1.5, -0.7, 0.4])
    shape = held.shapes(wanted * np.sqrt(held.variances))
    truth = warped_surface(surface, held.mean, shape).vertices
    made = found["vertices"] + np.tensordot(wanted, found["fields"], axes=1)
    assert np.abs(made - truth).max() < 1e-4
    assert np.abs(found["particles"] + np.tensordot(wanted, found["modes"], axes=1) - shape).max() < 1e-5
    assert np.abs(truth - surface.vertices).max() > 0.5, "the mean alone would do"


def test_fewer_modes_are_written_where_fewer_are_asked_for(model):
    folder = model[0]
    told = write_mode_fields(folder / "pca", folder / "mean", folder / "modes.npz", 2)
    assert told["modes"] == 2 and told["of"] == 3 and told["share"] < 1
    assert np.load(folder / "modes.npz")["fields"].shape == (2, 200, 3)


def test_a_mean_of_another_model_is_refused(model):
    folder = model[0]
    write_particles(folder / "mean.particles", ball(39))
    with pytest.raises(InputError, match=r"39, while the modes have 40"):
        write_mode_fields(folder / "pca", folder / "mean", folder / "modes.npz", 8)


def test_it_stops_between_modes(model):
    folder = model[0]

    def stop(part):
        if part > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mode_fields(folder / "pca", folder / "mean", folder / "modes.npz", 8, stop)
    assert not (folder / "modes.npz").exists()
