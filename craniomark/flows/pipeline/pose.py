"""The pose of a specimen: found by its image, then settled by its landmarks."""

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.flows.pipeline.model import Model
from craniomark.ground.geometry import apply, invert, nearest_rotation, rotation_angle_degrees, scale_of
from craniomark.tasks.landmark.place import Placement, Progress, place_landmarks
from craniomark.tasks.landmark.stages import COARSE_STAGES
from craniomark.tasks.orient import Orientation
from craniomark.tasks.orient.locate import Located, locate
from craniomark.tasks.orient.verdict import PoseEvidence, verdict_of


def found_pose(image: Image, model: Model, search: bool, progress: Progress) -> tuple[Image, Located]:
    """The image scaled to bone brightness 1, and the template's pose in it.

    Parameters
    ----------
    image : Image
        Specimen, any brightness.
    model : Model
        What to look for.
    search : bool
        Look through all rotations; else trust the axes of the file and find the place alone.
    progress : callable
        Told the step and the fraction done.
    """
    progress("orient", 0.0)
    rough = model.rough(image) if model.rough and search else None
    rotations = None if search else np.eye(3)[None]
    proposals = [] if rough is None else [rough]

    def told(fraction: float) -> None:
        progress("orient", 0.1 + 0.9 * fraction)

    told(0.0)
    located = locate(image, model.target, rotations, model.orient, proposals, told)
    gain = bone_gain(image, model.target.image, located.template_to_specimen)
    return image.scaled(gain), located


def settled_by_landmarks(image: Image, located: Located, model: Model, progress: Progress) -> Placement:
    """Landmarks of the coarse stages, enough for the pose."""
    return place_landmarks(
        image,
        located.template_to_specimen,
        model.shape,
        model.appearance,
        model.stages[:COARSE_STAGES],
        progress,
    )


def orientation_of(placement: Placement, located: Located, model: Model) -> Orientation:
    """The rigid pose and its verdict."""
    pose = invert(placement.template_to_specimen)
    turn = nearest_rotation(pose)
    centre = model.shape.mean.mean(0)
    rigid = np.eye(4)
    rigid[:3, :3] = turn
    rigid[:3, 3] = centre - turn @ apply(placement.template_to_specimen, centre)
    return Orientation(
        specimen_to_template=rigid,
        scale=scale_of(placement.template_to_specimen),
        score=located.score,
        verdict=verdict_of(pose_evidence(placement, located, model)),
        degrees=float(rotation_angle_degrees(turn, np.eye(3))),
    )


def pose_evidence(placement: Placement, located: Located, model: Model) -> PoseEvidence:
    """What speaks for the pose, from image and landmarks."""
    seen = placement.match.in_view
    distances = np.linalg.norm(placement.points - model.shape.mean, axis=1)
    return PoseEvidence(
        score=located.score,
        runner_up=located.runner_up,
        in_view=float(seen.mean()),
        likeness=float(np.median(placement.match.score[seen])) if seen.any() else 0.0,
        scatter=float(np.median(distances[seen])) if seen.any() else np.inf,
    )


def reflection(image: Image) -> NDArray[np.float64]:
    """Mirroring left and right at the image's centre, 4x4, LPS mm."""
    centre = image.matrix @ np.array([*((np.array(image.shape) - 1) / 2), 1.0])
    matrix = np.diag([-1.0, 1.0, 1.0, 1.0])
    matrix[0, 3] = 2 * centre[0]
    return matrix
