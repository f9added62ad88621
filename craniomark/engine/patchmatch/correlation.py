"""Normalised cross-correlation of templates with a larger search patch, at every shift at once."""

import torch

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
        Weights of the template's voxels, summing to one.
    noise_sd : float
        Standard deviation that counts as flat, in the units of `search`: keeps noise in empty
        regions from correlating.

    Returns
    -------
    Tensor, shape (L, A, D, D, D)
        Correlation, -1 to 1, for the ``D = N - n + 1`` shifts along each axis.
    """
    n, size = templates.shape[-1], search.shape[-1]
    shifts = size - n + 1
    centred = templates - (window * templates).sum(_AXES, keepdim=True)
    weighted = window * centred
    template_variance = (weighted * centred).sum(_AXES, keepdim=True)
    search = search - search.mean(_AXES, keepdim=True)

    def correlate(spectrum: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        transformed = torch.fft.rfftn(kernel, s=(size,) * 3, dim=_AXES).conj()
        full = torch.fft.irfftn(spectrum * transformed, s=(size,) * 3, dim=_AXES)
        return full[..., :shifts, :shifts, :shifts]

    spectrum = torch.fft.rfftn(search, dim=_AXES)
    mean = correlate(spectrum, window)
    square = correlate(torch.fft.rfftn(search**2, dim=_AXES), window)
    variance = (square - mean**2).clamp_min(0) + noise_sd**2 + 1e-12
    products = correlate(spectrum[:, None], weighted)
    return products / (variance[:, None] * template_variance.clamp_min(1e-12)).sqrt()
