"""Normalised cross-correlation of templates with a larger search patch, at every shift at once."""

import torch
from scipy.fft import next_fast_len

_AXES = (-3, -2, -1)


def correlation_maps(
    search: torch.Tensor, templates: torch.Tensor, window: torch.Tensor, noise_sd: float = 0.0
) -> torch.Tensor:
    """Windowed normalised cross-correlation (Lewis 1995, with a Gaussian window) by FFT.

    Parameters
    ----------
    search : Tensor, shape (L, N, N, N)
        One search patch per landmark.
    templates : Tensor, shape (L, A, n, n, n)
        Templates per landmark, from several atlases.
    window : Tensor, shape (n, n, n)
        Weights of the template's voxels, summing to one; a product of weights along each axis, as a
        Gaussian is.
    noise_sd : float
        Standard deviation that counts as flat, in the units of `search`: keeps noise in empty
        regions from correlating.

    Returns
    -------
    Tensor, shape (L, A, D, D, D)
        Correlation, -1 to 1, for the ``D = N - n + 1`` shifts along each axis.
    """
    length = next_fast_len(search.shape[-1], real=True)
    centred = templates - (window * templates).sum(_AXES, keepdim=True)
    weighted = window * centred
    template_variance = (weighted * centred).sum(_AXES, keepdim=True)
    search = search - search.mean(_AXES, keepdim=True)
    mean, square = _averages(search, window), _averages(search**2, window)
    variance = (square - mean**2).clamp_min(0) + noise_sd**2 + 1e-12
    spectrum = torch.fft.rfftn(search, s=(length,) * 3, dim=_AXES)
    # Convolved with the templates turned round, which spares a copy of their conjugate spectra.
    kernels = torch.fft.rfftn(weighted.flip(_AXES), s=(length,) * 3, dim=_AXES)
    full = torch.fft.irfftn(spectrum[:, None] * kernels, s=(length,) * 3, dim=_AXES)
    valid = slice(templates.shape[-1] - 1, search.shape[-1])
    products = full[..., valid, valid, valid]
    return products / (variance[:, None] * template_variance.clamp_min(1e-12)).sqrt()


def _averages(values: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    """Weighted means, shape (L, D, D, D), of all cubes in values, shape (L, N, N, N)."""
    for axis in _AXES:
        along = window.sum([other for other in _AXES if other != axis])
        shifts = values.shape[axis] - len(along) + 1
        banded = torch.zeros(shifts, values.shape[axis], device=values.device)
        for shift in range(shifts):
            banded[shift, shift : shift + len(along)] = along
        values = torch.tensordot(values, banded, dims=([axis], [1])).movedim(-1, axis)
    return values
