"""How far off an orientation network is, and what that looks like."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.parts.augment.pose import index_maps, pose_matrices, resampled
from craniomark.parts.losses.rotation import geodesic, rotation_from_six
from craniomark.tasks.orient.network import NetworkSettings, OrientNetwork
from craniomark.tasks.orient.samples import PLAIN, SampleSettings, Stock, sample_batch

Array = NDArray[np.float64]
SEED = 20
"""Of the poses that networks are compared on."""


@torch.inference_mode()
def figures(network: OrientNetwork, stock: Stock, samples: SampleSettings, trials: int) -> dict[str, float]:
    """Errors from one view, without refinement.

    Parameters
    ----------
    network : OrientNetwork
        On any device; in evaluation mode.
    stock : Stock
        Specimens.
    samples : SampleSettings
        For the figures under ``hard``: cut, padded, noisy, cluttered; the others are of turned
        specimens as they are.
    trials : int
        Poses over all specimens, the same at each call.

    Returns
    -------
    dict of str to float
        ``mean_degrees``, ``p95_degrees``, ``max_degrees``, ``mean_mm`` of the centre, ``scale`` (mean
        absolute difference of logarithms) and ``hard_mean_degrees``.
    """
    degrees, millimetres, scale = _errors(network, stock, PLAIN, trials)
    return {
        "mean_degrees": float(degrees.mean()),
        "p95_degrees": float(degrees.quantile(0.95)),
        "max_degrees": float(degrees.max()),
        "mean_mm": float(millimetres.mean()),
        "scale": float(scale.mean()),
        "hard_mean_degrees": float(_errors(network, stock, samples, trials)[0].mean()),
    }


@torch.inference_mode()
def picture(
    network: OrientNetwork, stock: Stock, samples: SampleSettings, count: int = 4
) -> NDArray[np.uint8]:
    """Cubes as shown, turned back as the network tells, and as is true; one row each, seen from the side.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
    """
    rng = np.random.default_rng([SEED, 1])
    batch, _ = sample_batch(stock, count, network.settings, samples, rng)
    device = next(network.parameters()).device
    told = rotation_from_six(network(batch["cubes"].to(device)).six).cpu()
    turns = (torch.eye(3).expand(count, 3, 3), told, batch["rotation"])
    rows = [_seen(batch["cubes"], turn, network.settings) for turn in turns]
    grey = (255 * np.concatenate(rows, 1)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)


def _errors(
    network: OrientNetwork, stock: Stock, samples: SampleSettings, trials: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(SEED)
    batch, _ = sample_batch(stock, trials, network.settings, samples, rng)
    device = next(network.parameters()).device
    six, centre, scale = (told.cpu() for told in network(batch["cubes"].to(device)))
    degrees = torch.rad2deg(geodesic(rotation_from_six(six), batch["rotation"]))
    off = (centre - batch["centre"]).norm(dim=1) * network.settings.reach
    return degrees, off, (scale - batch["scale"]).abs()


def _seen(cubes: torch.Tensor, turns: torch.Tensor, settings: NetworkSettings) -> Array:
    """Maximum projections along the first axis, one below the other, of cubes turned back."""
    back = pose_matrices(turns.numpy().astype(np.float64).swapaxes(1, 2), np.zeros(3))
    grid = np.eye(4)
    grid[:3, 3] = -(settings.size - 1) / 2
    upright = resampled(cubes, index_maps(grid, back, grid), cubes.shape[2:])
    flat = upright[:, 0].amax(1).clamp(0, 1).numpy().astype(np.float64)
    return flat.swapaxes(1, 2)[:, ::-1].reshape(-1, settings.size)
