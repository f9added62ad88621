"""Methods that answer linear maps: none at all, rigid, and affine from a network's start."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.linear_register import (
    FINE_STEPS,
    LinearTarget,
    chosen_start,
    refined,
)
from craniomark.engine.maps import IDENTITY, Linear
from craniomark.flows.registration.methods import Found, Method, Options, Progress
from craniomark.flows.registration.pair import Pair
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import nearest_rotation
from craniomark.tasks.orient.locate import Target, locate

Array = NDArray[np.float64]
CLEAR = 0.75
"""Correlation at the coarse level from which a start is taken; else all rotations are searched."""


@dataclass(frozen=True, eq=False)
class Start:
    """Where a refinement begins.

    Attributes
    ----------
    matrix : ndarray, shape (4, 4)
        Similarity or rigid map, fixed mm to moving mm.
    score : float
        Correlation at the coarse level.
    by : str
        What led there: ``given pose``, ``network`` or ``search``.
    """

    matrix: Array
    score: float
    by: str


def identity(pair: Pair, options: Options, told: Progress) -> Found:  # noqa: ARG001
    """Both images stay where they are: what every other method is measured against."""
    return Found(IDENTITY)


def rigid(pair: Pair, options: Options, told: Progress) -> Found:
    """Turn and shift, from the given pose or, where that does not fit, a search over all rotations."""
    target = target_of(pair)
    start = best_start(pair, target, {"given pose": given_starts(pair)}, told, rigid=True)
    return fitted(pair, target, start, "rigid", options, told)


def affine(pair: Pair, options: Options, told: Progress) -> Found:
    """Any linear map: network, given pose and search propose, intensity refinement settles."""
    from craniomark.flows.registration.networks import affine_network

    target = target_of(pair)
    starts = {"given pose": given_starts(pair)}
    network = affine_network(options)
    if network is not None:
        told("network", 0.0)
        starts["network"] = network(pair.fixed, pair.moving)[None]
        if options.steps == 0:
            matrix = starts["network"][0]
            return Found(Linear(matrix), {"start": "network", **shape_of(matrix)})
    start = best_start(pair, target, starts, told)
    notes = () if network else ("No network was at hand: the given pose or a search was the start.",)
    found = fitted(pair, target, start, "affine", options, told)
    return Found(found.map, found.figures, notes)


def target_of(pair: Pair) -> LinearTarget:
    """The fixed image's points.

    Raises
    ------
    InputError
        If there is too little in it.
    """
    try:
        return LinearTarget.of(pair.fixed)
    except ValueError as error:
        raise InputError(pair.names[0], "content", str(error), "give a scan that shows bone") from error


def given_starts(pair: Pair) -> Array:
    """Both as they lie, and with the centres of their bone brought together; shape (2, 4, 4)."""
    starts = np.tile(np.eye(4), (2, 1, 1))
    starts[1, :3, 3] = _bone_centre(pair.moving) - _bone_centre(pair.fixed)
    return starts


def best_start(
    pair: Pair, target: LinearTarget, starts: dict[str, Array], told: Progress, rigid: bool = False
) -> Start:
    """The start that fits best at the coarse level; where none fits, that of a search over all rotations.

    Raises
    ------
    InputError
        If even then less than a fifth of the fixed image's bone comes to lie in the moving image.
    """
    told("start", 0.1)
    found = [Start(*chosen_start(target, pair.moving, maps, rigid), by) for by, maps in starts.items()]
    best = max(found, key=lambda start: start.score)
    if best.score < CLEAR:
        told("search", 0.2)
        place = _searched(pair)
        turned = rigid_about(place, target.centre) if rigid else place
        searched = Start(*chosen_start(target, pair.moving, turned[None], rigid), "search")
        best = max(best, searched, key=lambda start: start.score)
    if best.score <= -1:
        value = "none, wherever one is laid on the other"
        raise InputError(pair.names[1], "overlap with the fixed image", value, "give images of the same part")
    return best


def fitted(
    pair: Pair, target: LinearTarget, start: Start, family: str, options: Options, told: Progress
) -> Found:
    """A start refined within a family."""
    steps = FINE_STEPS if options.steps is None else options.steps
    matrix, _ = refined(
        target,
        pair.moving,
        start.matrix,
        family,  # type: ignore[arg-type]
        steps,
        lambda part: told("refine", 0.4 + 0.5 * part),
    )
    return Found(Linear(matrix), {"start": start.by, "start_correlation": start.score, **shape_of(matrix)})


def shape_of(matrix: Array) -> dict[str, object]:
    """A linear map in words that can be read: degrees of its turn, sizes along its own axes."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_matrix(nearest_rotation(matrix)).magnitude()
    sizes = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    return {
        "matrix": matrix.round(9).tolist(),
        "degrees": round(float(np.degrees(turn)), 3),
        "sizes": sizes.round(4).tolist(),
    }


def rigid_about(matrix: Array, centre: Array) -> Array:
    """The nearest rigid map that sends `centre` where `matrix` does."""
    turn = np.eye(4)
    turn[:3, :3] = nearest_rotation(matrix)
    turn[:3, 3] = matrix[:3, :3] @ centre + matrix[:3, 3] - turn[:3, :3] @ centre
    return turn


def _searched(pair: Pair) -> Array:
    """Pose of the fixed image in the moving one, whatever the rotation."""
    fixed = pair.fixed.shrunk(0.2)
    return np.asarray(locate(pair.moving, Target.of(fixed)).template_to_specimen, dtype=np.float64)


def _bone_centre(image: Image) -> Array:
    """Centre of gravity of what is brighter than half the bone, LPS mm."""
    coarse = image.shrunk(0.7)
    weights = (coarse.voxels - 0.5).clamp(0, 1).double().cpu().numpy()
    index = np.stack(np.meshgrid(*(np.arange(n) for n in coarse.shape), indexing="ij"), -1)
    total = max(float(weights.sum()), 1e-9)
    middle = (index * weights[..., None]).sum((0, 1, 2)) / total if weights.any() else (
        np.array(coarse.shape) - 1) / 2  # fmt: skip
    return np.asarray(coarse.matrix[:3, :3] @ middle + coarse.matrix[:3, 3], dtype=np.float64)


METHODS = (
    Method("identity", "nothing moves: what all others are measured against", identity),
    Method("rigid", "turn and shift by intensity, from any pose", rigid),
    Method("affine", "any linear map: a network's start, or a search, and refinement by intensity", affine),
)
