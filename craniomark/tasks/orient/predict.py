"""Poses that the orientation network proposes for a specimen."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.optimise import Poses
from craniomark.ground.geometry import nearest_rotation, rotation_angle_degrees, rotation_grid
from craniomark.parts.losses.rotation import rotation_from_six
from craniomark.tasks.orient.cubes import bright_centre, turned_cubes
from craniomark.tasks.orient.network import OrientNetwork

Array = NDArray[np.float64]
VIEWS = 8
"""Turns of the specimen that the network is shown."""
ALIKE_DEGREES = 25.0
"""Answers this near to one another agree."""


@torch.inference_mode()
def propose(network: OrientNetwork, coarse: Image, views: int = VIEWS) -> Poses:
    """The answer that most views agree on, averaged, followed by the answer of each view.

    Parameters
    ----------
    network : OrientNetwork
        Trained.
    coarse : Image
        Specimen, from `craniomark.tasks.orient.cubes.coarse_view`; any brightness.
    views : int
        How many turns of it are shown, besides none.

    Returns
    -------
    Poses
        Template to specimen, 2 + `views` of them, with scores of 0; the score of the first is the share of
        views that agree on it.
    """
    settings = network.settings
    turns = np.concatenate([np.eye(3)[None], rotation_grid(views)]) if views else np.eye(3)[None]
    middle = bright_centre(coarse, settings)
    guess = network(turned_cubes(coarse, middle, turns, settings))
    told = rotation_from_six(guess.six).cpu().numpy().astype(np.float64)
    # A view shows Q R where the specimen's own pose is R.
    back = turns.swapaxes(1, 2)
    rotations = back @ told
    arms = np.einsum("nij,nj->ni", back, guess.centre.cpu().numpy().astype(np.float64))
    sizes = guess.scale.exp().cpu().numpy().astype(np.float64)
    agree = rotation_angle_degrees(rotations[:, None], rotations[None]) < ALIKE_DEGREES
    crowd = agree[agree.sum(1).argmax()]
    rotations = np.concatenate([nearest_rotation(rotations[crowd].mean(0))[None], rotations])
    arms = np.concatenate([np.median(arms[crowd], axis=0)[None], arms])
    sizes = np.concatenate([np.median(sizes[crowd])[None], sizes])
    score = np.zeros(len(sizes))
    score[0] = crowd.mean()
    device = coarse.voxels.device
    linear = rotations * np.clip(sizes, 0.8, 1.25)[:, None, None]
    offsets = middle + arms * settings.reach

    def tensor(values: Array) -> torch.Tensor:
        return torch.as_tensor(values, dtype=torch.float32, device=device)

    return Poses(tensor(linear), tensor(offsets), tensor(score))
