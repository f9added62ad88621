"""What is minimised when the focus network is trained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from craniomark.parts.losses.points import (
    POINT_LOSSES,
    PointLoss,
    point_loss,
    point_weights,
    present_points,
)
from craniomark.parts.losses.spread import spread_loss, variance_loss
from craniomark.tasks.landmark.focus.network import Focused
from craniomark.tasks.landmark.levels.objective import by_label


@dataclass(frozen=True)
class FocusObjectiveSettings:
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
    variance : float
        Weight of the heatmaps' variance, mm^2.
    spread : float
        Weight of the likelihood of the errors under the spread that is told.
    """

    points: PointLoss = "euclidean"
    huber_mm: float = 0.1
    inner: Mapping[str, float] = field(default_factory=dict)
    outer: Mapping[str, float] = field(default_factory=dict)
    variance: float = 0.05
    spread: float = 0.01

    def __post_init__(self) -> None:
        if self.points not in POINT_LOSSES:
            raise ValueError(f"points is {self.points!r}: give one of {', '.join(POINT_LOSSES)}")
        if not 0 < self.huber_mm < np.inf:
            raise ValueError(f"huber_mm is {self.huber_mm}: give mm above 0")
        for name in ("variance", "spread"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}: give a number that is not negative")
        for name in ("inner", "outer"):
            for key, weight in getattr(self, name).items():
                if not 0 <= weight < np.inf:
                    raise ValueError(f"{name}.{key} is {weight}: give a number that is not negative")


class FocusObjective:
    """The loss of the focus network.

    Parameters
    ----------
    settings : FocusObjectiveSettings
        Terms and weights.
    labels : sequence of str
        Of the landmarks, in order.
    """

    def __init__(self, settings: FocusObjectiveSettings, labels: Sequence[str]) -> None:
        self.settings = settings
        self.inner = by_label(settings.inner, labels, "inner")
        self.outer = by_label(settings.outer, labels, "outer")

    def __call__(
        self, focused: Focused, offsets: torch.Tensor, landmarks: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Terms of the loss, each with its weight in it.

        Parameters
        ----------
        focused : Focused
            What the network tells.
        offsets : Tensor, shape (N, 3)
            The truth, mm in the patches' axes; NaN where missing.
        landmarks : Tensor of int, shape (N,)
            Which landmark each patch is about.
        """
        settings, which = self.settings, landmarks.cpu()
        # Patches stand where landmarks of one specimen would.
        found, truth = focused.offsets[None], offsets[None]
        terms = {
            "points": point_loss(
                found,
                truth,
                settings.points,
                inner=self.inner[which].to(offsets.device) if settings.inner else None,
                outer=self.outer[which].to(offsets.device) if settings.outer else None,
                huber_mm=settings.huber_mm,
            )
        }
        if settings.variance:
            terms["variance"] = settings.variance * variance_loss(focused.variance[None], truth)
        if settings.spread:
            terms["spread"] = settings.spread * spread_loss(found, focused.log_spread[None], truth)
        return terms

    def counts(self, offsets: torch.Tensor, landmarks: torch.Tensor) -> dict[str, float]:
        """What the mean of each term is taken over: weights, or landmarks that are present.

        Parameters
        ----------
        offsets, landmarks
            As in a call.
        """
        outer = self.outer[landmarks.cpu()].to(offsets.device) if self.settings.outer else None
        present = float(present_points(offsets).sum())
        points = float(point_weights(offsets[None], outer).sum())
        return {"points": points, "variance": present, "spread": present}
