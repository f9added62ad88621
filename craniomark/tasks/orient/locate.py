"""From nothing to a pose: network and rotation search, then refinement from coarse to fine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.engine.optimise import Poses, TemplatePoints, joined, refine_poses, scores
from craniomark.engine.poses import as_matrix
from craniomark.ground.geometry import rotation_grid
from craniomark.tasks.orient.cubes import coarse_view
from craniomark.tasks.orient.network import OrientNetwork
from craniomark.tasks.orient.predict import propose
from craniomark.tasks.orient.search import distinct, search_grid, search_rotations

SEARCH_SPACING = 1.0
ROTATIONS = 768
CANDIDATES = 12
APART_DEGREES = 22.0
PROPOSALS = 3
"""Poses of the network that are climbed from."""
FEW_ROTATIONS, FEW_CANDIDATES = 96, 5
"""The search beside a network's poses: what else might it be?"""
CLEAR_SCORE, CLEAR_LEAD = 0.8, 0.3
"""What a network's pose must show, or all rotations are searched; twice the lead that a verdict needs."""
SIZES = 0.8, 1.25
"""Sizes, beside the template's, that are looked for; the refinement leaves what lies outside as it is."""
Told = Callable[[float], None]
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
    blurred : Image
        Template as the rotation search takes it.
    """

    image: Image
    centre: NDArray[np.float64]
    radius: float
    points: tuple[TemplatePoints, ...]
    blurred: Image

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
        middle = centre.cpu().numpy().astype(np.float64)
        return cls(image, middle, radius, tuple(sets), image.smoothed(SEARCH_SPACING / 2))


class Views:
    """A specimen at the resolutions that the search needs, each made once.

    Parameters
    ----------
    specimen : Image
        Any brightness scale; correlation does not mind.
    """

    def __init__(self, specimen: Image) -> None:
        self._specimen = specimen
        self._made: dict[float, Image] = {}

    def at(self, spacing: float) -> Image:
        """The specimen as points `spacing` mm apart can show it."""
        if spacing not in self._made:
            self._made[spacing] = coarse_view(self._specimen, spacing)
        return self._made[spacing]


def locate(
    specimen: Image,
    target: Target,
    rotations: NDArray[np.float64] | None = None,
    network: OrientNetwork | None = None,
    proposals: Sequence[NDArray[np.float64]] = (),
    told: Told = lambda _: None,
) -> Located:
    """Pose of the template in a specimen in any pose.

    The poses that networks propose are refined beside those of a short search. Where one of them
    is clearly the best, that is it; else all rotations are searched, and the better score wins.

    Parameters
    ----------
    specimen : Image
        Any brightness scale; correlation does not mind.
    target : Target
        What to look for.
    rotations : ndarray, shape (R, 3, 3), optional
        Rotations to try, template to specimen; by default a grid over all of them.
    network : OrientNetwork, optional
        Proposes poses where `rotations` are not given.
    proposals : sequence of ndarray, shape (4, 4)
        Similarities, template to specimen, that others propose where `rotations` are not given. What
        is none, as of a network that saw nothing, is left out; sizes are brought within `SIZES`.
    told : callable
        Hears the fraction that is done; may raise to cancel.
    """
    views = Views(specimen)
    if rotations is not None:
        return climb(views, target, searched(views, target, rotations, CANDIDATES, told), told)
    proposed = _proposals(views, target, network, proposals)
    told(0.1)
    if proposed is not None:
        others = searched(views, target, rotation_grid(FEW_ROTATIONS), FEW_CANDIDATES, told)
        found = climb(views, target, joined(proposed, others), told)
        if found.score >= CLEAR_SCORE and found.score - found.runner_up >= CLEAR_LEAD:
            return found
    poses = searched(views, target, rotation_grid(ROTATIONS), CANDIDATES, told)
    return climb(views, target, joined(proposed, poses) if proposed else poses, told)


def searched(
    views: Views, target: Target, rotations: NDArray[np.float64], count: int, told: Told = lambda _: None
) -> Poses:
    """The best poses that differ, by correlation under each of the rotations."""
    grid = search_grid(views.at(SEARCH_SPACING), SEARCH_SPACING)
    found = search_rotations(
        grid, target.blurred, target.centre, target.radius, rotations, lambda part: told(0.1 + 0.4 * part)
    )
    return distinct(found, count, APART_DEGREES)


def climb(views: Views, target: Target, poses: Poses, told: Told = lambda _: None) -> Located:
    """Refine poses level by level and keep the best."""
    runner_up = -1.0
    for number, ((blur, steps, kept), points) in enumerate(zip(LEVELS, target.points, strict=True)):

        def step_told(part: float, level: int = number) -> None:
            told(0.5 + 0.5 * (level + part) / len(LEVELS))

        poses = refine_poses(views.at(blur), points, poses, steps, told=step_told)
        others = distinct(poses, 2, 30.0)
        if len(others.score) > 1:
            runner_up = float(others.score[1])
        poses = distinct(poses, kept, 3.0)
    device = poses.linear.device
    centre = torch.as_tensor(target.centre, dtype=torch.float32, device=device)
    return Located(as_matrix(poses.linear, poses.offset, centre)[0], float(poses.score[0]), runner_up)


def _proposals(
    views: Views, target: Target, network: OrientNetwork | None, given: Sequence[NDArray[np.float64]]
) -> Poses | None:
    """What networks propose, best first by correlation; None where there are none."""
    found = [propose(network, views.at(network.settings.spacing))] if network is not None else []
    usable = [pose for pose in given if np.isfinite(pose).all() and np.linalg.det(pose[:3, :3]) > 0]
    found += [_as_poses(np.stack(usable), target)] if usable else []
    if not found:
        return None
    linear, offset = torch.cat([p.linear for p in found]), torch.cat([p.offset for p in found])
    unknown = Poses(linear, offset, torch.zeros(len(linear), device=linear.device))
    score = scores(views.at(LEVELS[0][0]), target.points[0], unknown)
    return distinct(Poses(linear, offset, score), PROPOSALS, APART_DEGREES / 2)


def _as_poses(matrices: NDArray[np.float64], target: Target) -> Poses:
    """Poses of 4x4 matrices, about the target's centre, not yet scored."""
    offsets = matrices[:, :3, :3] @ target.centre + matrices[:, :3, 3]
    sizes = np.cbrt(np.linalg.det(matrices[:, :3, :3]))
    turns = matrices[:, :3, :3] * (np.clip(sizes, *SIZES) / sizes)[:, None, None]
    device = target.image.voxels.device
    linear = torch.as_tensor(turns, dtype=torch.float32, device=device)
    offset = torch.as_tensor(offsets, dtype=torch.float32, device=device)
    return Poses(linear, offset, torch.zeros(len(linear), device=device))


def _near_bone(image: Image, points: torch.Tensor, bone: float, around_mm: float) -> torch.Tensor:
    """True at points with bone within `around_mm`."""
    mask = Image((image.smoothed(0.15).voxels > bone).float(), image.matrix)
    return mask.smoothed(around_mm / 2).at(points) > 0.02
