"""Spectra: blur and noise are found and mostly undone, and a clean scan is left as it is."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from craniomark.tasks.segment.sharpness import BINS, changes, gains, matched, spectrum


def bones(seed: int) -> np.ndarray:
    """Thin sheets and rods in air."""
    rng = np.random.default_rng(seed)
    image = np.zeros((64, 64, 64), dtype=np.float32)
    places = np.stack(np.meshgrid(*[np.arange(64.0)] * 3, indexing="ij"), -1)
    for _ in range(14):
        normal = rng.normal(size=3)
        normal /= np.linalg.norm(normal)
        off = (places - rng.uniform(12, 52, 3)) @ normal
        away = np.linalg.norm(places - rng.uniform(12, 52, 3), axis=-1)
        image[(np.abs(off) < 1.2) & (away < 18)] = 1
    return gaussian_filter(image, 0.4)


def of(image: np.ndarray) -> np.ndarray:
    return spectrum(
        lambda a, n: image[tuple(slice(p, p + q) for p, q in zip(a, n, strict=True))], image.shape
    )


@pytest.fixture(scope="module")
def usual() -> np.ndarray:
    return np.mean([of(bones(seed)) for seed in (1, 2, 3)], 0)


def test_another_clean_scan_is_left_alone(usual: np.ndarray) -> None:
    assert not changes(gains(of(bones(4)), usual))


@pytest.mark.parametrize("fault", ["blur", "noise"])
def test_what_was_done_to_a_scan_is_mostly_undone(usual: np.ndarray, fault: str) -> None:
    clean = bones(5)
    noise = np.random.default_rng(0).normal(0, 0.4, clean.shape).astype(np.float32)
    spoilt = gaussian_filter(clean, 1.0) if fault == "blur" else clean + noise
    factor = gains(of(spoilt), usual)
    detail = factor[BINS // 2 :].mean()
    assert detail > 1.5 if fault == "blur" else detail < 0.7
    better = matched(torch.from_numpy(spoilt), factor).numpy()
    assert np.square(better - clean).mean() < 0.75 * np.square(spoilt - clean).mean()
    true = clean > 0.5
    assert ((better > 0.5) != true).sum() < 0.8 * ((spoilt > 0.5) != true).sum()


def test_brightness_does_not_matter() -> None:
    image = bones(6)
    assert of(40 * image - 1000) == pytest.approx(of(image), rel=1e-3)


def test_gains_of_one_change_nothing() -> None:
    image = torch.rand(2, 9, 10, 11)
    assert torch.allclose(matched(image, np.ones(BINS)), image, atol=1e-5)
    assert not changes(np.ones(BINS))
