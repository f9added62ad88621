import json

import numpy as np
import pytest
from hollow_heads import hollow_head

from craniomark.flows.shape.model import ModelSettings, build_shape_model, local_to_world
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply
from craniomark.ground.meshes import Surface, read_surface, write_surface


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Five heads of other proportions, as meshes."""
    folder = tmp_path_factory.mktemp("heads")
    head = hollow_head(spacing=0.8)
    for number, stretch in enumerate((0.94, 0.97, 1.0, 1.03, 1.06)):
        scale = np.array([1.0, stretch, 1 / stretch])
        write_surface(Surface(head.vertices * scale, head.faces), folder / f"h{number}.ply")
    return folder


@pytest.fixture(scope="module")
def model(heads, tmp_path_factory):
    """Their model, from a run that had carried all particles before; they are known here."""
    out = tmp_path_factory.mktemp("model")
    settings = ModelSettings(256, "h2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("craniomark.flows.shape.model.carry", known_carry)
        build_shape_model([heads], out, settings)
    return out


def known_carry(template, surface, path):
    """Carry by the stretch that the meshes were made with."""
    from craniomark.flows.shape.correspond import Carried

    whole = read_surface(path.parent / "h2.ply")
    scale = np.ptp(surface.vertices, axis=0) / np.ptp(whole.vertices, axis=0)
    offsets = np.zeros(template.surface.vertices.shape, np.float32)
    return Carried(template.points * scale, np.eye(4), 1.0, 0.0, template.evenness, offsets)


def test_one_mode_tells_what_one_number_made(model):
    rows = (model / "quality.csv").read_text().splitlines()
    assert rows[0] == "modes,compactness,generalisation_mm,specificity_mm"
    assert float(rows[1].split(",")[1]) > 0.99
    assert (model / "quality.png").exists() and (model / "PCA_Particle_Info" / "pcamode0.particles").exists()


def test_world_particles_are_local_ones_moved_as_recorded(model):
    for name, pose in local_to_world(model).items():
        local = read_particles(model / "local_particles" / f"{name}.particles")
        world = read_particles(model / "world_particles" / f"{name}.particles")
        assert np.allclose(apply(pose, local), world, atol=1e-5)


def test_the_mean_mesh_goes_through_the_mean_particles(model):
    from craniomark.ground.meshes import distances_to_surface

    mean = read_particles(model / "mean.particles")
    assert distances_to_surface(mean, read_surface(model / "mean.ply")).max() < 0.05


def test_what_was_carried_is_not_carried_again(model, heads, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("carried again")

    monkeypatch.setattr("craniomark.flows.shape.model.carry", refuse)
    build_shape_model([heads], model, ModelSettings(256, "h2"))
    record = json.loads((model / "shape_model.json").read_text())
    assert record["template"] == "h2" and set(record["local_to_world"]) == {"h0", "h1", "h2", "h3", "h4"}


def test_too_few_shapes_are_refused(heads, tmp_path):
    with pytest.raises(InputError, match="number of shapes is 3: give at least 4"):
        build_shape_model([heads / f"h{n}.ply" for n in range(3)], tmp_path, ModelSettings(256))


def test_an_unknown_template_is_refused(heads, tmp_path):
    with pytest.raises(InputError, match="--template: id is h9: name one of h0, h1"):
        build_shape_model([heads], tmp_path, ModelSettings(256, "h9"))


@pytest.mark.parametrize(
    ("values", "words"),
    [({"particles": 100}, "particles is 100: give 256 to 4096"), ({"walls": "inner"}, "walls is inner"),
     ({"images": 10}, "images is 10"), ({"frame": "none"}, "frame is none")],
)  # fmt: skip
def test_wrong_settings_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        ModelSettings(**values)


def test_written_particles_are_those_that_are_read(tmp_path):
    points = np.random.default_rng(0).normal(size=(300, 3))
    write_particles(tmp_path / "a.particles", points)
    assert np.allclose(read_particles(tmp_path / "a.particles"), points, atol=1e-6)
