"""From brightness to the probability of bone, for what fits into memory at once."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from craniomark.parts.augment.averages import Symmetry, averaged
from craniomark.tasks.segment.network import SegmentNetwork

HALF = 0.5
"""Brightness halfway between air and bone."""
_HARDLY = 1e-3
_SHARP = 4.0
"""Slope of the probability by the distance where a network tells no mask."""


def probabilities(
    network: SegmentNetwork, images: torch.Tensor, among: Sequence[Symmetry] = (),
    before: Callable[[], None] = lambda: None,
) -> torch.Tensor:  # fmt: skip
    """Probability of bone of each voxel.

    Parameters
    ----------
    network : SegmentNetwork
        In the state that it is in: call ``eval`` on it for predictions.
    images : Tensor, shape (B, 1, I, J, K)
        Air 0, bone about 1; any edges.
    among : sequence of Symmetry
        Mirror images whose answers are averaged, each turned back exactly; none for a single answer.
    before : callable
        Called before each answer; what it raises ends the work.

    Returns
    -------
    Tensor, shape (B, 1, I, J, K)
    """

    def told(turned: torch.Tensor) -> torch.Tensor:
        before()
        return _told(network, turned)

    with torch.inference_mode():
        return averaged(told, images, among) if among else told(images)


def _told(network: SegmentNetwork, images: torch.Tensor) -> torch.Tensor:
    multiple = network.settings.multiple
    shape = images.shape[2:]
    missing = [-n % multiple for n in shape]
    pads = [side for lack in reversed(missing) for side in (0, lack)]
    padded = F.pad(images, pads, mode="replicate") if any(missing) else images
    answer = network(padded)[0][:, :, : shape[0], : shape[1], : shape[2]]
    if network.settings.heads == "distance":
        return torch.sigmoid(_SHARP * torch.tanh(answer[:, :1]))
    return torch.sigmoid(_sure(answer[:, :1].float(), images, network.settings.sure))


def _sure(logits: torch.Tensor, images: torch.Tensor, least: float) -> torch.Tensor:
    """The logits, but those of brightness where they contradict it and are not sure."""
    bright = images >= HALF
    doubtful = ((logits > 0) != bright) & (logits.abs() < least)
    return torch.where(doubtful, torch.where(bright, _HARDLY, -_HARDLY), logits)
