"""Thresholds: two classes parted where sklearn-like brute force parts them, and what bad values end with."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from craniomark.tasks.segment.thresholds import (
    bone_target,
    levels,
    levels_of,
    local_threshold,
    median_otsu,
    otsu,
)


@pytest.fixture
def image() -> np.ndarray:
    rng = np.random.default_rng(1)
    found = rng.normal(0.1, 0.05, (24, 24, 24))
    found[6:16, 6:16, 6:16] += 0.9
    return found.astype(np.float32)


def test_the_threshold_parts_the_classes_best(image: np.ndarray) -> None:
    found = levels_of(image)

    def between(at: float) -> float:
        share = (image >= at).mean()
        return float(share * (1 - share) * (image[image >= at].mean() - image[image < at].mean()) ** 2)

    best = max(between(at) for at in np.linspace(0.0, 1.0, 41)[1:-1])
    assert between(found.threshold) >= 0.999 * best
    assert found.dark == pytest.approx(0.1, abs=0.01) and found.bright == pytest.approx(1.0, abs=0.02)


def test_parts_give_the_same_as_the_whole(image: np.ndarray) -> None:
    low, high = float(image.min()), float(image.max())
    assert levels(iter(np.array_split(image, 5)), low, high) == levels_of(image)


@pytest.mark.parametrize(("value", "told"), [(np.nan, "not finite"), (1.0, "all 1")])
def test_values_without_contrast_or_sense_are_refused(value: float, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        levels_of(np.full((4, 4, 4), value))


def test_small_pieces_are_no_target(image: np.ndarray) -> None:
    image[20, 20, 20] = 1.0
    assert otsu(image)[20, 20, 20] and not bone_target(image)[20, 20, 20]
    assert np.array_equal(bone_target(image)[6:16, 6:16, 6:16], np.ones((10,) * 3, dtype=bool))


def test_the_median_forgives_noise_and_the_local_threshold_a_gradient(image: np.ndarray) -> None:
    true = np.zeros(image.shape, dtype=bool)
    true[6:16, 6:16, 6:16] = True
    noisy = image + np.random.default_rng(2).normal(0, 0.35, image.shape).astype(np.float32)
    assert (median_otsu(noisy) != true).sum() < 0.5 * (otsu(noisy) != true).sum()
    sloping = gaussian_filter(image, 0.5) + np.linspace(0, 2, 24, dtype=np.float32)[:, None, None]
    assert (local_threshold(sloping, 8, 0.2) != true).sum() < (otsu(sloping) != true).sum()
