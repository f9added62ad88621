import numpy as np
import pytest
from ellipsoids import MATRIX, image_of

from craniomark.flows.shape.truth import true_surface
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import write_surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.volumes import Volume, write_volume


def radius(surface):
    return np.linalg.norm(surface.vertices, axis=1).mean()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    image = image_of(np.full(3, 6.0))
    index = np.stack(np.meshgrid(*[np.arange(60)] * 3, indexing="ij"), -1)
    depth = np.linalg.norm(index * 0.4 + MATRIX[:3, 3], axis=-1) - 6.0
    write_volume(Volume((image.array > 50).astype(np.uint8), MATRIX), folder / "mask.nrrd")
    write_volume(Volume(depth.astype(np.float32), MATRIX), folder / "distances.nrrd")
    write_surface(isosurface(image, 50.0), folder / "mesh.ply")
    return folder


@pytest.mark.parametrize("name", ["mask.nrrd", "distances.nrrd", "mesh.ply"])
def test_meshes_masks_and_distance_transforms_tell_the_same_surface(inputs, name):
    assert radius(true_surface(inputs / name, "both")) == pytest.approx(6.0, abs=0.1)


def test_a_volume_without_a_surface_is_refused(tmp_path):
    write_volume(Volume(np.ones((8, 8, 8), dtype=np.uint8), np.eye(4)), tmp_path / "full.nrrd")
    with pytest.raises(InputError, match="every voxel is 1"):
        true_surface(tmp_path / "full.nrrd")
