"""Linear registration of two images without learning: maps refined from coarse to fine."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.families import FamilyName
from craniomark.engine.image import Image, grid_points
from craniomark.engine.linear_climb import climb_linear
from craniomark.engine.local_contrast import locally_normalised
from craniomark.engine.optimise import Poses, TemplatePoints
from craniomark.engine.poses import as_matrix

BONE, AROUND_MM = 0.35, 1.2
"""Brightness from which a voxel is taken for bone, and how far around it the air counts too."""
FINEST_MM = 0.15
"""Voxels that are fine enough."""
COARSE_MM, FINE_MM = 0.7, (0.3, 0.2)
"""Blur and spacing of the points: of the choice among starts, and of the refinement."""
COARSE_STEPS, FINE_STEPS = 15, 15
FEWEST_POINTS, MOST_POINTS = 50, 30_000
"""More are thinned evenly."""


@dataclass(frozen=True, eq=False)
class LinearTarget:
    """A fixed image as points, made once.

    Attributes
    ----------
    centre : ndarray, shape (3,)
        Of its bone, mm.
    coarse : TemplatePoints
        Of the image itself, `COARSE_MM` apart.
    fine : tuple of TemplatePoints
        Of the locally normalised image, `FINE_MM` apart.
    """

    centre: NDArray[np.float64]
    coarse: TemplatePoints
    fine: tuple[TemplatePoints, ...]

    @classmethod
    def of(cls, fixed: Image) -> "LinearTarget":
        """Points of a fixed image, bone about 1.

        Raises
        ------
        ValueError
            If there is no bone in it.
        """
        small = fixed.shrunk(FINEST_MM)
        even = locally_normalised(small)
        coarse = near_bone(small, COARSE_MM)
        centre = coarse.mean(0)
        sets = [
            TemplatePoints(points - centre, image.smoothed(step / 2).at(points))
            for image, step, points in (
                (small, COARSE_MM, coarse), *((even, step, near_bone(small, step)) for step in FINE_MM)
            )
        ]  # fmt: skip
        return cls(centre.cpu().numpy().astype(np.float64), sets[0], tuple(sets[1:]))

    def poses(self, maps: NDArray[np.float64]) -> Poses:
        """Maps, shape (K, 4, 4), fixed mm to moving mm, as poses not yet scored."""
        device = self.coarse.offsets.device
        offsets = maps[:, :3, :3] @ self.centre + maps[:, :3, 3]
        linear = torch.as_tensor(maps[:, :3, :3], dtype=torch.float32, device=device)
        places = torch.as_tensor(offsets, dtype=torch.float32, device=device)
        return Poses(linear, places, torch.full((len(maps),), -1.0, device=device))

    def maps(self, poses: Poses) -> NDArray[np.float64]:
        """Poses as maps, shape (K, 4, 4)."""
        centre = torch.as_tensor(self.centre, dtype=torch.float32, device=poses.linear.device)
        return as_matrix(poses.linear, poses.offset, centre)


def chosen_start(
    target: LinearTarget, moving: Image, starts: NDArray[np.float64], rigid: bool = False
) -> tuple[NDArray[np.float64], float]:
    """The start that leads highest at the coarse level, climbed from, and its correlation.

    Parameters
    ----------
    target : LinearTarget
        Of the fixed image.
    moving : Image
        Bone about 1.
    starts : ndarray, shape (K, 4, 4)
        Fixed mm to moving mm; of any family.
    rigid : bool
        Leave the size alone; else it may change.
    """
    coarse = coarse_of(moving)
    family: FamilyName = "rigid" if rigid else "similarity"
    found = climb_linear(coarse, target.coarse, target.poses(starts), family, COARSE_STEPS).best(1)
    return target.maps(found)[0], float(found.score[0])


def refined(
    target: LinearTarget,
    moving: Image,
    start: NDArray[np.float64],
    family: FamilyName,
    steps: int = FINE_STEPS,
    told: Callable[[float], None] = lambda _: None,
) -> tuple[NDArray[np.float64], float]:
    """A map refined on the coarse image, then on locally normalised ones, and its correlation there.

    Parameters
    ----------
    target : LinearTarget
        Of the fixed image.
    moving : Image
        Bone about 1.
    start : ndarray, shape (4, 4)
        Fixed mm to moving mm, of the family.
    family : {"rigid", "similarity", "scales", "affine"}
        What may change.
    steps : int
        Most steps of each level; 0 only scores.
    told : callable
        Hears the fraction that is done.

    Returns
    -------
    ndarray, shape (4, 4)
    float
        Correlation, -1 to 1, at the finest level; -1 where too little of the fixed image is in view.
    """
    even = locally_normalised(moving.shrunk(FINEST_MM))
    levels = [(coarse_of(moving), target.coarse)]
    levels += [(even.smoothed(step / 2), points) for step, points in zip(FINE_MM, target.fine, strict=True)]
    poses = target.poses(start[None])
    for number, (image, points) in enumerate(levels):

        def step_told(part: float, level: int = number) -> None:
            told((level + part) / len(levels))

        poses = climb_linear(image, points, poses, family, steps, step_told)
    return target.maps(poses)[0], float(poses.score[0])


def coarse_of(image: Image) -> Image:
    """An image as the coarse level sees it."""
    return image.shrunk(COARSE_MM / 2).smoothed(COARSE_MM / 2)


def near_bone(image: Image, step: float) -> torch.Tensor:
    """Points `step` mm apart, or fewer, shape (P, 3) mm, with bone around.

    Raises
    ------
    ValueError
        If there are next to none.
    """
    near = Image((image.voxels > BONE).float(), image.matrix).smoothed(AROUND_MM / 2)
    shape = tuple(max(int(n * s / step), 1) for n, s in zip(image.shape, image.spacing, strict=True))
    matrix = image.matrix @ np.diag([*(step / image.spacing), 1.0])
    points = grid_points(shape, matrix, image.voxels.device).reshape(-1, 3)  # type: ignore[arg-type]
    points = points[near.at(points) > 0.02]
    if len(points) < FEWEST_POINTS:
        raise ValueError("no bone to align")
    return points[:: -(-len(points) // MOST_POINTS)]
