"""Levels 1 and 2 trained end to end: the places that level 1 tells are where patches are cut."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from craniomark.engine.image import Image
from craniomark.tasks.landmark.focus.network import Focused, FocusNetwork
from craniomark.tasks.landmark.focus.patches import cut
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, Located


class Together(NamedTuple):
    """What both levels tell of a batch.

    Attributes
    ----------
    located : Located
        Level 1.
    focused : Focused
        Level 2, for K landmarks of each sample.
    starts : Tensor, shape (B, K, 3)
        Where patches were cut, mm of level 1's frame.
    points : Tensor, shape (B, K, 3)
        Starts and offsets together.
    """

    located: Located
    focused: Focused
    starts: torch.Tensor
    points: torch.Tensor


class TwoLevels(nn.Module):
    """A landmark network and a focus network that learn from one loss.

    Patches are cut by interpolation, so that the error of the final points has slopes for level 1 too.

    Parameters
    ----------
    whole : LandmarkNetwork
        Level 1.
    focus : FocusNetwork
        Level 2, for the same landmarks.
    """

    def __init__(self, whole: LandmarkNetwork, focus: FocusNetwork) -> None:
        super().__init__()
        self.whole, self.focus = whole, focus

    def forward(
        self, images: torch.Tensor, chosen: torch.Tensor, sources: Sequence[Image], poses: torch.Tensor,
        gains: torch.Tensor, blend: float = 1.0,
    ) -> Together:  # fmt: skip
        """Points of both levels.

        Parameters
        ----------
        images : Tensor, shape (B, 1, I, J, K)
            What level 1 sees.
        chosen : Tensor of int, shape (B, K)
            Landmarks that are looked at closely.
        sources : sequence of Image
            For each sample the specimen, as fine as patches need it.
        poses : Tensor, shape (B, 4, 4)
            From the specimen's frame to that of the sample.
        gains : Tensor, shape (B,)
            Brightness of the sample relative to the specimen.
        blend : float
            See `LandmarkNetwork.forward`.
        """
        located = self.whole(images, blend=blend)
        starts = located.points.gather(1, chosen[..., None].expand(-1, -1, 3))
        settings, patches = self.focus.settings, []
        for one, image in enumerate(sources):
            back = torch.linalg.inv(poses[one])
            centres = starts[one] @ back[:3, :3].T + back[:3, 3]
            axes = back[:3, :3].expand(len(centres), 3, 3)
            patches.append(gains[one] * cut(image, centres, axes, settings.size, settings.spacing))
        focused = self.focus(torch.cat(patches), chosen.flatten())
        return Together(located, focused, starts, starts + focused.offsets.view_as(starts))
