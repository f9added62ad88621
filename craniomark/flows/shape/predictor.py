"""Networks with their statistics, asked for the shapes of images; several of them as an ensemble."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.shape.config import DeepSSMConfig
from craniomark.flows.shape.loaders import read_record
from craniomark.flows.shape.weights import give_weights
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.network import BaseNetwork, ShapeNetwork, make_network
from craniomark.tasks.shape.samples import Shapes
from craniomark.tasks.shape.uncertainty import Doubt, combined, one_network

_AT_ONCE = 4


@dataclass(frozen=True, eq=False)
class Predicted:
    """Shapes that networks see in images.

    Attributes
    ----------
    names : tuple of str
        Of the images.
    particles : ndarray, shape (S, N, 3)
        Mm, in the frame of the training.
    scores : ndarray, shape (S, L)
        Of the shape model, mm, mean over the networks; of a TL network in its own latent space.
    sd : ndarray or None, shape (S, N)
        Standard deviation, mm, of each particle's place, not calibrated; None where nothing tells it.
    """

    names: tuple[str, ...]
    particles: NDArray[np.float64]
    scores: NDArray[np.float64]
    sd: NDArray[np.float64] | None


def network_of(config: DeepSSMConfig, weights: Path | None = None) -> ShapeNetwork:
    """The network that a config describes, with weights where they are given, ready to predict.

    Raises
    ------
    InputError
        If there are no loaders, or the weights are of another network.
    """
    record = read_record(config.loader_dir)
    i, j, k = (int(n) for n in record["shape"])
    if not config.network.tl and config.latent > int(record["scores"]):
        remedy = f"give 1 to {record['scores']}, the number of scores in {record['table']}"
        raise InputError(config.path, "num_latent_dim", config.latent, remedy)
    with torch.random.fork_rng(devices=[]):
        network = make_network(config.network, (i, j, k), config.latent, int(record["particles"]))
    if weights is not None:
        mean, sd = (
            torch.from_numpy(np.load(config.loader_dir / f"{name}_PCA.npy")[: config.latent]).float()
            for name in ("mean", "std")
        )
        whitened = config.network.whitened
        give_weights(network, weights, mean if whitened else mean * 0, sd if whitened else sd * 0 + 1)
    return network.eval()


def predict(
    networks: Sequence[ShapeNetwork], shapes: Shapes, told: Callable[[float], None] = lambda _: None
) -> Predicted:
    """Shapes of images, means over the networks.

    Parameters
    ----------
    networks : sequence of BaseNetwork or TLNetwork
        One, or an ensemble.
    shapes : Shapes
        Whitened images.
    told : callable
        Hears the fraction that is done; may raise to stop.
    """
    particles, scores, sds = [], [], []
    for start in range(0, len(shapes), _AT_ONCE):
        told(start / len(shapes))
        rows = np.arange(start, min(start + _AT_ONCE, len(shapes)), dtype=np.int64)
        doubts = [_ask(network, shapes, rows) for network in networks]
        together = combined(doubts)
        particles.append(together.particles)
        scores.append(together.scores)
        sds.append(together.sd)
    known = all(one is not None for one in sds)
    told(1.0)
    return Predicted(
        shapes.names,
        np.concatenate(particles),
        np.concatenate(scores),
        np.concatenate([one for one in sds if one is not None]) if known else None,
    )


def _ask(network: ShapeNetwork, shapes: Shapes, rows: NDArray[np.int64]) -> Doubt:
    device = next(network.parameters()).device
    images = shapes.tensors(rows)["images"].to(device)
    with torch.inference_mode():
        answer = network(images)
    decoder = network.decoder.fc_fine if isinstance(network, BaseNetwork) and network.decoder.linear else None
    spread = (network.score_mean, network.score_sd) if isinstance(network, BaseNetwork) else None
    return one_network(answer, None if decoder is None else decoder.weight.detach(), spread)
