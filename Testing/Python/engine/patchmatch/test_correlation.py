"""The FFT gives what the definition gives, shift by shift."""

import numpy as np
import torch
from hypothesis import given, settings
from synthetic import seeds, tensor

from craniomark.engine.patchmatch.correlation import correlation_maps
from craniomark.engine.patchmatch.windows import gaussian_window


def direct(search: np.ndarray, template: np.ndarray, window: np.ndarray, noise_sd: float) -> np.ndarray:
    """Windowed normalised cross-correlation by its definition; one search patch and one template."""
    n, shifts = len(template), len(search) - len(template) + 1
    values = np.empty((shifts,) * 3)
    t = template - (window * template).sum()
    for i, j, k in np.ndindex(values.shape):
        s = search[i : i + n, j : j + n, k : k + n]
        s = s - (window * s).sum()
        variance = (window * s**2).sum() + noise_sd**2
        values[i, j, k] = (window * s * t).sum() / np.sqrt(variance * (window * t**2).sum())
    return values


@settings(max_examples=15)
@given(seeds)
def test_maps_are_those_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    search, templates = rng.normal(3, 1, (2, 8, 8, 8)), rng.normal(-1, 2, (2, 3, 5, 5, 5))
    window = gaussian_window(5, 0.25, 0.4)
    for noise_sd in (0.0, 0.5):
        found = correlation_maps(tensor(search), tensor(templates), window, noise_sd)
        expected = [
            [direct(s, t, window.numpy().astype(float), noise_sd) for t in row]
            for s, row in zip(search, templates, strict=True)
        ]
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-4)


def test_a_template_is_found_where_it_was_cut() -> None:
    search = tensor(np.random.default_rng(1).normal(size=(1, 10, 10, 10)))
    template = search[:, None, 3:8, 1:6, 4:9]
    maps = correlation_maps(search, template, gaussian_window(5, 1.0, 1.5))
    assert np.unravel_index(int(maps.argmax()), maps.shape[-3:]) == (3, 1, 4)
    np.testing.assert_allclose(float(maps.max()), 1, atol=1e-4)


def test_gain_and_offset_do_not_matter_unless_noise_is_told() -> None:
    rng = np.random.default_rng(2)
    search, template = tensor(rng.normal(size=(1, 8, 8, 8))), tensor(rng.normal(size=(1, 1, 5, 5, 5)))
    window = gaussian_window(5, 1.0, 1.5)
    plain = correlation_maps(search, template, window)
    torch.testing.assert_close(
        correlation_maps(7 * search + 50, 3 * template - 9, window), plain, atol=2e-3, rtol=0
    )
    assert float(correlation_maps(0.01 * search, template, window, 0.1).abs().max()) < 0.1


def test_flat_search_or_template_correlates_with_nothing() -> None:
    busy, window = tensor(np.random.default_rng(3).normal(size=(1, 8, 8, 8))), gaussian_window(5, 1.0, 1.5)
    flat, empty = torch.full((1, 8, 8, 8), 4.0), torch.zeros(1, 1, 5, 5, 5)
    for search, template in ((flat, busy[:, None, :5, :5, :5]), (busy, empty)):
        maps = correlation_maps(search, template, window, 0.02)
        assert torch.isfinite(maps).all()
        assert float(maps.abs().max()) < 1e-3
