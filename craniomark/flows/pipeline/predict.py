"""The main job on one volume: pose, landmarks, error estimates."""

import time
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import keep_order, match
from craniomark.flows.pipeline.mirrored import reflected, reflected_back, reflection_of
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.pose import found_pose, orientation_of, reflection, settled_by_landmarks
from craniomark.flows.pipeline.prediction import Options, Prediction, Progress
from craniomark.flows.pipeline.snapped import on_surface
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import apply, invert, robust_similarity_fit
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.appearance import prepared
from craniomark.tasks.landmark.fuse import fused
from craniomark.tasks.landmark.place import Placement, place_landmarks
from craniomark.tasks.landmark.stages import COARSE_STAGES
from craniomark.tasks.landmark.texture import texture
from craniomark.tasks.orient import Orientation


class NoSkullError(Exception):
    """Nothing like the template's skull is in the volume.

    Parameters
    ----------
    score : float
        Best correlation that was found.
    """

    def __init__(self, score: float) -> None:
        super().__init__(score)
        self.score = score


class NoPoseError(Exception):
    """Given landmarks that can't tell the pose of the specimen.

    Parameters
    ----------
    known : int
        How many of them the model knows and have a place.
    """

    def __init__(self, known: int) -> None:
        super().__init__(known)
        self.known = known


@torch.inference_mode()
def predict(volume: Volume, model: Model, options: Options, progress: Progress) -> Prediction:
    """Landmarks of one specimen, each with its estimated error.

    Parameters
    ----------
    volume : Volume
        Any pose, brightness and spacing.
    model : Model
        From `load_model`.
    options : Options
        The user's choices.
    progress : callable
        Told the step and the fraction done; may raise to cancel.

    Raises
    ------
    NoSkullError
        If the template is nowhere in the volume.
    """
    clock = _Clock()
    image = working_image(volume, model.target.image.voxels.device)
    mirror = reflection(image) if options.mirror else np.eye(4)
    image, located = found_pose(image.moved(mirror), model, options.orient, progress)
    coarse = settled_by_landmarks(image, located, model, progress)
    orientation = orientation_of(coarse, located, model)
    clock.lap("orient")
    if orientation.verdict == "none":
        raise NoSkullError(orientation.score)
    placement = coarse
    if options.refine:
        placement = place_landmarks(
            image,
            coarse.template_to_specimen,
            model.shape,
            model.appearance,
            model.stages[COARSE_STAGES - 1 :],
            progress,
        )
    placement = _with_opinions(image, placement, model)
    clock.lap("landmarks")
    pose = orientation.specimen_to_template @ mirror
    landmarks = on_surface(annotated(placement, model).moved(mirror), volume)
    progress("landmarks", 1.0)
    return Prediction(landmarks, replace(orientation, specimen_to_template=pose), pose, clock.seconds)


@torch.inference_mode()
def orient(volume: Volume, model: Model, progress: Progress) -> Orientation:
    """The pose of one specimen; its verdict may be ``"none"``."""
    image = working_image(volume, model.target.image.voxels.device)
    image, located = found_pose(image, model, True, progress)
    coarse = settled_by_landmarks(image, located, model, progress)
    progress("orient", 1.0)
    return orientation_of(coarse, located, model)


@torch.inference_mode()
def refine(
    volume: Volume,
    landmarks: LandmarkSet,
    model: Model,
    only: tuple[str, ...] | None,
    progress: Progress,
) -> LandmarkSet:
    """Given landmarks moved by the finest stage of patch registration.

    A point moves only where that fits better; labels that the model does not know, missing points
    and labels not in `only` stay as they are. Those of a mirrored scan are refined as their mirror image.

    Parameters
    ----------
    volume : Volume
        The specimen.
    landmarks : LandmarkSet
        LPS mm, in the volume.
    model : Model
        From `load_model`.
    only : tuple of str, optional
        Labels that may move; None for all.
    progress : callable
        Told the step and the fraction done.

    Raises
    ------
    NoPoseError
        If too few landmarks are known to the model to tell the pose, or they lie on one line.
    """
    mirror = reflection_of(landmarks.ordered(model.labels).points, model.shape.mean)
    if mirror is None:
        found = _refined(volume, landmarks, model, only, progress)
    else:
        seen, points = reflected(volume, landmarks, mirror)
        found = reflected_back(_refined(seen, points, model, only, progress), mirror)
    return on_surface(found, volume, besides=landmarks)


