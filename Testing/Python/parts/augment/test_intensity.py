"""Intensities: the same change gives the same image, and each does what it says."""

import numpy as np
import pytest
import torch

from craniomark.parts.augment.intensity import (
    Intensity,
    IntensityRange,
    blurred,
    sample_intensity,
    with_intensity,
)

torch.set_num_threads(1)
FULL = IntensityRange(gain=1.0, gamma=0.5, noise=0.1, blur=1.0, shading=0.3)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def images(count: int = 3) -> torch.Tensor:
    return torch.from_numpy(rng(9).uniform(0, 1, (count, 1, 8, 7, 6)).astype(np.float32))


def test_nothing_is_changed_by_zeros() -> None:
    change = sample_intensity(3, IntensityRange(), rng())
    torch.testing.assert_close(with_intensity(images(), change), images())


def test_the_same_change_gives_the_same_images() -> None:
    change = sample_intensity(3, FULL, rng())
    first, again = with_intensity(images(), change), with_intensity(images(), change)
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    other = with_intensity(images(), sample_intensity(3, FULL, rng(2)))
    assert float((first - other).abs().mean()) > 0.05


def test_what_is_drawn_stays_in_its_range_and_fills_it() -> None:
    drawn = sample_intensity(500, FULL, rng())
    for values, low, high in (
        (drawn.gain, 0.5, 2.0),
        (drawn.gamma, 2**-0.5, 2**0.5),
        (drawn.noise, 0.0, 0.1),
        (drawn.blur, 0.0, 1.0),
        (drawn.shading, -0.3, 0.3),
    ):
        assert low <= float(values.min()) < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < float(values.max()) <= high


def plain(**changed: torch.Tensor) -> Intensity:
    one, none = torch.ones(2), torch.zeros(2)
    parts = {"gain": one, "gamma": one, "noise": none, "blur": none, "shading": torch.zeros(2, 1, 3, 3, 3)}
    return Intensity(**(parts | changed), seed=4)  # type: ignore[arg-type]


def test_gain_and_gamma_are_per_image_and_keep_signs() -> None:
    shown = torch.tensor([0.25, -0.25]).view(2, 1, 1, 1, 1).expand(2, 1, 4, 4, 4)
    found = with_intensity(shown, plain(gain=torch.tensor([2.0, 3.0]), gamma=torch.tensor([0.5, 0.5])))
    torch.testing.assert_close(found[:, 0, 0, 0, 0], torch.tensor([1.0, -1.5]))


def test_noise_has_its_standard_deviation() -> None:
    found = with_intensity(torch.zeros(2, 1, 16, 16, 16), plain(noise=torch.tensor([0.1, 0.4])))
    torch.testing.assert_close(found.std((1, 2, 3, 4)), torch.tensor([0.1, 0.4]), rtol=0.05, atol=0)


def test_shading_multiplies_smoothly() -> None:
    field = torch.zeros(2, 1, 3, 3, 3)
    field[0, 0, 2] = 1.0
    found = with_intensity(torch.ones(2, 1, 9, 9, 9), plain(shading=field))
    torch.testing.assert_close(found[0, 0, :5].log(), torch.zeros(5, 9, 9))
    torch.testing.assert_close(found[0, 0, 5:, 0, 0].log(), torch.tensor([0.25, 0.5, 0.75, 1.0]))
    torch.testing.assert_close(found[1], torch.ones(1, 9, 9, 9))


def test_blur_spreads_a_point_by_its_own_width() -> None:
    points = torch.zeros(2, 1, 21, 21, 21)
    points[:, :, 10, 10, 10] = 1
    found = blurred(points, torch.tensor([0.0, 2.0]))
    torch.testing.assert_close(found[0], points[0])
    distance = torch.arange(21.0) - 10
    spread = (found[1, 0].sum((1, 2)) * distance**2).sum().sqrt()
    torch.testing.assert_close(spread, torch.tensor(2.0), rtol=0.02, atol=0)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_ranges_are_checked(value: float) -> None:
    with pytest.raises(ValueError, match="gamma"):
        IntensityRange(gamma=value)
