"""A landmarked specimen, from which patches are cut and networks learn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image


@dataclass(frozen=True, eq=False)
class Example:
    """A landmarked specimen in the template's frame.

    Attributes
    ----------
    image : Image
        Bone brightness 1, moved and scaled into the template's frame.
    points : ndarray, shape (L, 3)
        Its landmarks there, mm; NaN where missing.
    id : str
        Of the specimen, for messages.
    """

    image: Image
    points: NDArray[np.float64]
    id: str = ""
