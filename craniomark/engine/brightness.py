"""Brightness of bone: the one intensity scale that padding and gain do not change."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points

_STEP_MM = 0.4
_BONE = 0.5


def bone_gain(specimen: Image, template: Image, template_to_specimen: NDArray[np.float64]) -> float:
    """Factor that gives the specimen the template's bone brightness.

    The slope of a least-squares line through the origin, over template points of bone that lie in
    the specimen's field of view; 1 where there are none.

    Parameters
    ----------
    specimen, template : Image
        Images; the template's bone is about 1.
    template_to_specimen : ndarray, shape (4, 4)
        Pose, mm to mm.
    """
    shape = tuple(int(n * s / _STEP_MM) for n, s in zip(template.shape, template.spacing, strict=True))
    matrix = template.matrix @ np.diag([*(_STEP_MM / template.spacing), 1.0])
    points = grid_points(shape, matrix, template.voxels.device).reshape(-1, 3)  # type: ignore[arg-type]
    wanted = template.at(points)
    place = torch.as_tensor(template_to_specimen, dtype=torch.float32, device=points.device)
    placed = points @ place[:3, :3].T + place[:3, 3]
    bone = (wanted > _BONE) & specimen.inside(placed)
    found = specimen.at(placed[bone])
    energy = float((found * found).sum())
    return float((wanted[bone] * found).sum()) / energy if energy > 0 else 1.0
