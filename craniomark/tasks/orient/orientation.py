"""What is told of a specimen's pose."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["good", "doubtful", "none"]


@dataclass(frozen=True, eq=False)
class Orientation:
    """Pose of a specimen and how far it can be trusted.

    Attributes
    ----------
    specimen_to_template : ndarray, shape (4, 4)
        Rigid matrix, specimen LPS mm to template LPS mm (a reflection is included only where the
        user asked for ``mirror``).
    scale : float
        Size of the specimen relative to the template.
    score : float
        Correlation with the template after alignment, at most 1.
    verdict : {"good", "doubtful", "none"}
        ``"none"``: nothing like the template's skull was found.
    degrees : float
        Angle of the rotation that was applied.
    """

    specimen_to_template: NDArray[np.float64]
    scale: float
    score: float
    verdict: Verdict
    degrees: float
