"""Hybrid registration of slices of real CTs, from rest and from a network of two axes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.engine.maps import Map, lattice_points
from craniomark.flows.registration.pair import prepared
from craniomark.ground.volumes import read_volume
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.regnet.elastic.network import ElasticNetwork, ElasticSettings
from craniomark.tasks.regnet.elastic.objective import ElasticObjective, elastic_losses
from craniomark.tasks.regnet.elastic.samples import view
from craniomark.tasks.regnet.hybrid.hyreg import HybridSettings
from craniomark.tasks.regnet.hybrid.slices import hybrid_slices, slice_at

SPACING, SHAPE = 0.25, (56, 96, 40)
DEPTHS = slice(12, 28, 4)
STEPS = 25


@pytest.fixture(scope="module")
def slices(mouse_ct_folder: Path) -> torch.Tensor:
    """Axial slices of three CTs as they lie, shape (3, S, H, W)."""
    images = [prepared(read_volume(mouse_ct_folder / f"152_{n}.nii.gz"), "") for n in (10, 16, 20)]
    middle = images[0].matrix[:3, :3] @ (np.array(images[0].shape) / 2) + images[0].matrix[:3, 3]
    matrix = np.diag([SPACING] * 3 + [1.0])
    matrix[:3, 3] = middle - SPACING * np.array(SHAPE) / 2
    views = torch.stack([view(image, SHAPE, matrix)[0] for image in images])
    return views[..., DEPTHS].movedim(-1, 1).contiguous()


def warp(points: torch.Tensor) -> torch.Tensor:
    """A smooth map that moves points by up to 0.4 mm."""
    x, y = points.unbind(-1)
    return points + 0.28 * torch.stack([torch.sin(0.6 * y), torch.cos(0.5 * x)], -1)


def error_mm(f: Map, bright: torch.Tensor) -> float:
    points = lattice_points(bright.shape, np.diag([SPACING, SPACING, 1.0]))
    return float((f(points) - warp(points))[bright].norm(dim=-1).mean())


def test_a_known_warp_of_a_real_slice_is_found(slices: torch.Tensor) -> None:
    whole = slices[0, 1]
    seen = slice_at(whole, warp(lattice_points(whole.shape, np.diag([SPACING, SPACING, 1.0]))), SPACING)
    found = hybrid_slices(seen, 0.8 * whole[None], SPACING)[0]
    assert error_mm(found.flow, seen > 0.4) < 0.4 * error_mm(lambda points: points, seen > 0.4)


def test_slices_of_two_animals_come_to_look_alike(slices: torch.Tensor) -> None:
    for depth in range(slices.shape[1]):
        found = hybrid_slices(slices[0, depth], slices[1:, depth], SPACING)
        assert all(one.report.after > one.report.before + 0.015 for one in found)
        assert all(one.report.folding_percent == 0 for one in found)


def test_a_trained_network_of_two_axes_is_a_better_start_than_rest(slices: torch.Tensor) -> None:
    network = trained(slices[1:])
    kept, rises = HybridSettings().with_steps(0), []
    for depth, fixed in enumerate(slices[0]):
        movings = slices[1:, depth]
        start = network(fixed.expand(2, 1, -1, -1), movings[:, None]).velocities
        found = hybrid_slices(fixed, movings, SPACING, start, kept)
        rest = hybrid_slices(fixed, movings, SPACING, None, kept)
        rises += [one.report.after - other.report.after for one, other in zip(found, rest, strict=True)]
    assert np.mean(rises) > 0.01, rises


def trained(slices: torch.Tensor) -> ElasticNetwork:
    """Trained on slices of two CTs, shape (2, S, H, W), at the same depths and both ways round."""
    torch.manual_seed(1)
    settings = ElasticSettings(2, SPACING, 4, (1, 3), 2, UNetSettings((16, 32), stem=1))
    network = ElasticNetwork(settings)
    tensors = {"fixed": slices.flatten(0, 1)[:, None], "moving": slices.flip(0).flatten(0, 1)[:, None]}
    unlabelled = torch.zeros(len(tensors["fixed"]), 1, *slices.shape[2:])
    tensors |= {"fixed_labels": unlabelled, "moving_labels": unlabelled}
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    for _ in range(STEPS):
        optimiser.zero_grad()
        losses = elastic_losses(network(tensors["fixed"], tensors["moving"]), tensors, ElasticObjective())
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return network.eval().requires_grad_(False)
