"""Synthetic maps of each family are found again, whatever the images look like."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from craniomark.engine.maps import Linear
from craniomark.flows.registration.linear import within
from craniomark.flows.registration.methods import Options, method_of
from craniomark.flows.registration.pair import pair_of
from craniomark.flows.registration.run import registered
from craniomark.ground.geometry import invert, nearest_rotation, rotation_angle_degrees
from craniomark.ground.volumes import Volume, read_volume, resample
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity

HEAVY = IntensityRange(1.0, 0.5, 12.0, 0.8, 0.3)


@pytest.fixture(scope="module")
def skull(mouse_ct_folder: Path) -> Volume:
    volume = read_volume(mouse_ct_folder / "152_10.nii.gz")
    matrix = volume.matrix @ np.diag([2, 2, 2, 1.0])
    return Volume(volume.array[::2, ::2, ::2].astype(np.float32), matrix)


def true_map(family: str, volume: Volume, rng: np.random.Generator) -> np.ndarray:
    """Fixed to moving mm: a turn of 40 degrees, sizes and shears of up to 12 and 6 %."""
    axis = rng.normal(size=3)
    linear = Rotation.from_rotvec(np.radians(40) * axis / np.linalg.norm(axis)).as_matrix()
    sizes = {"rigid": np.ones(3), "similarity": np.full(3, 1.1)}.get(family, 1 + rng.uniform(-0.12, 0.12, 3))
    shear = np.eye(3) + np.triu(rng.uniform(-0.06, 0.06, (3, 3)), 1) * (family == "affine")
    matrix = np.eye(4)
    matrix[:3, :3] = linear @ shear @ np.diag(sizes)
    matrix[:3, 3] = volume.centre + rng.uniform(-3, 3, 3) - matrix[:3, :3] @ volume.centre
    return matrix


def changed(volume: Volume, rng: np.random.Generator) -> Volume:
    """Gain, gamma, blur, shading and noise."""
    drawn = sample_intensity(1, HEAVY, rng)
    voxels = with_intensity(torch.from_numpy(volume.array.astype(np.float32))[None, None], drawn)
    return replace(volume, array=voxels[0, 0].numpy())


@pytest.mark.parametrize("family", ["rigid", "similarity", "scales", "affine"])
def test_a_map_of_the_family_is_recovered(family: str, skull: Volume) -> None:
    rng = np.random.default_rng(len(family))
    truth = true_map(family, skull, rng)
    grid = np.diag([0.25, 0.2, 0.22, 1.0])
    grid[:3, 3] = skull.centre - grid[:3, :3] @ [60, 60, 60]
    moving = changed(resample(skull, (120, 120, 120), grid, invert(truth)), rng)
    done = registered(pair_of(changed(skull, rng), moving), method_of(family), Options())
    assert isinstance(done.found.map, Linear)
    found = done.found.map.matrix
    assert rotation_angle_degrees(nearest_rotation(found), nearest_rotation(truth)) < 1.0
    sizes = [np.linalg.svd(matrix[:3, :3], compute_uv=False) for matrix in (found, truth)]
    assert np.abs(sizes[0] / sizes[1] - 1).max() < 0.02
    assert done.verdict == "good"


def test_a_poorer_family_does_not_recover_a_richer_map(skull: Volume) -> None:
    """The null of each family: the one before it."""
    truth = true_map("scales", skull, np.random.default_rng(7))
    grid = np.diag([0.25, 0.2, 0.22, 1.0])
    grid[:3, 3] = skull.centre - grid[:3, :3] @ [60, 60, 60]
    pair = pair_of(skull, resample(skull, (120, 120, 120), grid, invert(truth)))
    errors, likeness = [], []
    for family in ("rigid", "similarity", "scales"):
        done = registered(pair, method_of(family), Options())
        assert isinstance(done.found.map, Linear)
        errors.append(np.abs(done.found.map.matrix - truth)[:3, :3].max())
        likeness.append(done.after.correlation)
    assert errors[2] < 0.01 < 0.05 < min(errors[:2])
    assert likeness[0] < likeness[1] < likeness[2]


@pytest.mark.parametrize("family", ["rigid", "similarity", "scales", "affine"])
def test_a_start_keeps_what_its_family_has(skull: Volume, family: str) -> None:
    truth = true_map(family, skull, np.random.default_rng(4))
    np.testing.assert_allclose(within(truth, family, skull.centre), truth, atol=1e-9)
