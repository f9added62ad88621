"""Methods that answer linear maps: none at all, and one for each family."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.families import FamilyName
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
from craniomark.ground.geometry import nearest_rotation, scale_of
from craniomark.tasks.orient.locate import Target, locate

Array = NDArray[np.float64]
ABOUT: dict[FamilyName, str] = {
    "rigid": "turn and shift",
    "similarity": "turn, shift and one scale",
    "scales": "turn, shift and a scale along each of the fixed image's axes",
    "affine": "any linear map",
}
SIZES = 0.8, 1.25
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


def by_family(family: FamilyName, pair: Pair, options: Options, told: Progress) -> Found:
    """Network, given pose and, where neither fits, a search propose; refinement by intensity settles."""
    from craniomark.flows.registration.networks import affine_network

    target = target_of(pair)
    starts = {"given pose": given_starts(pair)}
    network = affine_network(options)
    if network is not None:
        told("network", 0.0)
        proposed = within(network(pair.fixed, pair.moving), family, target.centre)
        if options.steps == 0:
            return Found(Linear(proposed), {"start": "network", **shape_of(proposed)})
        starts["network"] = proposed[None]
    start = best_start(pair, target, starts, told, rigid=family == "rigid")
    notes = () if network else ("No network was at hand: the given pose or a search was the start.",)
    found = fitted(pair, target, start, family, options, told)
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
        turned = within(place, "rigid" if rigid else "similarity", target.centre)
        searched = Start(*chosen_start(target, pair.moving, turned[None], rigid), "search")
        best = max(best, searched, key=lambda start: start.score)
    if best.score <= -1:
        value = "none, wherever one is laid on the other"
        raise InputError(pair.names[1], "overlap with the fixed image", value, "give images of the same part")
    return best


def fitted(
    pair: Pair, target: LinearTarget, start: Start, family: FamilyName, options: Options, told: Progress
) -> Found:
    """A start refined within a family."""
    steps = FINE_STEPS if options.steps is None else options.steps
    matrix, _ = refined(
        target,
        pair.moving,
        start.matrix,
        family,
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


def within(matrix: Array, family: FamilyName, centre: Array) -> Array:
    """A map near `matrix` that a climb within a family may start from; `centre` goes to the same place."""
    if family == "affine" and np.linalg.det(matrix[:3, :3]) > 0:
        return matrix
    near, turn = np.eye(4), nearest_rotation(matrix)
    along = np.diag(turn.T @ matrix[:3, :3])  # the fixed image's axes
    sizes: dict[FamilyName, Array] = {"rigid": np.ones(3), "scales": along}
    near[:3, :3] = turn * np.clip(sizes.get(family, np.full(3, scale_of(matrix))), *SIZES)
    near[:3, 3] = matrix[:3, :3] @ centre + matrix[:3, 3] - near[:3, :3] @ centre
    return near


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
    *(
        Method(
            name,
            f"{about}: a network's start or a search, and refinement by intensity",
            partial(by_family, name),
        )
        for name, about in ABOUT.items()
    ),
)
