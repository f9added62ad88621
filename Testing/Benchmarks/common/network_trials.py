"""One specimen through each network, through the same network without training, and past a null."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from common.posing import pose_at_random
from common.specimens import Known
from craniomark.engine.image import Image
from craniomark.flows.pipeline.landmark_networks import Ensembles, Member
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.predict import posed_by
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import (
    apply,
    invert,
    nearest_rotation,
    rotation_angle_degrees,
    similarity_fit,
)
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.focus.network import FocusNetwork
from craniomark.tasks.landmark.fuse import fused
from craniomark.tasks.landmark.levels.network import LandmarkNetwork
from craniomark.tasks.landmark.place import place_landmarks
from craniomark.tasks.landmark.stages import STAGES
from craniomark.tasks.orient.cubes import coarse_view
from craniomark.tasks.orient.network import OrientNetwork
from craniomark.tasks.orient.predict import propose

Array = NDArray[np.float64]
N = TypeVar("N", bound=torch.nn.Module)
COLUMNS = ["part", "fold", "specimen", "ours", "untrained", "null"]
PARTS = {
    "orientation": ("degrees", "the pose of the file"),
    "level 0": ("degrees", "the pose of the file"),
    "level 1": ("mm", "the mean shape, as turned"),
    "focus": ("mm", "its starts: the mean shape, settled"),
    "fusion": ("mm", "patches alone"),
}
"""By part: the unit, and what stands in its place."""
_OFF_DEGREES, _OFF_MM = 6.0, (0.5, 0.4, -0.4)
_LOST_DEGREES = 180.0


def trial_of(known: Known, fold: int, model: Model, ensembles: Ensembles) -> list[list[object]]:
    """Rows of one specimen that the networks have not seen."""
    number = int(known.id.split("_")[-1])
    posed = pose_at_random(known.volume(), np.random.default_rng([number, 0]))
    truth = known.truth.moved(posed.moved)
    with torch.inference_mode():
        image = working_image(posed.volume)
        found = {
            **_poses(image, truth.ordered(model.labels).points, model, ensembles),
            **_points(truth, posed.volume, number, model, ensembles),
        }
    return [[part, fold, known.id, *(round(v, 4) for v in values)] for part, values in found.items()]


def _poses(
    image: Image, truth: Array, model: Model, ensembles: Ensembles
) -> dict[str, tuple[float, float, float]]:
    """Degrees off: what the networks propose first, without training, and the identity."""
    right = nearest_rotation(similarity_fit(model.shape.mean, truth))

    def proposed(network: OrientNetwork) -> float:
        first = propose(network, coarse_view(image, network.settings.spacing)).linear[0]
        return _degrees(first.double().numpy(), right)

    def rough(which: Ensembles) -> float:
        assert which.rough is not None
        found = which.rough(image)
        return _LOST_DEGREES if found is None else _degrees(found[:3, :3], right)

    trained = model.orient
    assert trained is not None
    none, settings = _degrees(np.eye(3), right), trained.settings
    blank = _fresh(lambda: OrientNetwork(settings))
    return {
        "orientation": (proposed(trained), proposed(blank), none),
        "level 0": (rough(ensembles), rough(untrained(ensembles)), none),
    }


def _points(
    truth: LandmarkSet, volume: Volume, number: int, model: Model, ensembles: Ensembles
) -> dict[str, tuple[float, float, float]]:
    """Mean errors in mm, in the size of the template, of what sees the specimen near the template's frame."""
    known = truth.ordered(model.labels)
    image, pose = posed_by(known, volume, model)
    placement = place_landmarks(image, pose, model.shape, model.appearance, STAGES)
    settled = placement.template_to_specimen
    canonical, right = image.moved(invert(settled)), apply(invert(settled), known.points)
    off = _turned(model.shape.mean.mean(0), number)
    trained, blank = ensembles.networks(), untrained(ensembles).networks()
    assert trained.levels is not None and blank.levels is not None
    mean = model.shape.mean
    moved, there = canonical.moved(off), apply(off, right)
    together = [fused(image, placement, n, model.shape).points for n in (trained, blank)]
    return {
        "level 1": (
            _mean(trained.levels(moved).points, there),
            _mean(blank.levels(moved).points, there),
            _mean(mean, there),
        ),
        "focus": (
            _mean(trained.focus(canonical, mean).points, right),
            _mean(blank.focus(canonical, mean).points, right),
            _mean(mean, right),
        ),
        "fusion": (_mean(together[0], right), _mean(together[1], right), _mean(placement.points, right)),
    }


def untrained(ensembles: Ensembles) -> Ensembles:
    """The same networks with the weights that training begins with."""
    assert ensembles.rough is not None
    return replace(
        ensembles,
        levels=tuple(Member(_like(m.network), m.left_out) for m in ensembles.levels),
        focus=tuple(Member(_like(m.network), m.left_out) for m in ensembles.focus),
        rough=replace(ensembles.rough, network=_like(ensembles.rough.network)),
    )


def _like(network: LandmarkNetwork | FocusNetwork) -> LandmarkNetwork | FocusNetwork:
    if isinstance(network, FocusNetwork):
        return _fresh(lambda: FocusNetwork(network.settings, network.landmarks))
    return _fresh(lambda: LandmarkNetwork(network.settings, network.grid, network.mean.double().numpy()))


def _fresh(make: Callable[[], N]) -> N:
    torch.manual_seed(1)
    return make().eval()


def _turned(centre: Array, seed: int) -> Array:
    """A 4x4 pose near the identity, about a centre."""
    axis = np.random.default_rng([seed, 1]).normal(size=3)
    turn = Rotation.from_rotvec(np.radians(_OFF_DEGREES) * axis / np.linalg.norm(axis)).as_matrix()
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, centre - turn @ centre + _OFF_MM
    return pose


def _degrees(linear: Array, right: Array) -> float:
    return float(rotation_angle_degrees(nearest_rotation(linear), right))


def _mean(points: Array, right: Array) -> float:
    return float(np.nanmean(np.linalg.norm(points - right, axis=1)))
