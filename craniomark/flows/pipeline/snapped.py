"""Landmarks of a surface lie on it: the last step, for meshes alone."""

from dataclasses import replace

import numpy as np

from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import Solid, nearest_on_surface
from craniomark.ground.volumes import Volume


def on_surface(landmarks: LandmarkSet, volume: Volume, besides: LandmarkSet | None = None) -> LandmarkSet:
    """Landmarks moved to the nearest place of the surface that a volume was made from.

    Parameters
    ----------
    landmarks : LandmarkSet
        LPS mm, in the volume; missing points stay missing.
    volume : Volume
        Nothing is moved in one that is no `Solid`.
    besides : LandmarkSet, optional
        Points that still lie where they do here are left alone: nobody has moved them.
    """
    if not isinstance(volume, Solid):
        return landmarks
    points = landmarks.points
    moving = landmarks.present
    if besides is not None:
        moving = moving & (besides.ordered(landmarks.labels).points != points).any(axis=1)
    placed = np.where(moving[:, None], nearest_on_surface(points, volume.surface), points)
    annotations = dict(landmarks.annotations)
    for label, point, here in zip(landmarks.labels, placed, moving, strict=True):
        if here and label in annotations:
            x, y, z = (float(v) for v in point)
            annotations[label] = replace(annotations[label], predicted=(x, y, z))
    return replace(landmarks, points=placed, annotations=annotations)
