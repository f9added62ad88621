"""Landmarks of an image by one network or several, with test-time averaging over small turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.parts.augment.pose import PoseRange, index_maps, resampled, sample_poses
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork
from craniomark.tasks.landmark.levels.samples import kept_spacing, on_grid

Array = NDArray[np.float64]
TURNS = PoseRange(degrees=5.0, scale=0.02, shift=0.4)
"""How far an image is moved for averaging."""
_ROUND_MM = 1.5


@dataclass(frozen=True, eq=False)
class Predicted:
    """Landmarks in the frame of the image that was given, and reasons to doubt them, mm.

    Attributes
    ----------
    points : ndarray, shape (L, 3)
        Mean over poses and networks.
    spread : ndarray, shape (L,)
        Standard deviation of the heatmaps along an axis; NaN of networks without heatmaps.
    scatter : ndarray, shape (L,)
        Root mean square distance of the answers in several poses from their mean; 0 for one pose.
    disagreement : ndarray, shape (L,)
        The same between networks; 0 for one network.
    """

    points: Array
    spread: Array
    scatter: Array
    disagreement: Array


def predict(
    network: LandmarkNetwork, image: Image, *, poses: int = 1, seed: int = 0, group: int = 0,
    noise: float = 0.0, turns: PoseRange = TURNS,
) -> Predicted:  # fmt: skip
    """Landmarks by one network, in float32.

    Parameters
    ----------
    network : LandmarkNetwork
        Trained.
    image : Image
        In the network's frame (the template's), bone brightness about 1.
    poses : int
        Answers to average: the first of the image as it is, the others of the image moved by small
        random similarities and brought back. With 1 the same image always gets the same answer.
    seed : int
        Of the movements.
    group : int
        Index of the specimen's group; 0 where unknown.
    noise : float
        Disturbance of the group's embedding, drawn anew for each pose.
    turns : PoseRange
        How far the image is moved.

    Raises
    ------
    ValueError
        If `poses` is below 1.
    """
    if poses < 1:
        raise ValueError(f"poses is {poses}: give at least 1")
    grid = network.grid
    kept = on_grid(image, widened(grid))
    rng = np.random.default_rng([seed, poses])
    middle = grid.matrix[:3, :3] @ ((np.array(grid.shape) - 1) / 2) + grid.matrix[:3, 3]
    moves = np.concatenate([np.eye(4)[None], sample_poses(poses - 1, turns, rng, middle)])
    generator = torch.Generator().manual_seed(seed)
    answers, variances = [], []
    for move in moves:
        maps = index_maps(kept.matrix, move[None], grid.matrix)
        seen = resampled(kept.voxels[None, None], maps, grid.shape)
        points, variance = answer(network, seen, group, noise, generator)
        back = np.linalg.inv(move)
        answers.append(points @ back[:3, :3].T + back[:3, 3])
        variances.append(variance)
    points, scatter = mean_and_scatter(np.array(answers))
    spread = np.sqrt(np.mean(variances, axis=0) / 3)
    return Predicted(points, spread, scatter, np.zeros(len(points)))


def predict_together(
    networks: Sequence[LandmarkNetwork], image: Image, *, poses: int = 1, seed: int = 0, group: int = 0,
    noise: float = 0.0,
) -> Predicted:  # fmt: skip
    """Mean of several networks, which may have been trained with other seeds, templates or groups.

    Parameters
    ----------
    networks : sequence of LandmarkNetwork
        At least one, all in one frame and of the same landmarks.
    image, poses, seed, group, noise
        As in `predict`.
    """
    if not networks:
        raise ValueError("there is no network to predict with")
    options = {"poses": poses, "group": group, "noise": noise}
    each = [predict(n, image, seed=seed + i, **options) for i, n in enumerate(networks)]  # type: ignore[arg-type]
    points, disagreement = mean_and_scatter(np.array([one.points for one in each]))
    spread = np.sqrt(np.mean([one.spread**2 for one in each], axis=0))
    scatter = np.sqrt(np.mean([one.scatter**2 for one in each], axis=0))
    return Predicted(points, spread, scatter, disagreement)


def answer(
    network: LandmarkNetwork, images: torch.Tensor, group: int, noise: float, generator: torch.Generator
) -> tuple[Array, Array]:
    """Points, shape (L, 3), and variances, shape (L,), mm, of one image on the network's grid."""
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        device = network.mean.device
        groups = torch.full((len(images),), group, dtype=torch.long, device=device)
        located = network(images.to(device), groups, noise=noise, generator=generator)
    network.train(was_training)
    points = located.points[0].double().cpu().numpy()
    if located.variance is None:
        return points, np.full(len(points), np.nan)
    return points, located.variance[0].double().cpu().numpy()


def mean_and_scatter(answers: Array) -> tuple[Array, Array]:
    """Mean of answers, shape (K, L, 3), and their root mean square distance from it, shape (L,)."""
    mean = answers.mean(0)
    return mean, np.sqrt(((answers - mean) ** 2).sum(-1).mean(0))


def widened(grid: Grid) -> Grid:
    """The grid in which an image is kept while it is moved about: finer and somewhat larger."""
    corners = np.array([np.zeros(3), np.array(grid.shape) - 1.0])
    corners = corners @ grid.matrix[:3, :3].T + grid.matrix[:3, 3]
    return Grid.around(corners, kept_spacing(grid), _ROUND_MM)
