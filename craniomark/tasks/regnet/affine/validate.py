"""How well a network recovers maps that are known, and brings one skull onto another."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.ground.geometry import nearest_rotation, rotation_angle_degrees
from craniomark.parts.nets.precision import full_precision
from craniomark.tasks.regnet.affine.network import AffineNetwork, warped
from craniomark.tasks.regnet.affine.numbers import numbers_of, scale_count, turn_count
from craniomark.tasks.regnet.affine.samples import PairSettings, Stock, cubes_of, placed, sample_pairs

Array = NDArray[np.float64]
_SEED = 7


def figures(
    network: AffineNetwork, stock: Stock, samples: PairSettings, trials: int, degrees: float
) -> dict[str, float]:
    """Errors of maps between augmented pairs of one specimen each, and between specimens.

    Parameters
    ----------
    network : AffineNetwork
        Trained or not.
    stock : Stock
        Validation specimens.
    samples : PairSettings
        How pairs are made.
    trials : int
        Pairs of either kind.
    degrees : float
        Largest angle of the pairs.

    Returns
    -------
    dict of str to float
        ``mean_mm``: distance of bone from where it belongs; ``degrees`` of the turn, ``scale_percent`` of the
        size, means over pairs; ``between_mm``: of landmarks of one specimen from those of another, and
        ``between_identity_mm`` if nothing is moved back. 0 where there is one specimen alone.
    """
    was_training = network.training
    network.eval()
    drawn = PairSettings(
        trials, degrees, samples.scale, samples.shear, samples.shift, samples.pose, samples.intensity,
        samples.field,
    )  # fmt: skip
    with torch.inference_mode(), full_precision(next(network.parameters())):
        device = next(network.parameters()).device
        batch, _ = sample_pairs(stock, network.settings, drawn, np.random.default_rng(_SEED))
        found = network(batch["fixed"].to(device), batch["moving"].to(device))[-1].cpu()
        told = recovery(found, batch["maps"], network)
        told |= _between(network, stock, drawn, device)
    network.train(was_training)
    return told


def recovery(found: torch.Tensor, truth: torch.Tensor, network: AffineNetwork) -> dict[str, float]:
    """Errors of maps in units of the reach, shape (B, D + 1, D + 1): mm, degrees and per cent."""
    settings, axes = network.settings, network.settings.axes
    corners = torch.cartesian_prod(*[torch.linspace(-0.45, 0.45, 4)] * axes)
    away = (corners @ (found - truth)[:, :-1, :-1].transpose(1, 2)) + (found - truth)[:, None, :-1, -1]
    a, b = (m[:, :-1, :-1].numpy().astype(np.float64) for m in (found, truth))
    sizes = np.abs(np.linalg.svd(a, compute_uv=False) / np.linalg.svd(b, compute_uv=False) - 1)
    return {
        "mean_mm": float(away.norm(dim=-1).mean()) * settings.reach,
        "degrees": float(np.mean(turn_errors(found, truth))),
        "scale_percent": 100 * float(sizes.mean()) if scale_count(settings.family, axes) else 0.0,
    }


def turn_errors(found: torch.Tensor, truth: torch.Tensor) -> Array:
    """Angles, degrees, between the rotations nearest to maps, shape (B,)."""
    if found.shape[-1] == 3:
        count = turn_count(2)
        turns = [numbers_of(maps.float(), "affine")[:, :count] for maps in (found, truth)]
        return np.degrees(np.abs((turns[0] - turns[1]).numpy()[:, 0])).astype(np.float64)
    pairs = zip(found.numpy(), truth.numpy(), strict=True)
    return np.array([rotation_angle_degrees(nearest_rotation(a), nearest_rotation(b)) for a, b in pairs])


def picture(network: AffineNetwork, stock: Stock, samples: PairSettings) -> NDArray[np.uint8]:
    """Rows of a fixed image, a moving one, and the moving one as the network brings it back."""
    drawn = PairSettings(3, samples.degrees, samples.scale, samples.shear, samples.shift, samples.pose)
    with torch.inference_mode():
        device = next(network.parameters()).device
        batch, _ = sample_pairs(stock, network.settings, drawn, np.random.default_rng(_SEED))
        fixed, moving = batch["fixed"].to(device), batch["moving"].to(device)
        back = warped(moving, network(fixed, moving)[-1])
    rows = [torch.cat([_flat(one) for one in images], 1) for images in zip(fixed, moving, back, strict=True)]
    grey = (torch.cat(rows, 0).clamp(0, 1) * 255).to(torch.uint8).cpu().numpy()
    return np.repeat(grey[..., None], 3, -1)


def _flat(image: torch.Tensor) -> torch.Tensor:
    """An image, shape (1, I, J[, K]), as a picture: the brightest along the first of three axes."""
    return image[0].amax(0) if image.ndim == 4 else image[0]


def _between(
    network: AffineNetwork, stock: Stock, samples: PairSettings, device: torch.device
) -> dict[str, float]:
    """Errors of landmarks between different specimens."""
    count = len(stock.names)
    if count < 2:
        return {"between_mm": 0.0, "between_identity_mm": 0.0}
    rng = np.random.default_rng(_SEED + 1)
    ones = rng.integers(count, size=samples.batch)
    others = (ones + rng.integers(1, count, size=samples.batch)) % count
    lie = placed(stock, ones, network.settings, samples, rng)
    cubes = [
        cubes_of(stock, rows, poses, network.settings).to(device)
        for rows, poses in ((ones, lie.fixed), (others, lie.moving))
    ]
    found = network(*cubes)[-1].cpu().numpy().astype(np.float64)
    found[:, :-1, -1] *= network.settings.reach
    start = _under(lie.fixed, stock.points[ones])
    wanted = _under(lie.moving, stock.points[others])
    return {
        "between_mm": float(np.nanmean(np.linalg.norm(_under(found, start) - wanted, axis=-1))),
        "between_identity_mm": float(np.nanmean(np.linalg.norm(start - wanted, axis=-1))),
    }


def _under(maps: Array, points: Array) -> Array:
    return np.asarray(points @ maps[:, :-1, :-1].swapaxes(1, 2) + maps[:, None, :-1, -1])
