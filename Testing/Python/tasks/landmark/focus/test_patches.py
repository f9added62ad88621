"""Patches: the values of the image at their places, with slopes for the centres."""

import numpy as np
import torch
from hypothesis import given
from synthetic import oblique, seeds

from craniomark.engine.image import Image
from craniomark.ground.geometry import random_rotations
from craniomark.tasks.landmark.focus.patches import cut, patch_matrix, suited


def noise_image(rng: np.random.Generator) -> Image:
    matrix = oblique(rng)
    return Image(torch.from_numpy(rng.normal(size=(12, 14, 9)).astype(np.float32)), matrix)


@given(seeds)
def test_patches_hold_the_values_of_the_image_at_their_voxels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = noise_image(rng)
    middle = image.matrix @ np.array([5.5, 6.5, 4, 1])
    centres = torch.from_numpy(middle[:3] + rng.normal(0, 0.5, (3, 3))).float()
    axes = torch.from_numpy(1.1 * random_rotations(3, rng)).float()
    patches = cut(image, centres, axes, 4, 0.3)
    index = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1)
    place = patch_matrix(4, 0.3)
    offsets = torch.from_numpy(index @ place[:3, :3].T + place[:3, 3]).float()
    for number in range(3):
        points = centres[number] + offsets @ axes[number].T
        torch.testing.assert_close(patches[number, 0], image.at(points), atol=2e-3, rtol=1e-2)


def test_centres_have_slopes() -> None:
    image = noise_image(np.random.default_rng(1))
    middle = image.matrix @ np.array([5.5, 6.5, 4, 1])
    centre = torch.from_numpy(middle[:3]).float()[None].requires_grad_()
    cut(image, centre, torch.eye(3)[None], 4, 0.2).square().sum().backward()
    assert centre.grad is not None
    assert float(centre.grad.abs().max()) > 0


def test_fine_images_are_averaged_first_and_others_left() -> None:
    image = Image(torch.rand(12, 12, 12), np.diag([0.05, 0.05, 0.05, 1.0]))
    np.testing.assert_allclose(suited(image, 0.13).spacing, 0.1)
    np.testing.assert_allclose(suited(image, 0.06).spacing, 0.05)
