"""Pictures of landmarks on a skull, as a training shows them."""

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.tasks.landmark.levels.grid import Grid

_SPACING = 0.15
_MARGIN = 2.0
_TRUE, _FOUND = (80, 220, 80), (255, 70, 70)
Array = NDArray[np.float64]


def points_picture(image: Image, found: Array, truth: Array) -> NDArray[np.uint8]:
    """The brightest voxels along x beside those along z, with true points in green and found ones in red.

    Parameters
    ----------
    image : Image
        Bone brightness about 1.
    found, truth : ndarray, shape (L, 3)
        Points in the image's frame, mm; NaN is not drawn.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
    """
    grid = Grid.around(truth, _SPACING, _MARGIN)
    voxels = image.on_grid(grid.shape, grid.matrix).voxels
    views = []
    for axis, (across, up) in ((0, (1, 2)), (2, (0, 1))):
        flat = voxels.amax(axis).cpu().numpy()  # (across, up)
        grey = (255 * np.clip(flat / 1.5, 0, 1)).astype(np.uint8)
        picture = np.repeat(grey[..., None], 3, axis=-1)
        for points, colour in ((truth, _TRUE), (found, _FOUND)):
            _draw(picture, points[:, [across, up]], grid.matrix[[across, up], 3], colour)
        views.append(picture.transpose(1, 0, 2)[::-1])
    height = max(view.shape[0] for view in views)
    padded = [np.pad(view, ((0, height - view.shape[0]), (0, 4), (0, 0))) for view in views]
    return np.ascontiguousarray(np.concatenate(padded, axis=1))


def _draw(picture: NDArray[np.uint8], points: Array, origin: Array, colour: tuple[int, int, int]) -> None:
    places = np.round((points[np.isfinite(points).all(1)] - origin) / _SPACING).astype(int)
    for place in places:
        for step in (-1, 0, 1):
            for i, j in ((place[0] + step, place[1]), (place[0], place[1] + step)):
                if 0 <= i < picture.shape[0] and 0 <= j < picture.shape[1]:
                    picture[i, j] = colour