def _refined(
    volume: Volume,
    landmarks: LandmarkSet,
    model: Model,
    only: tuple[str, ...] | None,
    progress: Progress,
) -> LandmarkSet:
    progress("refine", 0.0)
    known = landmarks.ordered(model.labels)
    image, pose = posed_by(known, volume, model)
    points = apply(invert(pose), known.points)
    start = np.where(known.present[:, None], points, model.shape.project(points))
    fine = model.stages[-1]
    found = match(prepared(image, fine), pose, start, model.appearance.templates[fine.name], fine)
    ordered = keep_order(found.points, start, model.shape.mean)
    placement = Placement(ordered, pose, replace(found, in_view=found.in_view & known.present))
    placement = replace(placement, texture=texture(image, pose, ordered))
    placement = _with_opinions(image, placement, model)
    progress("refine", 1.0)
    moved = found.moved & placement.match.in_view
    changed = {label for label, here in zip(model.labels, moved, strict=True) if here}
    return _merged(landmarks, annotated(placement, model), changed if only is None else changed & set(only))


def posed_by(known: LandmarkSet, volume: Volume, model: Model) -> tuple[Image, NDArray[np.float64]]:
    """A scan scaled to bone brightness 1, and the pose of the template in it that given landmarks tell.

    Parameters
    ----------
    known : LandmarkSet
        In the order of the model's labels; a minority of wrong ones does no harm.
    volume : Volume
        The specimen.
    model : Model
        From `load_model`.

    Raises
    ------
    NoPoseError
        If they are too few, or lie on one line.
    """
    try:
        pose = invert(robust_similarity_fit(known.points, model.shape.mean))
    except ValueError as error:
        raise NoPoseError(int(known.present.sum())) from error
    image = working_image(volume, model.target.image.voxels.device)
    return image.scaled(bone_gain(image, model.target.image, pose)), pose


def placed_from(
    image: Image, pose: NDArray[np.float64], model: Model, progress: Progress = lambda *_: None
) -> Placement:
    """All landmarks from an approximate pose, fused with networks; the scan has bone brightness 1."""
    placement = place_landmarks(image, pose, model.shape, model.appearance, model.stages, progress)
    return _with_opinions(image, placement, model)


def _with_opinions(image: Image, placement: Placement, model: Model) -> Placement:
    """The placement fused with what the model's networks say, where it has any."""
    return fused(image, placement, model.networks, model.shape) if model.networks else placement


def annotated(placement: Placement, model: Model) -> LandmarkSet:
    """A placement as landmarks in the specimen's frame, with error estimates and flags."""
    points = placement.specimen_points
    errors = model.errors.error90(placement, model.shape)
    flags = model.errors.flags(placement, errors, model.shape)
    annotations = {
        label: _annotation(point, float(error), flag)
        for label, point, error, flag in zip(model.labels, points, errors, flags, strict=True)
    }
    return LandmarkSet(model.labels, points, annotations)


def _annotation(point: NDArray[np.float64], error: float, flag: str) -> Annotation:
    if not np.isfinite(point).all():
        return Annotation(status="missing")
    x, y, z = (float(v) for v in point)
    return Annotation(error, flag, "predicted", (x, y, z))


def _merged(given: LandmarkSet, refined: LandmarkSet, changed: set[str]) -> LandmarkSet:
    """The given landmarks with those in `changed` replaced; they remember where they were."""
    points, annotations = given.points.copy(), dict(given.annotations)
    found = refined.ordered(given.labels).points
    for row, label in enumerate(given.labels):
        if label in changed:
            x, y, z = (float(v) for v in points[row])
            annotations[label] = replace(refined.annotation(label), status="refined", predicted=(x, y, z))
            points[row] = found[row]
    return replace(given, points=points, annotations=annotations)


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
