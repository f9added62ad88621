"""What the main job is asked and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.landmarks import LandmarkSet
from craniomark.tasks.orient import Orientation

Progress = Callable[[str, float], None]
"""Called with the name of the step and the fraction done, 0 to 1; may raise to cancel."""


@dataclass(frozen=True)
class Options:
    """Choices of one prediction.

    Attributes
    ----------
    orient : bool
        Find the pose; False trusts the pose in the file.
    refine : bool
        Follow the coarse landmarks by fine patch registration.
    mirror : bool
        The scan is mirrored: reflect it first.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    """

    orient: bool = True
    refine: bool = True
    mirror: bool = False
    device: str = "auto"


@dataclass(frozen=True, eq=False)
class Prediction:
    """Landmarks of one specimen.

    Attributes
    ----------
    landmarks : LandmarkSet
        In the specimen's own LPS mm; annotations hold error90_mm, flag, status and predicted.
    orientation : Orientation
        The pose that was found.
    specimen_to_template : ndarray, shape (4, 4)
        The same pose as a matrix, LPS mm to LPS mm.
    seconds : mapping of str to float
        Wall time of each step.
    notes : tuple of str
        Sentences for the user.
    """

    landmarks: LandmarkSet
    orientation: Orientation
    specimen_to_template: NDArray[np.float64]
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
