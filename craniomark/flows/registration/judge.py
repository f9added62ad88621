"""How well a map fits, and whether it can be trusted."""

from typing import Literal, NamedTuple

import numpy as np
import torch

from craniomark.engine.image import Image, grid_points
from craniomark.engine.linear_register import FINEST_MM, near_bone
from craniomark.engine.local_contrast import locally_normalised
from craniomark.engine.maps import Map
from craniomark.engine.similarity import correlation
from craniomark.flows.registration.pair import Pair

Verdict = Literal["good", "doubtful", "none"]
GOOD, SOME = 0.6, 0.35
"""Correlation, after a linear registration, of skulls of one species, and of anything alike at all."""
STEP_MM = 0.4
FOLD_STEP_MM = 0.4


class Fit(NamedTuple):
    """How alike the images are under a map.

    Attributes
    ----------
    correlation : float
        Of the locally normalised images over the fixed image's bone, -1 to 1; 0 where none of it is in view.
    in_view : float
        Share of the fixed image's bone that comes to lie in the moving image.
    """

    correlation: float
    in_view: float


class Judge:
    """Measures maps between the images of a pair.

    Parameters
    ----------
    pair : Pair
        What is registered.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._points = near_bone(pair.fixed.shrunk(FINEST_MM), STEP_MM)
        fixed, self._moving = (_even(image) for image in (pair.fixed, pair.moving))
        self._values = fixed.at(self._points)

    def fit(self, f: Map) -> Fit:
        """How alike the images are under a map."""
        points = f(self._points)
        seen = self._pair.moving.inside(points).float()
        if not bool(seen.any()):
            return Fit(0.0, 0.0)
        score = float(correlation(self._values, self._moving.at(points), seen))
        return Fit(score, float(seen.mean()))


def folding_percent(f: Map, pair: Pair, step: float = FOLD_STEP_MM) -> float:
    """Percentage of the fixed image's places at which a map turns space inside out.

    The sign of the Jacobian determinant by differences between points `step` mm apart, or as the image's own
    voxels where these are coarser.
    """
    image = pair.fixed
    steps = np.maximum(step / image.spacing, 1.0)
    shape = tuple(max(int(n / s), 2) for n, s in zip(image.shape, steps, strict=True))
    matrix = image.matrix @ np.diag([*steps, 1.0])
    sent = f(grid_points(shape, matrix, image.voxels.device))  # type: ignore[arg-type]
    cells = [n - 1 for n in shape]
    sides = [sent.diff(dim=axis)[: cells[0], : cells[1], : cells[2]] for axis in range(3)]
    volumes = torch.linalg.det(torch.stack(sides, -1))
    unmoved = np.sign(np.linalg.det(matrix[:3, :3]))
    return float((volumes * unmoved <= 0).float().mean()) * 100


def _even(image: Image) -> Image:
    return locally_normalised(image.shrunk(FINEST_MM)).smoothed(STEP_MM / 2)


def verdict_of(fit: Fit) -> Verdict:
    """``"none"`` where the images have nothing in common, ``"good"`` where all agrees."""
    if fit.correlation < SOME or fit.in_view < 0.2:
        return "none"
    return "good" if fit.correlation >= GOOD and fit.in_view >= 0.6 else "doubtful"
