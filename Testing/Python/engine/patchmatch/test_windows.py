"""Cubes are centred, windows are Gaussian, patches are the image."""

import numpy as np
import torch
from synthetic import tensor

from craniomark.engine.image import Image
from craniomark.engine.patchmatch.windows import cube, gaussian_window, normalised, patches


def test_a_cube_is_centred_and_evenly_spaced() -> None:
    for size in (4, 5):
        offsets = cube(size, 0.3).numpy()
        assert offsets.shape == (size, size, size, 3)
        np.testing.assert_allclose(offsets.mean((0, 1, 2)), 0, atol=1e-6)
        steps = [np.diff(offsets, axis=axis)[..., axis] for axis in range(3)]
        np.testing.assert_allclose(np.array([step.ravel() for step in steps]), 0.3, atol=1e-6)


def test_a_window_sums_to_one_and_falls_as_a_gaussian() -> None:
    window = gaussian_window(9, 0.25, 0.6).numpy()
    np.testing.assert_allclose(window.sum(), 1, rtol=1e-5)
    np.testing.assert_allclose(window[8, 4, 4] / window[4, 4, 4], np.exp(-1 / (2 * 0.36)), rtol=1e-4)
    np.testing.assert_allclose(window, window.transpose(2, 0, 1))


def test_a_patch_is_the_image_about_its_centre(image: Image) -> None:
    centres = np.array([[0.1, 0.2, 0.3], [-1.0, 2.0, 0.5]])
    found = patches(image, centres, 5, 0.4)
    offset = (np.array([4, 1, 2]) - 2) * 0.4
    torch.testing.assert_close(found[:, 4, 1, 2], image.at(tensor(centres + offset)))


def test_normalised_patches_have_weighted_mean_zero_and_variance_one() -> None:
    window = gaussian_window(6, 0.25, 0.4)
    unit = normalised(tensor(np.random.default_rng(1).normal(5, 3, (3, 6, 6, 6))), window)
    np.testing.assert_allclose((window * unit).sum((1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose((window * unit**2).sum((1, 2, 3)), 1, rtol=1e-2)


def test_flat_patches_stay_near_nothing() -> None:
    window = gaussian_window(6, 0.25, 0.4)
    busy = np.random.default_rng(2).normal(size=(6, 6, 6))
    faint = 0.5 + 1e-7 * np.random.default_rng(3).normal(size=(6, 6, 6))
    assert float(normalised(tensor([busy, faint]), window)[1].abs().max()) < 0.01
