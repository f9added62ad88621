"""From nothing to a pose: rotation search, then refinement from coarse to fine."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.engine.optimise import Poses, TemplatePoints, refine_poses
from craniomark.engine.poses import as_matrix
from craniomark.ground.geometry import rotation_grid
from craniomark.tasks.orient.search import distinct, search_grid, search_rotations

SEARCH_SPACING = 1.0
ROTATIONS = 768
CANDIDATES = 12
APART_DEGREES = 22.0
LEVELS = ((0.7, 4, 4), (0.7, 10, 1), (0.4, 10, 1))
"""Refinement: blur and spacing of the points (mm), most steps, poses kept afterwards."""


@dataclass(frozen=True, eq=False)
class Located:
    """Poses of a template in a specimen.

    Attributes
    ----------
    template_to_specimen : ndarray, shape (4, 4)
        Similarity of the best pose.
    score : float
        Its correlation.
    runner_up : float
        Best correlation of a pose at least 30 degrees away; -1 if there is none.
    """

    template_to_specimen: NDArray[np.float64]
    score: float
    runner_up: float


@dataclass(frozen=True, eq=False)
class Target:
    """The template as the pose search needs it, made once per template.

    Attributes
    ----------
    image : Image
        Template, bone brightness about 1.
    centre : ndarray, shape (3,)
        Centre of its skull, mm.
    radius : float
        Of the ball that holds the skull, mm.
    points : tuple of TemplatePoints
        One set per level of `LEVELS`.
    """

    image: Image
    centre: NDArray[np.float64]
    radius: float
    points: tuple[TemplatePoints, ...]

    @classmethod
    def of(cls, image: Image, bone: float = 0.35, around_mm: float = 1.2) -> "Target":
        """Target of a template image.

        Parameters
        ----------
        image : Image
            Template.
        bone : float
            Brightness from which a voxel is taken for bone.
        around_mm : float
            How far around bone the air counts too.
        """
        sets, centre = [], None
        for blur, _, _ in LEVELS:
            smooth = image.smoothed(blur / 2)
            shape = tuple(int(n * s / blur) for n, s in zip(image.shape, image.spacing, strict=True))
            matrix = image.matrix @ np.diag([*(blur / image.spacing), 1.0])
            points = grid_points(shape, matrix, image.voxels.device)  # type: ignore[arg-type]
            near = _near_bone(image, points, bone, around_mm)
            if centre is None:
                centre = points[near].mean(0)
            sets.append(TemplatePoints(points[near] - centre, smooth.at(points[near])))
        assert centre is not None
        radius = float(sets[0].offsets.norm(dim=-1).max())
        return cls(image, centre.cpu().numpy().astype(np.float64), radius, tuple(sets))


def locate(specimen: Image, target: Target, rotations: NDArray[np.float64] | None = None) -> Located:
    """Pose of the template in a specimen in any pose.

    Parameters
    ----------
    specimen : Image
        Any brightness scale; correlation does not mind.
    target : Target
        What to look for.
    rotations : ndarray, shape (R, 3, 3), optional
        Rotations to try, template to specimen; by default a grid over all of them.
    """
    if rotations is None:
        rotations = rotation_grid(ROTATIONS)
    coarse = specimen.shrunk(SEARCH_SPACING / 2).smoothed(SEARCH_SPACING / 2)
    grid = search_grid(coarse, SEARCH_SPACING)
    blurred = target.image.smoothed(SEARCH_SPACING / 2)
    found = search_rotations(grid, blurred, target.centre, target.radius, rotations)
    poses = distinct(found, CANDIDATES, APART_DEGREES)
    return climb(specimen, target, poses)


def climb(specimen: Image, target: Target, poses: Poses) -> Located:
    """Refine poses level by level and keep the best."""
    runner_up = -1.0
    for (blur, steps, kept), points in zip(LEVELS, target.points, strict=True):
        image = specimen.shrunk(blur / 2).smoothed(blur / 2)
        poses = refine_poses(image, points, poses, steps)
        others = distinct(poses, 2, 30.0)
        if len(others.score) > 1:
            runner_up = float(others.score[1])
        poses = distinct(poses, kept, 3.0)
    centre = torch.as_tensor(target.centre, dtype=torch.float32, device=specimen.voxels.device)
    return Located(as_matrix(poses.linear, poses.offset, centre)[0], float(poses.score[0]), runner_up)


def _near_bone(image: Image, points: torch.Tensor, bone: float, around_mm: float) -> torch.Tensor:
    """True at points with bone within `around_mm`."""
    mask = Image((image.smoothed(0.15).voxels > bone).float(), image.matrix)
    return mask.smoothed(around_mm / 2).at(points) > 0.02
