"""Example predictions as PNG files."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, written_whole


def write_picture(folder: Path, name: str, step: int, pixels: NDArray[np.uint8]) -> Path:
    """Write NAME-STEP.png.

    Parameters
    ----------
    folder : Path
        Made where it isn't there.
    name : str
        Signs that file names can't have are replaced.
    step : int
        Updates of the weights so far.
    pixels : ndarray of uint8, shape (H, W, 3)
        Red, green, blue.

    Raises
    ------
    InputError
        If matplotlib isn't installed or the disk is full.
    """
    try:
        from matplotlib.image import imsave
    except ImportError as error:
        raise InputError("matplotlib", "package", "missing", "install craniomark[cli]") from error
    path = folder / f"{re.sub(r'[^0-9A-Za-z._-]+', '_', name)}-{step:09d}.png"
    with written_whole(path) as part:
        imsave(str(part), np.ascontiguousarray(pixels), format="png")
    return path
