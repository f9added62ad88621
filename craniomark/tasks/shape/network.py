"""The networks of DeepSSM (Bhalodia 2018, 2021): an image to scores of a shape model, and to particles.

Names of modules are those of ShapeWorks' published weights, so that its state dicts fit and ours fit there.
"""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

Shape = tuple[int, int, int]
SMALLEST = 60
"""Voxels along an axis that the convolutions need."""
_DOUBLINGS = (1, 2, 4, 8, 16)
_POOLED = (1, 3, 5)  # convolutions after which resolution is halved
_HIDDEN, _FEATURES = 384, 96


@dataclass(frozen=True)
class NetworkSettings:
    """Which network it is.

    Attributes
    ----------
    tl : bool
        A TL network, whose scores are those of an autoencoder of particles, in place of the base network.
    stochastic_encoder : bool
        Scores with a variance of each, which the image tells.
    stochastic_decoder : bool
        Particles with a variance of each, which the scores tell.
    linear_decoder : bool
        Particles are a linear function of scores, which begins as the shape model's; else a perceptron's.
    whitened : bool
        Scores are learnt in standard deviations of the training set.
    filters : int
        Channels of the first convolution; each further one doubles them. ShapeWorks' state dicts have 12.
    """

    tl: bool = False
    stochastic_encoder: bool = False
    stochastic_decoder: bool = False
    linear_decoder: bool = True
    whitened: bool = True
    filters: int = 12

    def __post_init__(self) -> None:
        if self.tl and (self.stochastic_encoder or self.stochastic_decoder):
            raise ValueError("tl is True: allowed is a deterministic encoder and decoder with it")
        if self.filters < 1:
            raise ValueError(f"filters is {self.filters}: give at least 1")


class Answer(NamedTuple):
    """What a network says of a batch of images.

    Attributes
    ----------
    scores : Tensor, shape (B, L)
        Whitened where the settings say so; of a TL network, of its own latent space.
    particles : Tensor, shape (B, N, 3)
        Mm.
    score_logvar : Tensor or None, shape (B, L)
        Logarithm of the variance of each score.
    particle_logvar : Tensor or None, shape (B, N)
        Logarithm of the variance per coordinate of each particle, mm^2.
    """

    scores: Tensor
    particles: Tensor
    score_logvar: Tensor | None = None
    particle_logvar: Tensor | None = None


class Backbone(nn.Module):
    """Five convolutions and two dense layers: images, (B, 1, I, J, K), to features, (B, 96)."""

    def __init__(self, shape: Shape, filters: int) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        width, size, pools = 1, torch.tensor(shape), 0
        for number, doubling in enumerate(_DOUBLINGS, start=1):
            wider = filters * doubling
            layers[f"conv{number}"] = nn.Conv3d(width, wider, 5)
            layers[f"bn{number}"] = nn.BatchNorm3d(wider)
            layers[f"relu{number}"] = nn.PReLU()
            width, size = wider, size - 4
            if number in _POOLED:
                pools += 1
                layers[f"mp{pools}"] = nn.MaxPool3d(2)
                size = size // 2
        if int(size.min()) < 1:
            given = " x ".join(map(str, shape))
            raise ValueError(
                f"images is {given}: allowed are images of at least {SMALLEST} voxels along each axis"
            )
        layers["flatten"] = nn.Flatten()
        layers["fc1"] = nn.Linear(int(size.prod()) * width, _HIDDEN)
        layers["relu6"] = nn.PReLU()
        layers["fc2"] = nn.Linear(_HIDDEN, _FEATURES)
        layers["relu7"] = nn.PReLU()
        self.features = nn.Sequential(layers)

    def forward(self, images: Tensor) -> Tensor:
        """Features of images."""
        found: Tensor = self.features(images)
        return found


