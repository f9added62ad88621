"""Named points of one specimen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

STATUSES = ("predicted", "refined", "corrected", "accepted", "missing")
FLAGS = ("review", "ok", "")


@dataclass(frozen=True)
class Annotation:
    """What is known of a landmark beside its position.

    Attributes
    ----------
    error90_mm : float
        The error, mm, that 90 % of such points stay under; NaN where unknown.
    flag : str
        ``"review"``, ``"ok"`` or empty.
    status : str
        One of `STATUSES`, or empty where the file told none.
    predicted : tuple of float
        LPS mm position as first predicted; NaN where there was no prediction.
    observer, time : str
        Who placed or accepted the point, and when (ISO 8601).
    description : str
        Free text of the file.
    """

    error90_mm: float = float("nan")
    flag: str = ""
    status: str = ""
    predicted: tuple[float, float, float] = (float("nan"),) * 3
    observer: str = ""
    time: str = ""
    description: str = ""


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Landmarks of one specimen, paired by label and never by index.

    Attributes
    ----------
    labels : tuple of str
        Unique names, in the order of the file or bundle.
    points : ndarray, shape (N, 3)
        LPS mm; a missing landmark is a row of NaN.
    annotations : mapping of str to Annotation
        By label; labels without one have the default.
    notes : tuple of str
        What was noticed while reading, in sentences for the user.
    """

    labels: tuple[str, ...]
    points: NDArray[np.float64]
    annotations: Mapping[str, Annotation] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        labels = tuple(str(label) for label in self.labels)
        points = np.array(self.points, dtype=np.float64).reshape(-1, 3)
        if len(labels) != len(points):
            raise ValueError(f"{len(labels)} labels for {len(points)} points")
        if len(set(labels)) != len(labels):
            twice = sorted({label for label in labels if labels.count(label) > 1})
            raise ValueError(f"label {twice[0]!r} stands more than once")
        points[~np.isfinite(points).all(axis=1)] = np.nan
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "points", points)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def present(self) -> NDArray[np.bool_]:
        """True where the landmark is not missing, shape (N,)."""
        return np.isfinite(self.points[:, 0])

    def annotation(self, label: str) -> Annotation:
        """Annotation of `label`, the default one where none was given."""
        return self.annotations.get(label, Annotation())

    def ordered(self, labels: Iterable[str]) -> "LandmarkSet":
        """The same landmarks in the order of `labels`; those that are not here are missing."""
        labels = tuple(labels)
        rows = dict(zip(self.labels, self.points, strict=True))
        points = np.array([rows.get(label, np.full(3, np.nan)) for label in labels]).reshape(-1, 3)
        kept = {label: self.annotations[label] for label in labels if label in self.annotations}
        return replace(self, labels=labels, points=points, annotations=kept)

    def moved(self, transform: ArrayLike) -> "LandmarkSet":
        """Landmarks under a 4x4 matrix from LPS to LPS millimetres; predictions move too."""
        matrix = np.asarray(transform, dtype=np.float64)

        def move(points: ArrayLike) -> NDArray[np.float64]:
            return np.asarray(points, dtype=np.float64) @ matrix[:3, :3].T + matrix[:3, 3]

        annotations = {
            label: replace(a, predicted=tuple(move(a.predicted))) for label, a in self.annotations.items()
        }
        return replace(self, points=move(self.points), annotations=annotations)
