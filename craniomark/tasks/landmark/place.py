"""Landmarks placed by patch matching: rough, projected on the shape, coarse, projected, fine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Match, Stage, keep_order, match
from craniomark.ground.geometry.fits import apply, invert, robust_similarity_fit
from craniomark.ground.geometry.shape_model import ShapeModel
from craniomark.tasks.landmark.appearance import Appearance, prepared
from craniomark.tasks.landmark.opinions import Consensus
from craniomark.tasks.landmark.texture import texture

Progress = Callable[[str, float], None]
SHAPE_SHARE = 0.7
"""How far the points are drawn to the shape model between stages."""
LEAST_IN_VIEW = 3
"""Landmarks that must be in view to tell a pose; below, the pose stays as it came."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Landmarks of a specimen in the template's frame.

    Attributes
    ----------
    points : ndarray, shape (L, 3)
        Template's frame, mm; also given where the landmark is out of view.
    template_to_specimen : ndarray, shape (4, 4)
        Similarity between the frames, refined by the landmarks.
    match : Match
        The last stage's.
    texture : ndarray, shape (L, 2), optional
        Features of the surroundings, see `texture`.
    consensus : Consensus, optional
        Of the networks and patch matching, where there are networks.
    """

    points: NDArray[np.float64]
    template_to_specimen: NDArray[np.float64]
    match: Match
    texture: NDArray[np.float64] | None = None
    consensus: Consensus | None = None

    @property
    def specimen_points(self) -> NDArray[np.float64]:
        """Points in the specimen's LPS mm, NaN where out of view."""
        placed = apply(self.template_to_specimen, self.points)
        return np.where(self.match.in_view[:, None], placed, np.nan)


def place_landmarks(
    image: Image,
    template_to_specimen: NDArray[np.float64],
    shape: ShapeModel,
    appearance: Appearance,
    stages: Sequence[Stage],
    progress: Progress = lambda *_: None,
) -> Placement:
    """Place all landmarks from an approximate pose.

    Parameters
    ----------
    image : Image
        Specimen, scaled to bone brightness 1.
    template_to_specimen : ndarray, shape (4, 4)
        Approximate similarity; 8 degrees and 1 mm off is near enough.
    shape : ShapeModel
        Mean and modes in the template's frame.
    appearance : Appearance
        Patches per stage.
    stages : sequence of Stage
        From coarse to fine.
    progress : callable
        Told the name of the stage and the fraction done.
    """
    first, *rest = stages
    progress(first.name, 0.0)
    pose = template_to_specimen
    found, points = _matched(image, pose, shape.mean, shape, appearance, first)
    for number, stage in enumerate(rest, start=1):
        progress(stage.name, number / len(stages))
        pose, start = projected(pose, points, found, shape)
        found, points = _matched(image, pose, start, shape, appearance, stage)
    settled = settled_placement(pose, points, found, shape)
    return replace(settled, texture=texture(image, settled.template_to_specimen, settled.points))


def settled_placement(
    pose: NDArray[np.float64], points: NDArray[np.float64], found: Match, shape: ShapeModel
) -> Placement:
    """Landmarks whose pose is that of their own similarity to the mean shape."""
    final = _to_mean(points, found, shape)
    return Placement(apply(final, points), pose @ invert(final), found)


def _matched(
    image: Image,
    pose: NDArray[np.float64],
    start: NDArray[np.float64],
    shape: ShapeModel,
    appearance: Appearance,
    stage: Stage,
) -> tuple[Match, NDArray[np.float64]]:
    """One stage: the match, and its points with their order kept."""
    found = match(prepared(image, stage), pose, start, appearance.templates[stage.name], stage)
    return found, keep_order(found.points, start, shape.mean)


def projected(
    pose: NDArray[np.float64], points: NDArray[np.float64], found: Match, shape: ShapeModel
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pose refined by the matched points, and the points drawn towards the shape model."""
    fit = _to_mean(points, found, shape)
    aligned = apply(fit, points)
    expected = expected_points(aligned, found, shape)
    drawn = aligned + SHAPE_SHARE * (expected - aligned)
    return pose @ invert(fit), np.where(found.in_view[:, None], drawn, expected)


def expected_points(points: NDArray[np.float64], found: Match, shape: ShapeModel) -> NDArray[np.float64]:
    """The shape model's nearest shape; points out of view take no part. Its mean if too few are in view."""
    if found.in_view.sum() < LEAST_IN_VIEW:
        return shape.mean
    return shape.project(np.where(found.in_view[:, None], points, np.nan))


def _to_mean(points: NDArray[np.float64], found: Match, shape: ShapeModel) -> NDArray[np.float64]:
    """Similarity that brings the points in view to the mean shape."""
    if found.in_view.sum() < LEAST_IN_VIEW:
        return np.eye(4)
    return robust_similarity_fit(points, shape.mean, found.in_view.astype(float))
