"""Level 0: a few landmarks of a skull in any pose, and the similarity that follows from them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.engine.image import Image
from craniomark.ground.geometry import apply, invert, robust_similarity_fit, rotation_grid
from craniomark.parts.augment.pose import PoseRange, index_maps, resampled
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings
from craniomark.tasks.landmark.levels.predict import answer, mean_and_scatter, widened
from craniomark.tasks.landmark.levels.samples import SampleSettings, bone_centre, level_brightness, on_grid

Array = NDArray[np.float64]
_LEAST_VARIANCE = 0.05
ROUGH_NETWORK = NetworkSettings(
    spacing=0.9, margin=2.0, unet=UNetSettings((16, 32, 64, 96)), heads="heatmap", prior=0.0
)
"""A network for level 0."""
ROUGH_SAMPLES = SampleSettings(
    batch=4, pose=PoseRange(180.0, 0.12, 0.02, 1.5), first=1.0, grown_after=0, centred=True
)
"""Samples for level 0: any rotation from the start."""


@dataclass(frozen=True, eq=False)
class RoughPose:
    """What level 0 tells of a specimen.

    Attributes
    ----------
    template_to_specimen : ndarray, shape (4, 4)
        Similarity, mm to mm.
    points : ndarray, shape (K, 3)
        The few landmarks, LPS mm of the specimen.
    residual : float
        Root mean square distance of these from the mean landmarks in that pose, mm of the template: large
        where the skull was not found.
    scatter : float
        Root mean square distance of the answers in several rotations from their mean, mm; 0 for one.
    """

    template_to_specimen: Array
    points: Array
    residual: float
    scatter: float


def farthest_points(points: ArrayLike, count: int) -> tuple[int, ...]:
    """Indices of `count` points that lie far apart, in increasing order.

    Farthest-point sampling (Gonzalez 1985) from the one farthest from the middle.

    Parameters
    ----------
    points : array_like, shape (L, 3)
        Mean landmarks.
    count : int
        At least 4, since fewer do not tell a pose well; at most L.

    Raises
    ------
    ValueError
        For another `count`.
    """
    points = np.asarray(points, dtype=np.float64)
    if not 4 <= count <= len(points):
        raise ValueError(f"count is {count}: give 4 to {len(points)} rough landmarks")
    chosen = [int(np.linalg.norm(points - points.mean(0), axis=1).argmax())]
    while len(chosen) < count:
        apart = np.linalg.norm(points[:, None] - points[chosen], axis=-1).min(1)
        chosen.append(int(apart.argmax()))
    return tuple(sorted(chosen))


def rough_network(settings: NetworkSettings, mean: ArrayLike, chosen: tuple[int, ...]) -> LandmarkNetwork:
    """A network for `chosen` landmarks of the mean shape, in a cube that holds the skull in any rotation."""
    mean = np.asarray(mean, dtype=np.float64)
    radius = float(np.linalg.norm(mean - (mean.min(0) + mean.max(0)) / 2, axis=1).max()) + settings.margin
    grid = Grid.cube(radius, settings.spacing, settings.unet.multiple)
    return LandmarkNetwork(settings, grid, np.zeros((len(chosen), 3)))


def predict_pose(
    network: LandmarkNetwork, image: Image, mean: ArrayLike, chosen: tuple[int, ...], poses: int = 1
) -> RoughPose:
    """Pose of a specimen in any rotation, brightness and field of view.

    Parameters
    ----------
    network : LandmarkNetwork
        From `rough_network`, trained.
    image : Image
        Specimen, LPS mm.
    mean : array_like, shape (L, 3)
        Mean landmarks in the template's frame.
    chosen : tuple of int
        Which of them the network places.
    poses : int
        Rotations to take the median over, evenly spread over all that there are.

    Raises
    ------
    ValueError
        If `poses` is below 1, or the answers lie on one line, as those of an untrained network may.
    """
    points, variance, scatter = rough_points(network, image, poses)
    wanted = np.asarray(mean, dtype=np.float64)[list(chosen)]
    pose = robust_similarity_fit(wanted, points, 1 / (_LEAST_VARIANCE + variance))
    off = np.linalg.norm(apply(invert(pose), points) - wanted, axis=1)
    return RoughPose(pose, points, float(np.sqrt((off**2).mean())), float(np.sqrt((scatter**2).mean())))


def rough_points(network: LandmarkNetwork, image: Image, poses: int = 1) -> tuple[Array, Array, Array]:
    """Points, shape (K, 3), their variances, mm^2, and scatter over rotations, mm, shape (K,) each.

    Parameters and errors as for `predict_pose`.
    """
    if poses < 1:
        raise ValueError(f"poses is {poses}: give at least 1")
    wide = widened(network.grid)
    kept = on_grid(image, _about(wide, bone_centre(image.shrunk(0.4))))
    centre = bone_centre(kept)
    turns = [np.eye(3)] if poses == 1 else list(rotation_grid(poses))
    answers, variances = [], []
    for turn in turns:
        move = np.eye(4)
        move[:3, :3], move[:3, 3] = turn, -turn @ centre
        maps = index_maps(kept.matrix, move[None], network.grid.matrix)
        seen = level_brightness(resampled(kept.voxels[None, None], maps, network.grid.shape))
        points, variance = answer(network, seen, 0, 0.0, torch.Generator())
        answers.append(apply(invert(move), points))
        variances.append(variance)
    _, scatter = mean_and_scatter(np.array(answers))
    return np.median(answers, axis=0), np.nan_to_num(np.mean(variances, axis=0)), scatter


def _about(grid: Grid, centre: Array) -> Grid:
    matrix = grid.matrix.copy()
    matrix[:3, 3] += centre
    return Grid(grid.shape, matrix)
