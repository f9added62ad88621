"""Losses of the stages in which DeepSSM's networks are trained."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from craniomark.tasks.shape.network import BaseNetwork, ShapeNetwork, TLNetwork

Function = Literal["MSE", "Focal"]
Stage = Literal["base", "fine_tune", "ae", "tf", "joint"]
STAGES = get_args(Stage)


@dataclass(frozen=True)
class ObjectiveSettings:
    """What is minimised.

    Attributes
    ----------
    stage : {"base", "fine_tune", "ae", "tf", "joint"}
        Base network with its decoder held, then freed; TL network: autoencoder, T-flank, both.
    function : {"MSE", "Focal"}
        Squared error, or squared error shrunk where it is small (Lu 2018).
    supervised_latent : bool
        The base stage learns scores; else particles.
    a_particles, c_particles : float
        Steepness and place, mm, of the shrinking of errors of particles.
    a_latent, c_latent : float
        The same of scores.
    alpha : float
        Weight of the latent term beside the autoencoder's in the joint stage.
    """

    stage: Stage = "base"
    function: Function = "MSE"
    supervised_latent: bool = True
    a_particles: float = 10.0
    c_particles: float = 1.32
    a_latent: float = 10.0
    c_latent: float = 6.3
    alpha: float = 1.0

    def __post_init__(self) -> None:
        for name, choices in (("stage", STAGES), ("function", get_args(Function))):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)}: allowed is one of {', '.join(choices)}")
        for name in ("a_particles", "c_particles", "a_latent", "c_latent", "alpha"):
            if not 0 <= getattr(self, name) < 1e6:
                raise ValueError(f"{name} is {getattr(self, name)}: allowed is 0 or more")


@dataclass(frozen=True, eq=False)
class Errors:
    """Terms of a loss, and what predicting nothing would have cost, for a relative error.

    Attributes
    ----------
    terms : dict of str to Tensor
        Their sum is minimised.
    error, nothing : Tensor
        Mean squared error of the stage, of the network and of zeros.
    """

    terms: dict[str, Tensor]
    error: Tensor
    nothing: Tensor


def stage_errors(
    network: ShapeNetwork, images: Tensor, scores: Tensor, particles: Tensor, settings: ObjectiveSettings
) -> Errors:
    """Loss of a batch.

    Parameters
    ----------
    network : BaseNetwork or TLNetwork
        As the stage needs it.
    images : Tensor, shape (B, 1, I, J, K)
        Whitened.
    scores : Tensor, shape (B, L)
        True ones, as the network learns them.
    particles : Tensor, shape (B, N, 3)
        True ones, mm.
    settings : ObjectiveSettings
        Stage and function.
    """
    if isinstance(network, TLNetwork):
        return _tl_errors(network, images, particles, settings)
    return _base_errors(network, images, scores, particles, settings)


def _base_errors(
    network: BaseNetwork, images: Tensor, scores: Tensor, particles: Tensor, settings: ObjectiveSettings
) -> Errors:
    answer = network(images)
    if settings.stage == "base" and settings.supervised_latent:
        name, found, true, logvar = "scores", answer.scores.float(), scores, answer.score_logvar
        focus = settings.a_latent, settings.c_latent
    else:
        name, found, true = "particles", answer.particles, particles
        logvar = None if answer.particle_logvar is None else answer.particle_logvar[..., None]
        focus = settings.a_particles, settings.c_particles
    terms = {name: loss_of(found, true, settings.function, *focus, logvar)}
    if name == "scores" and answer.particle_logvar is not None:  # the decoder's doubt is learnt too
        doubt = answer.particle_logvar[..., None]
        terms["particles"] = loss_of(answer.particles.detach(), particles, "MSE", 0, 0, doubt)
    return Errors(terms, squared(found, true), squared(torch.zeros_like(true), true))


def _tl_errors(network: TLNetwork, images: Tensor, particles: Tensor, settings: ObjectiveSettings) -> Errors:
    terms: dict[str, Tensor] = {}
    if settings.stage != "tf":
        latent = network.encoded(particles)
        back = network.decoded(latent)
        terms["particles"] = loss_of(
            back, particles, settings.function, settings.a_particles, settings.c_particles
        )
        error, nothing = squared(back, particles), squared(torch.zeros_like(particles), particles)
    else:
        with torch.no_grad():
            latent = network.encoded(particles)
    if settings.stage != "ae":
        found = network.ImageEncoder(images)[0].float()
        flank = loss_of(found, latent, settings.function, settings.a_latent, settings.c_latent)
        terms["latent"] = settings.alpha * flank if settings.stage == "joint" else flank
        if settings.stage == "tf":
            error, nothing = squared(found, latent), squared(torch.zeros_like(latent), latent)
    return Errors(terms, error, nothing)


def loss_of(
    found: Tensor, true: Tensor, function: Function, a: float = 10.0, c: float = 1.0,
    logvar: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Mean loss; with a variance, that of a Gaussian likelihood (Kendall and Gal 2017).

    Focal: ``e^2 / (1 + exp(a (c - |e|)))``, which counts errors below `c` little.
    """
    error = found - true
    cost = error.square()
    if function == "Focal":
        cost = cost * torch.sigmoid(a * (error.abs() - c))
    if logvar is not None:
        cost = 0.5 * (cost * torch.exp(-logvar) + logvar)
    return cost.mean()


def squared(found: Tensor, true: Tensor) -> Tensor:
    """Mean squared difference, without a gradient."""
    return (found.detach() - true.detach()).square().mean()
