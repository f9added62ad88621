"""What the orientation network is asked to make small."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from craniomark.parts.losses.rotation import (
    geodesic,
    rotation_from_six,
    six_from_rotation,
    squared_frobenius,
)
from craniomark.tasks.orient.network import Guess


@dataclass(frozen=True)
class ObjectiveSettings:
    """Weight of each term; 0 leaves it out.

    Attributes
    ----------
    six : float
        Mean squared error of the six numbers.
    frobenius : float
        Squared Frobenius distance of the matrices.
    geodesic : float
        Angle between the matrices, radians.
    centre : float
        Mean squared error of the centre, in units of a tenth of the cube's reach.
    scale : float
        Mean squared error of the logarithm of size, in units of 0.1.
    """

    six: float = 1.0
    frobenius: float = 0.25
    geodesic: float = 0.25
    centre: float = 0.3
    scale: float = 0.1

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < float("inf"):
                raise ValueError(f"{name} is {value}: give a weight that is not negative")
        if not (self.six or self.frobenius or self.geodesic):
            raise ValueError("six, frobenius and geodesic are all 0: nothing would learn to turn")


def orient_losses(
    guess: Guess, truth: Mapping[str, torch.Tensor], settings: ObjectiveSettings
) -> dict[str, torch.Tensor]:
    """Each weighted term by name; the loss is their sum.

    Parameters
    ----------
    guess : Guess
        What the network tells.
    truth : mapping
        ``rotation``, ``centre`` and ``scale`` as `craniomark.tasks.orient.samples.sample_batch`
        gives them.
    settings : ObjectiveSettings
        Weights.
    """
    turn, wanted = rotation_from_six(guess.six), truth["rotation"]
    terms = {
        "six": F.mse_loss(guess.six, six_from_rotation(wanted)),
        "frobenius": squared_frobenius(turn, wanted).mean(),
        "geodesic": geodesic(turn, wanted).mean(),
        "centre": F.mse_loss(10 * guess.centre, 10 * truth["centre"]),
        "scale": F.mse_loss(10 * guess.scale, 10 * truth["scale"]),
    }
    weights = vars(settings)
    return {name: weights[name] * term for name, term in terms.items() if weights[name]}
