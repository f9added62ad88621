"""Distance of predicted points from the truth, mm, with weights at three places."""

from typing import Literal, get_args

import torch
import torch.nn.functional as F

PointLoss = Literal["l1", "l2", "huber", "euclidean"]
POINT_LOSSES: tuple[str, ...] = get_args(PointLoss)


def point_loss(
    predicted: torch.Tensor, truth: torch.Tensor, kind: PointLoss = "huber", *,
    inner: torch.Tensor | None = None, outer: torch.Tensor | None = None,
    specimens: torch.Tensor | None = None, huber_mm: float = 0.3,
) -> torch.Tensor:  # fmt: skip
    """Mean loss over all landmarks that are present.

    A residual is a vector of three components; the loss reduces it to a number, and numbers to a mean.
    Weights can act before the first reduction (`inner`: an error of a landmark of weight 2 counts as
    one twice as long, so four times in `l2`), after it (`outer`: it counts twice), or on all landmarks
    of a specimen (`specimens`).

    Parameters
    ----------
    predicted, truth : Tensor, shape (B, L, 3)
        Points, mm; truth is NaN where missing, and such landmarks take no part.
    kind : {"l1", "l2", "huber", "euclidean"}
        Sum over the axes of absolute values, of squares, or of Huber's function; or the length.
    inner, outer : Tensor, shape (L,), optional
        Weights of landmarks, not negative.
    specimens : Tensor, shape (B,), optional
        Weights of specimens, not negative.
    huber_mm : float
        Where Huber's function turns from a square to a line.

    Returns
    -------
    Tensor, scalar
        Mean weighted by `outer` and `specimens`; 0 where nothing is present.

    Raises
    ------
    ValueError
        If `kind` is another.
    """
    present = present_points(truth)
    residual = torch.where(present[..., None], predicted - truth.nan_to_num(), 0.0)
    if inner is not None:
        residual = residual * inner[:, None]
    reduced = _reduced(residual, kind, huber_mm)
    weights = point_weights(truth, outer, specimens).to(reduced.dtype)
    return (weights * reduced).sum() / weights.sum().clamp_min(1e-9)


def point_weights(
    truth: torch.Tensor, outer: torch.Tensor | None = None, specimens: torch.Tensor | None = None
) -> torch.Tensor:
    """Weight, shape (B, L), of each landmark in the mean of `point_loss`, whose arguments these are."""
    weights = present_points(truth).to(torch.float32)
    if outer is not None:
        weights = weights * outer
    if specimens is not None:
        weights = weights * specimens[:, None]
    return weights


def present_points(truth: torch.Tensor) -> torch.Tensor:
    """True, shape (..., L), where points, shape (..., L, 3), hold no NaN."""
    return torch.isfinite(truth).all(-1)


def _reduced(residual: torch.Tensor, kind: str, huber_mm: float) -> torch.Tensor:
    if kind == "l1":
        return residual.abs().sum(-1)
    if kind == "l2":
        return (residual**2).sum(-1)
    if kind == "huber":
        zero = torch.zeros_like(residual)
        return F.huber_loss(residual, zero, reduction="none", delta=huber_mm).sum(-1)
    if kind == "euclidean":  # the slope of the square root is not defined at 0
        return (residual**2).sum(-1).add(1e-12).sqrt()
    raise ValueError(f"loss is {kind!r}: give one of {', '.join(POINT_LOSSES)}")
