"""The linear map that a network tells of two images."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.tasks.regnet.affine.cubes import (
    bright_centre,
    coarse_view,
    cube_at,
    cube_through,
    without_pedestal,
)
from craniomark.tasks.regnet.affine.network import AffineNetwork

Array = NDArray[np.float64]
ROUNDS = 4
"""How often the last stage looks again at what is left; further ones change little."""


@torch.inference_mode()
def proposed(network: AffineNetwork, fixed: Image, moving: Image) -> Array:
    """The map from fixed to moving points, LPS mm, shape (4, 4), without any refinement.

    Parameters
    ----------
    network : AffineNetwork
        Trained, of three axes.
    fixed, moving : Image
        Of any brightness, air 0.
    """
    settings = network.settings
    views = [without_pedestal(coarse_view(image, settings.spacing)) for image in (fixed, moving)]
    centres = [bright_centre(view, settings) for view in views]
    cubes = [cube_at(view, centre, settings) for view, centre in zip(views, centres, strict=True)]
    told = network(*cubes)[-1]
    for _ in range(ROUNDS):
        seen = cube_through(views[1], centres[1], told[0], settings)
        told = network.again(cubes[0], seen, told)
    return in_mm(told[0].cpu().numpy().astype(np.float64), centres[0], centres[1], settings.reach)


def in_mm(told: Array, fixed: Array, moving: Array, reach: float) -> Array:
    """A map in units of the reach about the cubes' centres, shape (D + 1, D + 1), as one of mm."""
    matrix = told.copy()
    matrix[:-1, -1] = moving + reach * told[:-1, -1] - told[:-1, :-1] @ fixed
    return matrix
