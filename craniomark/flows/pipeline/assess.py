"""Error estimates and flags for landmarks that somebody gives: placed by hand, or by another program."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.pipeline.mirrored import reflected, reflected_back, reflection_of
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.predict import placed_from, posed_by
from craniomark.flows.pipeline.prediction import Progress
from craniomark.ground.geometry import apply, scale_of
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.place import Placement

Array = NDArray[np.float64]


@torch.inference_mode()
def assess(
    volume: Volume,
    landmarks: LandmarkSet,
    model: Model,
    only: Collection[str] | None = None,
    progress: Progress = lambda *_: None,
) -> LandmarkSet:
    """Given landmarks with an error estimate and a flag each; no point moves.

    The model places all landmarks by itself, beginning with the pose that the given ones tell, and
    each is judged by its distance from where the model puts it. Labels that the model does not know
    and missing points stay as they are; so do the status and all else that was told of a point. Those of a
    mirrored scan are judged as its mirror image.

    Parameters
    ----------
    volume : Volume
        The specimen.
    landmarks : LandmarkSet
        LPS mm, in the volume.
    model : Model
        From `load_model`.
    only : collection of str, optional
        Labels that are judged; None for all.
    progress : callable
        Told the step and the fraction done.

    Returns
    -------
    LandmarkSet
        ``error90_mm`` is NaN, and the flag ``"review"``, where the model sees nothing to judge by.

    Raises
    ------
    NoPoseError
        If too few landmarks are known to the model to tell the pose, or they lie on one line.
    """
    mirror = reflection_of(landmarks.ordered(model.labels).points, model.shape.mean)
    if mirror is None:
        return _assessed(volume, landmarks, model, only, progress)
    seen, points = reflected(volume, landmarks, mirror)
    return reflected_back(_assessed(seen, points, model, only, progress), mirror)


def _assessed(
    volume: Volume,
    landmarks: LandmarkSet,
    model: Model,
    only: Collection[str] | None,
    progress: Progress,
) -> LandmarkSet:
    progress("assess", 0.0)
    known = landmarks.ordered(model.labels)
    image, pose = posed_by(known, volume, model)
    placement = placed_from(image, pose, model, lambda _, fraction: progress("assess", fraction))
    errors, doubtful = judged(known.points, placement, model)
    annotations = dict(landmarks.annotations)
    for label, here, error, doubt in zip(model.labels, known.present, errors, doubtful, strict=True):
        if here and (only is None or label in only):
            flag = "review" if doubt else "ok"
            annotations[label] = replace(landmarks.annotation(label), error90_mm=float(error), flag=flag)
    progress("assess", 1.0)
    return replace(landmarks, annotations=annotations)


def judged(points: Array, placement: Placement, model: Model) -> tuple[Array, NDArray[np.bool_]]:
    """Estimates, mm, of given points, and which of them to review.

    Parameters
    ----------
    points : ndarray, shape (L, 3)
        LPS mm, in the model's order; NaN where missing.
    placement : Placement
        Of the model, independent of `points`.
    model : Model
        Whose error model is asked.
    """
    size = scale_of(placement.template_to_specimen)
    own = apply(placement.template_to_specimen, placement.points)
    distance = np.linalg.norm(points - own, axis=1)
    estimate = model.errors.error90(placement, model.shape)
    told, far = model.errors.of_given(distance, estimate, size)
    return told, far | model.errors.unusual(placement, model.shape) | ~placement.match.in_view
