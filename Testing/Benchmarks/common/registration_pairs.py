"""Pairs of CTs that no model of their fold has seen, as they lie and with the moving one turned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from common.posing import bone_corners
from common.specimens import FOLDS, Known, split
from craniomark.ground.geometry import apply, invert
from craniomark.ground.volumes import Volume, resample

POSES = 2
MOST_DEGREES, MOST_SHIFT, PADDING_MM = 60.0, 5.0, 1.0
GIVEN = "given"


@dataclass(frozen=True, eq=False)
class Trial:
    """A pair in one pose.

    Attributes
    ----------
    fold : int
        Whose models have seen neither.
    fixed, moving : Known
        The specimens.
    start : str
        ``given``, or ``turned`` and a number.
    """

    fold: int
    fixed: Known
    moving: Known
    start: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart from the other trials."""
        return self.fixed.id, self.moving.id, self.start

    @property
    def moved(self) -> NDArray[np.float64]:
        """Where the moving scan was put, its own mm to mm, shape (4, 4)."""
        if self.start == GIVEN:
            return np.eye(4)
        seed = [int(part) for one in (self.fixed, self.moving) for part in one.id.split("_")]
        rng = np.random.default_rng([*seed, int(self.start.split()[1])])
        axis = rng.normal(size=3)
        angle = np.radians(rng.uniform(0, MOST_DEGREES))
        moved = np.eye(4)
        moved[:3, :3] = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix()
        centre = np.nanmean(self.moving.truth.points, axis=0)
        moved[:3, 3] = centre + rng.uniform(-MOST_SHIFT, MOST_SHIFT, 3) - moved[:3, :3] @ centre
        return moved

    def volumes(self) -> tuple[Volume, Volume]:
        """Fixed and moving image; a turned one is resampled on a grid along the axes."""
        moving = self.moving.volume()
        if self.start != GIVEN:
            moving = _turned(moving, self.moved)
        return self.fixed.volume(), moving

    def truth(self) -> NDArray[np.float64]:
        """The fixed image's landmarks in the moving image, LPS mm, shape (L, 3)."""
        return apply(self.moved, self.moving.truth.ordered(self.fixed.truth.labels).points)


def trials(known: list[Known], folds: list[int], poses: int = POSES) -> Iterator[Trial]:
    """All trials: each ordered pair of a fold's held-out CTs, given and turned."""
    for fold in folds:
        for fixed, moving in permutations(split(known, fold)[1], 2):
            for start in (GIVEN, *(f"turned {pose}" for pose in range(poses))):
                yield Trial(fold, fixed, moving, start)


def all_trials(known: list[Known]) -> list[Trial]:
    """Those of all folds."""
    return list(trials(known, list(range(FOLDS))))


def _turned(volume: Volume, moved: NDArray[np.float64]) -> Volume:
    low, high = bone_corners(volume, moved)
    low, high = low - PADDING_MM, high + PADDING_MM
    spacing = float(np.mean(volume.spacing))
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = low
    shape = tuple(int(n) for n in np.ceil((high - low) / spacing) + 1)
    turned = resample(replace(volume), shape, matrix, invert(moved))  # type: ignore[arg-type]
    return replace(turned, left_right_known=volume.left_right_known)
