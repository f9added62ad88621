"""Distances between a predicted and a true surface, both ways."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes import Surface, nearest_on_surface
from craniomark.ground.meshes.normals import face_crosses, vertex_normals

Array = NDArray[np.float64]
MEASURES = ("mean", "rms", "p95", "hausdorff")


@dataclass(frozen=True, eq=False)
class SurfaceErrors:
    """Exact distances, mm, of the vertices of each surface to the other.

    Attributes
    ----------
    to_true : ndarray, shape (V,)
        Of the predicted vertices; positive where the prediction lies outside the truth.
    to_predicted : ndarray, shape (W,)
        Of the true vertices, not signed.
    figures : dict of str to float
        ``predicted_to_true_``, ``true_to_predicted_`` and ``symmetric_`` with mean, rms, p95 and hausdorff,
        mm; vertices count by the area around them.
    """

    to_true: Array
    to_predicted: Array
    figures: dict[str, float]


def surface_errors(predicted: Surface, true: Surface) -> SurfaceErrors:
    """Compare two surfaces in one frame, mm."""
    to_true = nearest_on_surface(predicted.vertices, true) - predicted.vertices
    to_predicted = nearest_on_surface(true.vertices, predicted) - true.vertices
    there, back = np.linalg.norm(to_true, axis=1), np.linalg.norm(to_predicted, axis=1)
    inwards = (to_true * vertex_normals(predicted)).sum(axis=1) < 0
    sides = {
        "predicted_to_true": _measures(there, vertex_areas(predicted)),
        "true_to_predicted": _measures(back, vertex_areas(true)),
    }
    one, other = sides.values()
    both = {
        "mean": (one["mean"] + other["mean"]) / 2,
        "rms": float(np.sqrt((one["rms"] ** 2 + other["rms"] ** 2) / 2)),
        "p95": max(one["p95"], other["p95"]),
        "hausdorff": max(one["hausdorff"], other["hausdorff"]),
    }
    named = {"symmetric": both, **sides}
    figures = {f"{side}_{name}": value for side, told in named.items() for name, value in told.items()}
    return SurfaceErrors(np.where(inwards, there, -there), back, figures)


def vertex_areas(surface: Surface) -> Array:
    """Area around each vertex, mm^2, shape (V,): a third of its triangles'."""
    areas = np.linalg.norm(face_crosses(surface), axis=1) / 6
    sums = [np.bincount(surface.faces[:, corner], areas, len(surface.vertices)) for corner in range(3)]
    return np.asarray(np.sum(sums, axis=0))


def _measures(distances: Array, weights: Array) -> dict[str, float]:
    share = weights / weights.sum()
    order = distances.argsort()
    at = int(np.searchsorted(np.cumsum(share[order]), 0.95))
    return {
        "mean": float((share * distances).sum()),
        "rms": float(np.sqrt((share * distances**2).sum())),
        "p95": float(distances[order[min(at, len(order) - 1)]]),
        "hausdorff": float(distances.max()),
    }
