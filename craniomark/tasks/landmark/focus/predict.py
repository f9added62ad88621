"""Landmarks looked at closely, in the canonical frame: the same skull gets the same answer in any pose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.engine.image import Image
from craniomark.ground.geometry import apply, invert, robust_similarity_fit
from craniomark.parts.augment.pose import small_rotations
from craniomark.tasks.landmark.focus.network import FocusNetwork
from craniomark.tasks.landmark.focus.patches import cut, suited

Array = NDArray[np.float64]
_DEGREES = 5.0
_FEWEST = 4
_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class FocusPrediction:
    """Landmarks and reasons to doubt them, in the frame of the image that was given.

    Attributes
    ----------
    points : ndarray, shape (L, 3)
        NaN where no start was given.
    spread : ndarray, shape (L,)
        What the network says of its own error: a third of the mean distance that it expects, mm.
    width : ndarray, shape (L,)
        Standard deviation of the heatmaps along an axis, mm.
    scatter : ndarray, shape (L,)
        Root mean square distance of the answers in several turns from their mean, mm; 0 for one.
    disagreement : ndarray, shape (L,)
        The same between networks; 0 for one.
    """

    points: Array
    spread: Array
    width: Array
    scatter: Array
    disagreement: Array


def focus(
    networks: Sequence[FocusNetwork], image: Image, starts: ArrayLike, *, rounds: int = 1, poses: int = 1,
    seed: int = 0,
) -> FocusPrediction:  # fmt: skip
    """Landmarks from starts, in float32, by one network or the mean of several.

    Parameters
    ----------
    networks : sequence of FocusNetwork
        Trained, for the same landmarks in the same order.
    image : Image
        In the template's frame, bone brightness about 1.
    starts : array_like, shape (L, 3)
        Where landmarks are thought to be, mm; NaN where unknown.
    rounds : int
        Times that patches are cut, each time about the last answer.
    poses : int
        Turns of the patches to average over; the first is none. With 1 nothing is random.
    seed : int
        Of the turns.

    Raises
    ------
    ValueError
        If there is no network, `rounds` or `poses` is below 1, or the number of starts is another.
    """
    points = np.asarray(starts, dtype=np.float64)
    _check(networks, points, rounds, poses)
    known = np.flatnonzero(np.isfinite(points).all(1))
    kept = suited(image, networks[0].settings.spacing)
    rng = np.random.default_rng([seed, poses])
    turns = np.concatenate([np.eye(3)[None], small_rotations(poses - 1, _DEGREES, rng)])
    out = {name: np.full(len(points), np.nan) for name in ("spread", "width", "scatter", "disagreement")}
    points = points.copy()
    if not len(known):
        return FocusPrediction(points, **out)
    for _ in range(rounds):
        told = [[_answers(net, kept, points, known, turn) for turn in turns] for net in networks]
        answers = np.array([[one[0] for one in row] for row in told])  # (networks, turns, known, 3)
        each = answers.mean(1)
        points[known] = each.mean(0)
        out["scatter"][known] = _rms(answers - each[:, None], (0, 1))
        out["disagreement"][known] = _rms(each - each.mean(0), (0,))
        out["width"][known] = np.sqrt(np.mean([one[1] for row in told for one in row], axis=0) / 3)
        out["spread"][known] = np.mean([one[2] for row in told for one in row], axis=0)
    return FocusPrediction(points, **out)


def focus_canonically(
    networks: Sequence[FocusNetwork], image: Image, starts: ArrayLike, mean: ArrayLike, *,
    rounds: int = 3, poses: int = 1, seed: int = 0,
) -> FocusPrediction:  # fmt: skip
    """Landmarks of an image in any frame, by patches in the pose that the landmarks themselves tell.

    In each round the image is seen in the similarity of the last answer to the mean shape, so that the
    answer hardly depends on where the starts came from, the less the more rounds there are.

    Parameters
    ----------
    networks, poses, seed
        As in `focus`.
    image : Image
        In any frame, bone brightness about 1.
    starts : array_like, shape (L, 3)
        Where landmarks are thought to be there, mm; NaN where unknown, at least four known.
    mean : array_like, shape (L, 3)
        Mean landmarks in the template's frame.
    rounds : int
        Times that the pose is fitted and patches are cut.

    Returns
    -------
    FocusPrediction
        Points in the image's own frame; the doubts are in mm of the image.
    """
    points, mean = np.asarray(starts, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    _check(networks, points, rounds, poses)
    told = None
    for _ in range(rounds):
        known = np.isfinite(points).all(1)
        if known.sum() < _FEWEST:
            raise ValueError(f"{int(known.sum())} starts are known: give at least {_FEWEST}")
        pose = robust_similarity_fit(points, mean)
        told = focus(networks, image.moved(pose), apply(pose, points), poses=poses, seed=seed)
        points = apply(invert(pose), told.points)
        size = float(np.cbrt(np.linalg.det(pose[:3, :3])))
    assert told is not None
    return FocusPrediction(
        points, told.spread / size, told.width / size, told.scatter / size, told.disagreement / size
    )


def _check(networks: Sequence[FocusNetwork], points: Array, rounds: int, poses: int) -> None:
    if not networks:
        raise ValueError("there is no network to predict with")
    for name, value in (("rounds", rounds), ("poses", poses)):
        if value < 1:
            raise ValueError(f"{name} is {value}: give at least 1")
    if points.shape != (networks[0].landmarks, 3):
        raise ValueError(f"starts have shape {points.shape}: give ({networks[0].landmarks}, 3)")


def _answers(
    network: FocusNetwork, image: Image, points: Array, known: NDArray[np.int64], turn: Array
) -> tuple[Array, Array, Array]:
    """Points, variances and spreads of the known landmarks, seen in turned axes."""
    settings, device = network.settings, network.weights.weight.device
    was_training = network.training
    network.eval()
    found = []
    with torch.inference_mode():
        for some in np.array_split(known, -(-len(known) // _AT_ONCE)):
            centres = torch.from_numpy(points[some]).float()
            axes = torch.from_numpy(turn).float().expand(len(some), 3, 3)
            patches = cut(image, centres, axes, settings.size, settings.spacing)
            found.append(network(patches.to(device), torch.from_numpy(some).to(device)))
    network.train(was_training)
    offsets, variance, doubt = (torch.cat(part).double().cpu().numpy() for part in zip(*found, strict=True))
    return points[known] + offsets @ turn.T, variance, np.exp(doubt)


def _rms(vectors: Array, axes: tuple[int, ...]) -> Array:
    return np.asarray(np.sqrt((vectors**2).sum(-1).mean(axes)))
