import numpy as np
import pytest
import torch
from ellipsoids import axes_of, image_of, sphere

from craniomark.engine.image import Image
from craniomark.flows.bundle import load_bundle
from craniomark.flows.shape.bundle import load_shape_bundle, make_shape_bundle
from craniomark.flows.shape.particle_files import write_particles
from craniomark.flows.shape.predict import predict_shape
from craniomark.flows.training.files import write_json
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import write_surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.volumes import Volume, write_volume

MEAN = np.array([5.0, 6.5, 8.0])


def bumpy(axes: np.ndarray) -> Volume:
    """Return an ellipsoid with two knobs, so that its pose can be told."""
    volume = image_of(axes)
    grid = volume.to_lps(np.stack(np.meshgrid(*map(np.arange, volume.shape), indexing="ij"), -1))
    array = volume.array.copy()
    for knob in ([4.5, 3.0, 5.0], [-2.0, 5.5, -5.0]):
        array[np.linalg.norm(grid - knob, axis=-1) < 2.2] = 100
    return Volume(2 * array, volume.matrix)


@pytest.fixture(scope="module")
def bundle(trained, tmp_path_factory):
    """A bundle of the small trained network."""
    model = tmp_path_factory.mktemp("shapes")
    write_volume(bumpy(MEAN), model / "mean_image.nrrd")
    write_particles(model / "mean.particles", sphere() * MEAN)
    write_surface(isosurface(image_of(MEAN), 50.0), model / "mean.ply")
    for number in range(4):
        write_particles(model / "world_particles" / f"e{number:02d}.particles", sphere() * axes_of(number))
        write_json(model / "carried" / f"e{number:02d}.json", {"id": f"e{number:02d}", "sha256": "0" * 64})
    landmarks = LandmarkSet(("tip",), np.array([[0.0, 0.0, 8.0]]))
    out = tmp_path_factory.mktemp("bundles") / "balls"
    return make_shape_bundle(model, [trained], out, {"species": "ball"}, landmarks)


def test_a_bundle_comes_back_and_holds_no_scores(bundle):
    loaded = load_shape_bundle(bundle)
    manifest = load_bundle(bundle).manifest
    assert manifest.figures["steps"] > 0 and manifest.minutes >= 0, "what the training took"
    assert len(loaded.networks) == 1 and loaded.modes.shape[0] == 3 and loaded.landmarks.labels == ("tip",)
    with np.load(bundle / "shape.npz") as arrays:
        assert set(arrays.files) == {"particles", "vertices", "faces", "modes", "variances"}


def test_the_same_shape_is_told_in_any_pose(bundle):
    loaded = load_shape_bundle(bundle)
    image = Image.of(bumpy(MEAN)).scaled(1 / 200)
    turn = np.eye(4)
    turn[:3, :3] = [[0, -1, 0], [0, 0, 1], [-1, 0, 0]]
    turn[:3, 3] = 30, -20, 10
    with torch.inference_mode():
        one, other = (predict_shape(i, loaded) for i in (image, image.moved(turn).scaled(3.0)))
    there = one.particles @ turn[:3, :3].T + turn[:3, 3]
    assert np.linalg.norm(there - other.particles, axis=1).mean() < 0.1
    assert one.surface.vertices.shape[1] == 3 and one.landmarks.points.shape == (1, 3)


def test_what_is_no_such_skull_is_refused(bundle):
    noise = Image(
        torch.rand(40, 40, 40, generator=torch.Generator().manual_seed(0)), np.diag([0.5] * 3 + [1.0])
    )
    with pytest.raises(InputError, match="likeness with the mean image"):
        predict_shape(noise, load_shape_bundle(bundle), "noise.nrrd")
