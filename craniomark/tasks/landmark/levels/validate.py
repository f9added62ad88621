"""How well a landmark network does from poses that are a little off, and whether it does at all."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.ground.geometry import apply, centroid_size
from craniomark.parts.augment.pose import PoseRange, sample_poses

Array = NDArray[np.float64]
Predictor = Callable[[Image], Array]
OFF = PoseRange(degrees=4.0, scale=0.02, shift=0.5)
"""How far a pose may be off that level 1 starts from."""
_SMALL = 0.5
WORSE = 1.5


def figures(
    predictor: Predictor, examples: Sequence[Example], mean: Array, off: PoseRange = OFF, repeats: int = 2
) -> dict[str, float]:
    """Errors from disturbed poses, mm, beside those of the mean shape pasted into the same poses.

    Parameters
    ----------
    predictor : callable
        From an image in about the template's frame to points, shape (L, 3) mm.
    examples : sequence of Example
        Specimens with their truth.
    mean : ndarray, shape (L, 3)
        Mean landmarks.
    off : PoseRange
        How far the poses are off; the same at each call.
    repeats : int
        Poses of each specimen.

    Returns
    -------
    dict of str to float
        ``mean_mm median_mm p95_mm max_mm`` over all present landmarks; ``mean_shape_mm``, the mean error
        of the null; ``size``, mean ratio of the centroid sizes of prediction and truth.
    """
    errors, null, sizes = [], [], []
    for number, example in enumerate(examples):
        poses = sample_poses(
            repeats, off, np.random.default_rng([number]), example.points[_seen(example)].mean(0)
        )
        for pose in poses:
            truth = apply(pose, example.points)
            found = predictor(example.image.moved(pose))
            seen = np.isfinite(truth).all(1)
            errors.append(np.linalg.norm(found - truth, axis=1)[seen])
            null.append(np.linalg.norm(mean - truth, axis=1)[seen])
            sizes.append(centroid_size(found[seen]) / centroid_size(truth[seen]))
    every = np.concatenate(errors)
    return {
        "mean_mm": float(every.mean()),
        "median_mm": float(np.median(every)),
        "p95_mm": float(np.percentile(every, 95)),
        "max_mm": float(every.max()),
        "mean_shape_mm": float(np.concatenate(null).mean()),
        "size": float(np.mean(sizes)),
    }


def has_collapsed(told: Mapping[str, float], worse: float = WORSE) -> bool:
    """Whether a network answers nearly one point for all landmarks, or worse than the mean shape.

    Parameters
    ----------
    told : mapping of str to float
        From `figures`.
    worse : float
        How many times the error of the mean shape is too much; 1 where a training should be far on.
    """
    shrunken = told["size"] < _SMALL
    return shrunken or not told["mean_mm"] < worse * told["mean_shape_mm"]


def _seen(example: Example) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(example.points).all(1))
