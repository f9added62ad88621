"""The template's frame: mean shape, origin between left and right, x across the midplane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import (
    BilateralStructure,
    apply,
    centroid_size,
    find_bilateral_structure,
    generalised_procrustes,
    similarity_fit,
)

FEWEST_PAIRS = 3
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """Mean shape in the template's frame.

    Attributes
    ----------
    mean : ndarray, shape (L, 3)
        Mean landmarks, mm.
    structure : BilateralStructure
        Left/right pairs and midline, found from the mean.
    """

    mean: Array
    structure: BilateralStructure

    def pose_of(self, points: Array) -> Array:
        """Similarity, 4x4, from a specimen's frame to the template's."""
        return similarity_fit(points, self.mean)


def template_frame(shapes: Array) -> Frame:
    """Mean shape by generalised Procrustes, turned so that the midplane is ``x = 0``.

    The turn is the smallest that does it, so that a data set whose scans lie in LPS keeps its
    anterior and superior; the origin is the centroid's place on the midplane. Without left and
    right (fewer than three pairs) only the origin is moved.

    Parameters
    ----------
    shapes : ndarray, shape (S, L, 3)
        Landmarks, LPS mm; NaN where missing.
    """
    mean = _in_given_pose(generalised_procrustes(shapes).mean, shapes)
    structure = structure_of(mean)
    centre = mean.mean(0)
    turn = np.eye(3)
    if len(structure.pairs) >= FEWEST_PAIRS:
        normal = structure.normal / np.linalg.norm(structure.normal)
        centre = centre - normal * float(normal @ (centre - structure.point))
        turn = _shortest_turn(normal)
    mean = (mean - centre) @ turn.T
    return Frame(mean, structure_of(mean))


def structure_of(mean: Array) -> BilateralStructure:
    """Left and right where the points show them; else all points unpaired."""
    try:
        return find_bilateral_structure(mean)
    except ValueError:
        everyone = tuple(range(len(mean)))
        return BilateralStructure((), (), everyone, np.array([1.0, 0.0, 0.0]), mean.mean(0), mean)


def _in_given_pose(mean: Array, shapes: Array) -> Array:
    """The mean turned to the average of the specimens' own axes.

    Procrustes means take the turn of one specimen; the users' convention is that of most.
    """
    posed = [apply(similarity_fit(mean, shape), mean) for shape in shapes]
    average = np.mean([p - p.mean(0) for p in posed], axis=0)
    turned = apply(similarity_fit(mean, average), mean)
    return (turned - turned.mean(0)) * (centroid_size(mean) / centroid_size(turned))


def _shortest_turn(normal: Array) -> Array:
    """Rotation that takes `normal` to the x axis, either way round."""
    axis = np.array([1.0 if normal[0] >= 0 else -1.0, 0.0, 0.0])
    cross, cosine = np.cross(normal, axis), float(normal @ axis)
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    return np.eye(3) + skew + skew @ skew / (1 + cosine)
