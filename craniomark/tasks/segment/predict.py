"""From brightness to the probability of bone, for what fits into memory at once."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F

from craniomark.parts.augment.averages import Symmetry, averaged
from craniomark.tasks.segment.network import SegmentNetwork

_SHARP = 4.0
"""Slope of the probability by the distance where a network tells no mask."""


def probabilities(
    network: SegmentNetwork, images: torch.Tensor, among: Sequence[Symmetry] = ()
) -> torch.Tensor:
    """Probability of bone of each voxel.

    Parameters
    ----------
    network : SegmentNetwork
        In the state that it is in: call ``eval`` on it for predictions.
    images : Tensor, shape (B, 1, I, J, K)
        Air 0, bone about 1; any edges.
    among : sequence of Symmetry
        Mirror images whose answers are averaged, each turned back exactly; none for a single answer.

    Returns
    -------
    Tensor, shape (B, 1, I, J, K)
    """
    with torch.inference_mode():
        if not among:
            return _told(network, images)
        return averaged(lambda turned: _told(network, turned), images, among)


def _told(network: SegmentNetwork, images: torch.Tensor) -> torch.Tensor:
    multiple = network.settings.multiple
    shape = images.shape[2:]
    missing = [-n % multiple for n in shape]
    pads = [side for lack in reversed(missing) for side in (0, lack)]
    padded = F.pad(images, pads, mode="replicate") if any(missing) else images
    answer = network(padded)[0][:, :, : shape[0], : shape[1], : shape[2]]
    if network.settings.heads == "distance":
        return torch.sigmoid(_SHARP * torch.tanh(answer[:, :1]))
    return torch.sigmoid(answer[:, :1])
