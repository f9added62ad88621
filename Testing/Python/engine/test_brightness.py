"""The gain of bone: found whatever the scale of values, and blind to padding."""

import numpy as np
import pytest
import torch
from synthetic import Blobs, asymmetric, grid, image_of, similarity, tensor

from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.ground.geometry.rotations import random_rotations

POSE = similarity(random_rotations(1, np.random.default_rng(1))[0], 0.95, [4.0, -6.0, 2.0])


@pytest.fixture(scope="module")
def thing() -> Blobs:
    return asymmetric((4, 3, 2.5), 14, 1.0)


@pytest.fixture(scope="module")
def template(thing: Blobs) -> Image:
    return image_of(thing, *grid(5.5, (0.3, 0.25, 0.35)))


@pytest.fixture(scope="module")
def specimen(thing: Blobs) -> Image:
    return image_of(thing, *grid(7.0, 0.3, POSE[:3, 3]), POSE)


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.0, 1.5, 2.0, 200.0])
def test_the_gain_is_found(specimen: Image, template: Image, gain: float) -> None:
    assert bone_gain(specimen.scaled(gain), template, POSE) == pytest.approx(1 / gain, rel=0.02)


def test_padding_does_not_matter(specimen: Image, template: Image) -> None:
    padded = torch.nn.functional.pad(specimen.voxels, (9, 4, 0, 15, 6, 20))
    matrix = specimen.matrix.copy()
    matrix[:3, 3] -= matrix[:3, :3] @ [6, 0, 9]
    alone = bone_gain(specimen, template, POSE)
    assert bone_gain(Image(padded, matrix), template, POSE) == pytest.approx(alone, rel=1e-4)


def test_noise_outside_bone_does_not_matter(specimen: Image, template: Image) -> None:
    noise = tensor(np.random.default_rng(2).normal(0, 0.1, specimen.shape))
    noisy = Image(specimen.voxels + torch.where(specimen.voxels < 0.1, noise, 0.0), specimen.matrix)
    assert bone_gain(noisy, template, POSE) == pytest.approx(bone_gain(specimen, template, POSE), rel=0.01)


def test_a_cropped_specimen_has_the_same_gain(specimen: Image, template: Image) -> None:
    half = Image(specimen.voxels[:24].contiguous(), specimen.matrix)
    assert bone_gain(half.scaled(0.5), template, POSE) == pytest.approx(2.0, rel=0.03)


def test_a_specimen_that_holds_nothing_there_keeps_its_scale(specimen: Image, template: Image) -> None:
    away = similarity(np.eye(3), shift=[500.0, 0, 0])
    assert bone_gain(specimen, template, away) == 1.0
    assert bone_gain(specimen.scaled(0.0), template, POSE) == 1.0
