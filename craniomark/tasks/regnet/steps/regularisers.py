"""What keeps maps smooth, and keeps the map back the inverse of the map there: functions of maps alone."""

import torch

from craniomark.tasks.regnet.steps.maps import Map

STEP = 1e-3


def diffusion(f: Map, places: torch.Tensor) -> torch.Tensor:
    """``n^2 sum_a mean |u(x + e_a) - u(x)|^2`` with ``u = f - identity``, `n` voxels along the first axis.

    The mean squared slope of the displacements, where all axes have as many voxels.

    Parameters
    ----------
    f : Map
        Any.
    places : Tensor, shape (1, D, *grid)
        Voxels of a grid, as `still_places`; ``e_a`` leads to the neighbour along axis a.
    """
    moved = places - f(places)
    slopes = [moved.diff(dim=axis).square().mean() for axis in range(2, moved.ndim)]
    return torch.stack(slopes).sum() * moved.shape[2] ** 2


def inverse_consistency(there: Map, back: Map, places: torch.Tensor) -> torch.Tensor:
    """``mean |there(back(x)) - x|^2 + mean |back(there(x)) - x|^2`` (ICON): 0 for a map and its inverse.

    Parameters
    ----------
    there, back : Map
        Of a pair of images, and of the pair turned round.
    places : Tensor, shape (B, D, *any)
        Where; voxels with random shifts of about a voxel let no fold hide between them.
    """
    first = (places - there(back(places))).square().mean()
    return first + (places - back(there(places))).square().mean()


def gradient_inverse_consistency(
    there: Map, back: Map, places: torch.Tensor, step: float = STEP
) -> torch.Tensor:
    """``sum_a mean |d/dx_a (there(back(x)) - x)|^2`` (GradICON, Tian et al. 2023), by differences.

    Maps that are inverse to one another but for a shift are not punished, and folds cost more.

    Parameters
    ----------
    there, back, places
        As `inverse_consistency`.
    step : float
        Of the differences.
    """

    def missed(x: torch.Tensor) -> torch.Tensor:
        return x - there(back(x))

    here, total = missed(places), torch.zeros((), dtype=places.dtype, device=places.device)
    for axis in range(places.shape[1]):
        aside = torch.zeros(1, places.shape[1], *[1] * (places.ndim - 2), device=places.device)
        aside[:, axis] = step
        total = total + ((missed(places + aside) - here) / step).square().mean()
    return total
