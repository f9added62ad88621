"""How well an elastic network brings landmarks of one specimen onto those of another."""

from itertools import permutations

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.maps import Linear, Map
from craniomark.parts.losses.fields import folding_share
from craniomark.parts.nets.precision import full_precision
from craniomark.tasks.regnet.elastic.network import Elastic, ElasticNetwork, displaced, warped
from craniomark.tasks.regnet.elastic.predict import in_mm
from craniomark.tasks.regnet.elastic.samples import Views

Array = NDArray[np.float64]
_PAIRS = 12


def figures(network: ElasticNetwork, views: Views) -> dict[str, float]:
    """Errors between validation specimens, none of them turned.

    Returns
    -------
    dict of str to float
        ``mean_mm``: of carried landmarks; ``identity_mm``: if nothing moves; ``folding_percent``; in two
        dimensions, where landmarks lie in other slices, ``unlike`` and ``unlike_identity``: mean squared
        differences of images.
    """
    pairs = list(permutations(range(len(views.names)), 2))[:_PAIRS]
    if not pairs:
        return {"mean_mm": 0.0, "identity_mm": 0.0, "folding_percent": 0.0}
    found, fixed, moving = _found(network, views, pairs)
    folding = 100 * float(folding_share(_displacements(found, fixed.shape[2:])))
    if network.settings.axes == 2:
        away = (warped(moving, found) - fixed).square().mean()
        still = (moving - fixed).square().mean()
        return {"unlike": float(away), "unlike_identity": float(still), "folding_percent": folding}
    errors, still_errors = [], []
    for number, (one, other) in enumerate(pairs):
        linear, velocity = in_mm(found, number, tuple(fixed.shape[2:]), views.matrix)
        errors.append(_error(velocity, linear, views.points[one], views.points[other]))
        still_errors.append(np.nanmean(np.linalg.norm(views.points[one] - views.points[other], axis=-1)))
    mean, still_mean = float(np.mean(errors)), float(np.mean(still_errors))
    return {"mean_mm": mean, "identity_mm": still_mean, "folding_percent": folding}


def picture(network: ElasticNetwork, views: Views) -> NDArray[np.uint8]:
    """A fixed image, a moving one, and that as it is brought over: the brightest along the first axis."""
    pair = [(0, len(views.names) - 1)]
    found, fixed, moving = _found(network, views, pair)
    rows = [fixed[0, 0], moving[0, 0], warped(moving, found)[0, 0]]
    flat = [row.amax(0) if row.ndim == 3 else row for row in rows]
    grey = (torch.cat(flat, 1).clamp(0, 1) * 255).to(torch.uint8).cpu().numpy()
    return np.repeat(grey[..., None], 3, -1)


@torch.inference_mode()
def _found(
    network: ElasticNetwork, views: Views, pairs: list[tuple[int, int]]
) -> tuple[Elastic, torch.Tensor, torch.Tensor]:
    was_training = network.training
    network.eval()
    device = next(network.parameters()).device
    fixed, moving = (views.images[[pair[side] for pair in pairs]].to(device) for side in (0, 1))
    with full_precision(fixed):
        found = network(fixed, moving)
    network.train(was_training)
    return found, fixed, moving


def _displacements(found: Elastic, shape: tuple[int, ...] | torch.Size) -> torch.Tensor:
    """Of all voxels, shape (B, D, *grid), in voxels."""
    where = displaced(found.velocities, shape).flip(-1).movedim(-1, 1)
    axes = [torch.linspace(-1, 1, n, device=where.device) for n in shape]
    still = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    scale = torch.tensor([(n - 1) / 2 for n in shape], device=where.device)
    return (where - still) * scale.view(1, -1, *[1] * len(shape))


def _error(velocity: Map, linear: Linear, fixed: Array, moving: Array) -> float:
    points = torch.as_tensor(fixed, dtype=torch.float32)
    carried = linear(velocity(points)).cpu().numpy()
    return float(np.nanmean(np.linalg.norm(carried - moving, axis=-1)))
