"""What is minimised when a landmark network is trained, and when a training has failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike

from craniomark.parts.losses.consistency import has_rotation, rotation_consistency
from craniomark.parts.losses.distances import distance_loss, present_pairs
from craniomark.parts.losses.points import (
    POINT_LOSSES,
    PointLoss,
    point_loss,
    point_weights,
    present_points,
)
from craniomark.parts.losses.spread import variance_loss
from craniomark.parts.nets.precision import full_precision
from craniomark.tasks.landmark.levels.network import Located


@dataclass(frozen=True)
class ObjectiveSettings:
    """Terms of the loss and their weights.

    Attributes
    ----------
    points : {"l1", "l2", "huber", "euclidean"}
        Loss of the points.
    huber_mm : float
        Where Huber's function turns from a square to a line.
    inner, outer : mapping of str to float
        Weights of landmarks by label, before and after the reduction of a residual to a number (see
        `point_loss`); 1 where not named.
    specimens : mapping of str to float
        Weights of specimens by id; 1 where not named.
    heads : float
        Weight of the point loss of each head by itself, where there are two.
    variance : float
        Weight of the heatmaps' variance, mm^2.
    rotation : float
        Weight of the rotation consistency with the template.
    distances : float
        Weight of the match of pairwise distances.
    linear_steps, blend_steps : int
        Steps with the activation that training starts with, and steps of the passage to the other.
    """

    points: PointLoss = "euclidean"
    huber_mm: float = 0.3
    inner: Mapping[str, float] = field(default_factory=dict)
    outer: Mapping[str, float] = field(default_factory=dict)
    specimens: Mapping[str, float] = field(default_factory=dict)
    heads: float = 0.5
    variance: float = 0.02
    rotation: float = 0.0
    distances: float = 0.0
    linear_steps: int = 200
    blend_steps: int = 200

    def __post_init__(self) -> None:
        if self.points not in POINT_LOSSES:
            raise ValueError(f"points is {self.points!r}: give one of {', '.join(POINT_LOSSES)}")
        if not 0 < self.huber_mm < np.inf:
            raise ValueError(f"huber_mm is {self.huber_mm}: give mm above 0")
        for name in ("heads", "variance", "rotation", "distances", "linear_steps", "blend_steps"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}: give a number that is not negative")
        for name in ("inner", "outer", "specimens"):
            for key, weight in getattr(self, name).items():
                if not 0 <= weight < np.inf:
                    raise ValueError(f"{name} of {key} is {weight}: give a number that is not negative")

    def blend_at(self, step: int) -> float:
        """Share of the final activation at a step."""
        past = step - self.linear_steps
        return float(np.clip(past / self.blend_steps if self.blend_steps else past >= 0, 0.0, 1.0))


class Objective:
    """The loss of a landmark network.

    Parameters
    ----------
    settings : ObjectiveSettings
        Terms and weights.
    labels : sequence of str
        Of the network's landmarks, in order.
    mean : array_like, shape (L, 3)
        Mean landmarks, mm.

    Raises
    ------
    ValueError
        If a weight is given to a landmark that there is not.
    """

    def __init__(self, settings: ObjectiveSettings, labels: Sequence[str], mean: ArrayLike) -> None:
        self.settings = settings
        self.mean = torch.as_tensor(np.asarray(mean), dtype=torch.float32)
        self.inner = by_label(settings.inner, labels, "inner")
        self.outer = by_label(settings.outer, labels, "outer")

    def __call__(
        self, located: Located, truth: torch.Tensor, names: Sequence[str] = ()
    ) -> dict[str, torch.Tensor]:
        """Terms of the loss, each with its weight in it.

        Parameters
        ----------
        located : Located
            What the network tells.
        truth : Tensor, shape (B, L, 3)
            Landmarks, mm of the network's frame; NaN where missing.
        names : sequence of str
            Ids of the specimens.
        """
        settings, device = self.settings, truth.device
        weighing = {
            "inner": self.inner.to(device) if settings.inner else None,
            "huber_mm": settings.huber_mm,
            **self._outer_weights(truth, names),
        }

        def points(predicted: torch.Tensor) -> torch.Tensor:
            return point_loss(predicted, truth, settings.points, **weighing)  # type: ignore[arg-type]

        terms = {"points": points(located.points)}
        heads = located.by_heatmap, located.by_coordinates
        if settings.heads and heads[0] is not None and heads[1] is not None:
            terms["heatmap"] = settings.heads * points(heads[0])
            terms["coordinates"] = settings.heads * points(heads[1])
        if settings.variance and located.variance is not None:
            terms["variance"] = settings.variance * variance_loss(located.variance, truth)
        if settings.rotation:
            mean = self.mean.to(device)
            with full_precision(truth):
                terms["rotation"] = settings.rotation * rotation_consistency(located.points, truth, mean)
        if settings.distances:
            terms["distances"] = settings.distances * distance_loss(located.points, truth)
        return terms

    def counts(self, truth: torch.Tensor, names: Sequence[str] = ()) -> dict[str, float]:
        """What the mean of each term is taken over: weights, landmarks, specimens or pairs.

        Parameters
        ----------
        truth, names
            As in a call.
        """
        points = float(point_weights(truth, **self._outer_weights(truth, names)).sum())
        return {
            **dict.fromkeys(("points", "heatmap", "coordinates"), points),
            "variance": float(present_points(truth).sum()),
            "rotation": float(has_rotation(truth, self.mean.to(truth.device)).sum()),
            "distances": float(present_pairs(truth).sum()),
        }

    def _outer_weights(self, truth: torch.Tensor, names: Sequence[str]) -> dict[str, torch.Tensor | None]:
        """Weights of landmarks and specimens in the mean over all; None where all count the same."""
        settings, specimens = self.settings, None
        if settings.specimens:
            weights = [float(settings.specimens.get(name, 1.0)) for name in names]
            specimens = torch.tensor(weights, device=truth.device)
        return {"outer": self.outer.to(truth.device) if settings.outer else None, "specimens": specimens}


def by_label(weights: Mapping[str, float], labels: Sequence[str], name: str) -> torch.Tensor:
    """Weights, shape (L,), in the order of labels; 1 where none is given."""
    unknown = sorted(set(weights) - set(labels))
    if unknown:
        raise ValueError(f"{name} names {unknown[0]!r}: give labels of the landmarks, such as {labels[0]!r}")
    return torch.tensor([float(weights.get(label, 1.0)) for label in labels])