class ImageEncoder(nn.Module):
    """Images to scores, and where it is stochastic to the logarithm of their variance."""

    def __init__(self, shape: Shape, latent: int, filters: int, stochastic: bool = False) -> None:
        super().__init__()
        self.ConvolutionalBackbone = Backbone(shape, filters)
        self.pca_pred = nn.Sequential(OrderedDict(linear=nn.Linear(_FEATURES, latent)))
        self.pca_logvar = nn.Linear(_FEATURES, latent) if stochastic else None

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Scores, (B, L), and logarithm of their variance or None."""
        features = self.ConvolutionalBackbone(images).float()
        logvar = self.pca_logvar(features).clamp(-12, 6) if self.pca_logvar is not None else None
        return self.pca_pred(features), logvar


class ParticleDecoder(nn.Module):
    """Scores to particles, and where it is stochastic to the logarithm of their variance."""

    def __init__(self, latent: int, particles: int, linear: bool = True, stochastic: bool = False) -> None:
        super().__init__()
        self.particles = particles
        if linear:
            self.fc_fine = nn.Linear(latent, 3 * particles)
        else:
            layers: list[nn.Module] = []
            for width in (latent, 256, 256):
                layers += [nn.Linear(width, 256), nn.PReLU()]
            self.mlp = nn.Sequential(*layers, nn.Linear(256, 3 * particles))
        self.linear = linear
        self.fc_logvar = nn.Linear(latent, particles) if stochastic else None

    def forward(self, scores: Tensor) -> tuple[Tensor, Tensor | None]:
        """Particles, (B, N, 3), mm, and logarithm of their variance or None."""
        flat = self.fc_fine(scores) if self.linear else self.mlp(scores)
        logvar = self.fc_logvar(scores).clamp(-16, 6) if self.fc_logvar is not None else None
        return flat.reshape(-1, self.particles, 3), logvar

    @property
    def last(self) -> nn.Linear:
        """The layer that makes particles."""
        layer = self.fc_fine if self.linear else self.mlp[-1]
        assert isinstance(layer, nn.Linear)
        return layer


class BaseNetwork(nn.Module):
    """Image to scores to particles.

    Parameters
    ----------
    settings : NetworkSettings
        Which one.
    shape : tuple of int
        Of the images.
    latent, particles : int
        Scores and particles of a shape.
    """

    score_mean: Tensor
    score_sd: Tensor

    def __init__(self, settings: NetworkSettings, shape: Shape, latent: int, particles: int) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = ImageEncoder(shape, latent, settings.filters, settings.stochastic_encoder)
        self.decoder = ParticleDecoder(
            latent, particles, settings.linear_decoder, settings.stochastic_decoder
        )
        self.register_buffer("score_mean", torch.zeros(latent))
        self.register_buffer("score_sd", torch.ones(latent))
        _xavier(self)

    def begin_as(self, mean: Tensor, modes: Tensor, score_mean: Tensor, score_sd: Tensor) -> None:
        """Let the decoder begin as the shape model: mean, (N, 3), and modes, (L, N, 3), mm.

        Parameters
        ----------
        mean, modes : Tensor
            A perceptron begins as the mean alone.
        score_mean, score_sd : Tensor, shape (L,)
            Of the training set, mm; 0 and 1 where scores aren't whitened.
        """
        with torch.no_grad():
            self.score_mean.copy_(score_mean)
            self.score_sd.copy_(score_sd)
            last = self.decoder.last
            last.bias.copy_(mean.reshape(-1))
            if self.settings.linear_decoder:
                last.weight.copy_(modes.reshape(len(modes), -1).T)
            else:
                last.weight.mul_(0.1)

    def hold_decoder(self, held: bool = True) -> None:
        """Whether the decoder of particles is kept as it is; its variances are learnt anyway."""
        for name, parameter in self.decoder.named_parameters():
            if not name.startswith("fc_logvar"):
                parameter.requires_grad_(not held)

    def forward(self, images: Tensor) -> Answer:
        """Answer to whitened images, (B, 1, I, J, K)."""
        scores, score_logvar = self.encoder(images)
        with torch.autocast(images.device.type, enabled=False):
            particles, particle_logvar = self.decoder(scores.float() * self.score_sd + self.score_mean)
        return Answer(scores, particles, score_logvar, particle_logvar)


class TLNetwork(nn.Module):
    """An autoencoder of particles, and an image encoder that meets it in the middle (Girdhar 2016)."""

    def __init__(self, settings: NetworkSettings, shape: Shape, latent: int, particles: int) -> None:
        super().__init__()
        self.settings, self.particles = settings, particles
        self.CorrespondenceEncoder = _Named("encoder", _dense("en", (3 * particles, 1024, 512, latent)))
        self.CorrespondenceDecoder = _Named("decoder", _dense("de", (latent, 512, 1024, 3 * particles)))
        self.ImageEncoder = ImageEncoder(shape, latent, settings.filters)
        _xavier(self)

    def begin_as(self, mean: Tensor) -> None:
        """Let the decoder begin at the mean particles, (N, 3), mm."""
        last = self.CorrespondenceDecoder.layers[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.bias.copy_(mean.reshape(-1))
            last.weight.mul_(0.1)

    def hold_autoencoder(self, held: bool = True) -> None:
        """Whether both halves of the autoencoder are kept as they are."""
        for part in (self.CorrespondenceEncoder, self.CorrespondenceDecoder):
            part.requires_grad_(not held)

    def encoded(self, particles: Tensor) -> Tensor:
        """Latent places, (B, L), of particles, (B, N, 3), mm."""
        with torch.autocast(particles.device.type, enabled=False):
            found: Tensor = self.CorrespondenceEncoder(particles.float().flatten(1))
        return found

    def decoded(self, latent: Tensor) -> Tensor:
        """Particles, (B, N, 3), mm, of latent places, (B, L)."""
        with torch.autocast(latent.device.type, enabled=False):
            flat: Tensor = self.CorrespondenceDecoder(latent.float())
        return flat.reshape(-1, self.particles, 3)

    def forward(self, images: Tensor) -> Answer:
        """Answer to whitened images, (B, 1, I, J, K)."""
        latent = self.ImageEncoder(images)[0]
        return Answer(latent, self.decoded(latent))


ShapeNetwork = BaseNetwork | TLNetwork


def make_network(settings: NetworkSettings, shape: Shape, latent: int, particles: int) -> ShapeNetwork:
    """The network of these settings, with weights of torch's generator.

    Raises
    ------
    ValueError
        If the images are too small.
    """
    kind = TLNetwork if settings.tl else BaseNetwork
    return kind(settings, shape, latent, particles)


class _Named(nn.Module):
    """Layers under a name of their own, as the published weights have them."""

    def __init__(self, name: str, layers: nn.Sequential) -> None:
        super().__init__()
        self.add_module(name, layers)
        self._name = name

    @property
    def layers(self) -> nn.Sequential:
        layers = getattr(self, self._name)
        assert isinstance(layers, nn.Sequential)
        return layers

    def forward(self, values: Tensor) -> Tensor:
        found: Tensor = self.layers(values)
        return found


def _dense(word: str, widths: tuple[int, ...]) -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (width, wider) in enumerate(pairwise(widths), start=1):
        layers[f"fc-{word}{number}"] = nn.Linear(width, wider)
        if number < len(widths) - 1:
            layers[f"relu-{word}{number}"] = nn.PReLU()
    return nn.Sequential(layers)


def _xavier(network: nn.Module) -> None:
    """Weights after Glorot and Bengio (2010)."""
    for module in network.modules():
        if isinstance(module, nn.Conv3d | nn.Linear):
            nn.init.xavier_normal_(module.weight)
