"""The map that an elastic network tells of two images."""

import numpy as np
import torch

from craniomark.engine.image import Image
from craniomark.engine.maps import Composition, Linear, Map, Velocity
from craniomark.tasks.regnet.elastic.network import Elastic, ElasticNetwork
from craniomark.tasks.regnet.elastic.samples import grid_for, view


@torch.inference_mode()
def flows(network: ElasticNetwork, fixed: Image, movings: list[Image]) -> list[tuple[Linear, Velocity]]:
    """Maps, fixed mm to moving mm, of several moving images in one batch.

    Parameters
    ----------
    network : ElasticNetwork
        Trained, of three axes.
    fixed : Image
        Air 0.
    movings : list of Image
        Roughly aligned with it.

    Returns
    -------
    list of (Linear, Velocity)
        The map is the linear one after the flow.
    """
    shape, matrix = grid_for(fixed.shape, fixed.matrix, network.settings)
    device = next(network.parameters()).device
    target = view(fixed, shape, matrix).expand(len(movings), 1, *shape).to(device)
    sources = torch.stack([view(moving, shape, matrix) for moving in movings]).to(device)
    found = network(target, sources)
    return [in_mm(found, number, shape, matrix) for number in range(len(movings))]


def told_map(network: ElasticNetwork, fixed: Image, moving: Image) -> Map:
    """The map of one pair; see `flows`."""
    linear, velocity = flows(network, fixed, [moving])[0]
    return Composition(linear, velocity) if network.settings.joint else velocity


def in_mm(found: Elastic, number: int, shape: tuple[int, ...], matrix: np.ndarray) -> tuple[Linear, Velocity]:
    velocities = found.velocities[number].clone()
    lattice = np.array(velocities.shape[1:])
    steps = matrix @ np.diag([*(np.array(shape) - 1) / (lattice - 1), 1.0])
    axes = torch.as_tensor(steps[:-1, :-1], dtype=torch.float32, device=velocities.device)
    # From torch's coordinates, last axis first, to voxels, to mm.
    to_index = np.eye(4)
    to_index[:3, :3] = np.diag((np.array(shape) - 1) / 2)[:, ::-1]
    to_index[:3, 3] = (np.array(shape) - 1) / 2
    told = np.eye(4)
    told[:3] = found.linear[number].cpu().numpy()
    to_mm = matrix @ to_index
    linear = Linear(to_mm @ told @ np.linalg.inv(to_mm))
    return linear, Velocity(torch.einsum("ij,j...->i...", axes, velocities), steps)
