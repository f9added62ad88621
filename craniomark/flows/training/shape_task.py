"""Training of the networks that predict shapes from images (DeepSSM)."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.shape.loaders import RECORD, read_part, read_record
from craniomark.flows.shape.pca_files import FOLDER, read_pca
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.task import Batch
from craniomark.flows.training.tensors import load_weights
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.intensity import IntensitySettings
from craniomark.tasks.shape.network import BaseNetwork, NetworkSettings, TLNetwork, make_network
from craniomark.tasks.shape.objective import ObjectiveSettings, stage_errors
from craniomark.tasks.shape.pca import ParticleModel, fit_particles
from craniomark.tasks.shape.samples import Shapes, sample_batch, steps_of_epoch

DecayKind = Literal["none", "step", "cosine"]
_AT_ONCE = 8
_TL_STAGES = ("ae", "tf", "joint")


@dataclass(frozen=True)
class ShapeChoice:
    """What is trained, from where, and the course of the learning rate over epochs.

    Attributes
    ----------
    batch : int
        Images in each step; 0: as the data say.
    latent : int
        Scores; 0: all that the data have.
    augmented : str
        Folder of ``deepssm augment``, whose shape model the decoder begins as; empty: the model of the
        training part's particles.
    start : str
        Weights to begin with, of an earlier stage; empty: none.
    decay : {"none", "step", "cosine"}
        Course of the learning rate over epochs.
    decay_epochs : int
        Between steps, or of half a cosine.
    decay_factor : float
        Factor of each step, or lowest share of the learning rate in the cosine.
    """

    batch: int = 0
    latent: int = 0
    augmented: str = ""
    start: str = ""
    decay: DecayKind = "none"
    decay_epochs: int = 1
    decay_factor: float = 0.99

    def __post_init__(self) -> None:
        for name in ("batch", "latent"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}: give 0 or more")
        if self.decay_epochs < 1:
            raise ValueError(f"decay_epochs is {self.decay_epochs}: give at least 1")
        if not 0 <= self.decay_factor <= 1:
            raise ValueError(f"decay_factor is {self.decay_factor}: give 0 to 1")


@dataclass(frozen=True, eq=False)
class ShapeData:
    """Data of a loader folder.

    Attributes
    ----------
    folder : Path
        Of the loaders.
    train, held : Shapes
        Parts to learn from and to validate on.
    batch : int
        Batch size that was asked for there.
    matrix : ndarray, shape (4, 4)
        Voxels of the images to LPS mm.
    files : dict of str to str
        SHA-256 by name.
    """

    folder: Path
    train: Shapes
    held: Shapes
    batch: int
    matrix: NDArray[np.float64]
    files: dict[str, str]
    groups: dict[str, str] = field(default_factory=dict)
    held_out: bool = True

    @property
    def training(self) -> tuple[Any, ...]:
        """Specimens that are learnt from, by ``id``."""
        return tuple(SimpleNamespace(id=name) for name in self.train.names)

    @property
    def validation(self) -> tuple[Any, ...]:
        """Specimens that are validated on, by ``id``."""
        return tuple(SimpleNamespace(id=name) for name in self.held.names)


class ShapeTask:
    """A network of DeepSSM in one stage of its training.

    Parameters
    ----------
    data : ShapeData
        Whitened images with scores and particles.
    choice, model, objective, intensity : settings
        What is learnt and how.
    """

    name = "shape"

    def __init__(
        self, data: ShapeData, choice: ShapeChoice, model: NetworkSettings, objective: ObjectiveSettings,
        intensity: IntensitySettings,
    ) -> None:  # fmt: skip
        tl = objective.stage in _TL_STAGES
        if tl != model.tl:
            raise ValueError(
                f"stage is {objective.stage}: allowed are base and fine_tune without tl, else others"
            )
        self.choice, self._data, self._objective, self._intensity = choice, data, objective, intensity
        self._batch = choice.batch or data.batch
        self._epoch = steps_of_epoch(len(data.train), self._batch)
        latent = choice.latent or data.train.scores.shape[1]
        shape = data.train.images.shape[1:]
        self.shape_network = make_network(model, (shape[0], shape[1], shape[2]), latent, _particles(data))
        self._begin(latent)
        if choice.start:
            load_weights(self.shape_network, Path(choice.start))
        self._hold()
        # Weights that have learnt nothing are never the best, however they may look.
        first = next(self.shape_network.parameters())
        self._untouched = None if choice.start else first.detach().cpu().clone()
        self.network: torch.nn.Module = self.shape_network
        self._seen: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._since = time.monotonic()

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        return Batch(*sample_batch(self._data.train, self._batch, self._intensity, seed, step))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Each term of the loss; their sum is minimised."""
        tensors = batch.tensors
        found = stage_errors(
            self.shape_network, tensors["images"], tensors["scores"], tensors["particles"], self._objective
        )
        self._seen.append((found.error, found.nothing))
        return found.terms

    def rate_factor(self, step: int) -> float:
        """Factor of the learning rate in the epoch of a step."""
        epoch, choice = step // self._epoch, self.choice
        if choice.decay == "step":
            return float(choice.decay_factor ** (epoch // choice.decay_epochs))
        if choice.decay == "cosine":
            wave = 0.5 * (1 + math.cos(math.pi * epoch / choice.decay_epochs))
            return choice.decay_factor + (1 - choice.decay_factor) * wave
        return 1.0

    def validate(self) -> dict[str, float]:
        """Relative error first, which chooses the best weights; then root mean squared errors."""
        errors = [self._errors(start) for start in range(0, len(self._data.held), _AT_ONCE)]
        error, nothing, count = np.array(errors).T
        relative = float((error * count).sum() / max((nothing * count).sum(), 1e-12))
        told = {
            "relative": math.inf if self._has_learnt_nothing() else relative,
            "error": float(np.sqrt((error * count).sum() / count.sum())),
        }
        if self._seen:
            seen = torch.stack([torch.stack(pair) for pair in self._seen]).float().mean(0)
            told["train_relative"] = float(seen[0] / seen[1].clamp_min(1e-12))
            told["train_error"] = float(seen[0].sqrt())
        told["seconds"] = time.monotonic() - self._since
        self._forget()
        return told

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """True (blue) and predicted (orange) particles of some validation specimens, seen from the side."""
        held = self._data.held
        rows = np.unique(np.linspace(0, len(held) - 1, min(3, len(held))).astype(np.int64))
        tensors = held.tensors(rows)
        with torch.no_grad():
            found = self.shape_network(tensors["images"].to(self._device)).particles.float().cpu().numpy()
        shown = [
            _drawn(
                np.asarray(held.images[row], dtype=np.float32), held.particles[row], points, self._data.matrix
            )
            for row, points in zip(rows, found, strict=True)
        ]
        return {"particles": np.concatenate(shown, axis=1)}

    @property
    def _device(self) -> torch.device:
        return next(self.shape_network.parameters()).device

    def _errors(self, start: int) -> tuple[float, float, int]:
        held = self._data.held
        rows = np.arange(start, min(start + _AT_ONCE, len(held)), dtype=np.int64)
        tensors = {name: t.to(self._device) for name, t in held.tensors(rows).items()}
        found = stage_errors(
            self.shape_network, tensors["images"], tensors["scores"], tensors["particles"], self._objective
        )
        return float(found.error), float(found.nothing), len(rows)

    def _has_learnt_nothing(self) -> bool:
        first = next(self.shape_network.parameters()).detach().cpu()
        return self._untouched is not None and torch.equal(first, self._untouched)

    def _forget(self) -> None:
        self._seen = []
        self._since = time.monotonic()

    def _begin(self, latent: int) -> None:
        model = _shape_model(self._data, self.choice, latent)
        mean = torch.as_tensor(model.mean, dtype=torch.float32)
        network = self.shape_network
        if isinstance(network, TLNetwork):
            network.begin_as(mean)
            return
        whitened = network.settings.whitened
        of = {name: np.load(self._data.folder / f"{name}_PCA.npy")[:latent] for name in ("mean", "std")}
        score_mean = torch.as_tensor(of["mean"] if whitened else np.zeros(latent), dtype=torch.float32)
        score_sd = torch.as_tensor(of["std"] if whitened else np.ones(latent), dtype=torch.float32)
        network.begin_as(mean, torch.as_tensor(model.modes, dtype=torch.float32), score_mean, score_sd)

    def _hold(self) -> None:
        network, stage = self.shape_network, self._objective.stage
        if isinstance(network, BaseNetwork):
            network.hold_decoder(stage == "base" and network.settings.linear_decoder)
            if stage == "base" and self._objective.supervised_latent and not network.settings.linear_decoder:
                raise ValueError(
                    "supervised_latent is True: allowed is False where the decoder is not linear"
                )
        else:
            network.hold_autoencoder(stage == "tf")
            network.ImageEncoder.requires_grad_(stage != "ae")


def _particles(data: ShapeData) -> int:
    return int(data.train.particles.shape[1])


def _shape_model(data: ShapeData, choice: ShapeChoice, latent: int) -> ParticleModel:
    """The shape model that the decoder begins as, of `latent` modes."""
    if choice.augmented:
        model = read_pca(Path(choice.augmented) / FOLDER)[0]
        if len(model.mean) != _particles(data):
            value = f"{len(model.mean)}, while the loaders have {_particles(data)}"
            remedy = "name the folder that the loaders were made from"
            raise InputError(choice.augmented, "number of particles", value, remedy)
    else:
        model = fit_particles(data.train.particles)
    if latent > len(model.modes):
        where = choice.augmented or str(data.folder)
        raise InputError(where, "num_latent_dim", latent, f"give 1 to {len(model.modes)}")
    return model.kept(latent)


def _data(settings: Any, spacing: float, cache: Path, told: Any = None) -> ShapeData:  # noqa: ARG001
    """The parts of a loader folder; the signature is that of `training_data`."""
    folder = Path(settings.data)
    record = read_record(folder)
    latent = settings.choice.latent
    train, held = (read_part(folder, part, latent) for part in ("train", "validation"))
    if not settings.model.whitened:
        mean, sd = (np.load(folder / f"{name}_PCA.npy").astype(np.float32) for name in ("mean", "std"))
        train, held = (
            Shapes(
                s.images, s.scores * sd[: s.scores.shape[1]] + mean[: s.scores.shape[1]], s.particles, s.names
            )
            for s in (train, held)
        )
    parts = [folder / part / f"{name}.npy" for part in ("train", "validation")
             for name in ("images", "scores", "particles")]  # fmt: skip
    files = {path.relative_to(folder).as_posix(): file_sha256(path) for path in (folder / RECORD, *parts)}
    matrix = np.array(record["matrix"], dtype=np.float64)
    return ShapeData(folder, train, held, int(record["batch_size"]), matrix, files)


def _drawn(
    image: NDArray[np.float32], true: NDArray[np.float32], found: NDArray[np.float32],
    matrix: NDArray[np.float64],
) -> NDArray[np.uint8]:  # fmt: skip
    """Brightest values along the first axis, four pixels a voxel, with both sets of particles."""
    flat = image.max(axis=0)
    flat = (flat - flat.min()) / max(float(np.ptp(flat)), 1e-6)
    grey = np.kron((110 * flat).astype(np.uint8), np.ones((4, 4), dtype=np.uint8))
    pixels = np.repeat(grey[..., None], 3, axis=2)
    inverse = np.linalg.inv(matrix)
    for points, colour in ((true, (80, 150, 255)), (found, (255, 140, 30))):
        index = points @ inverse[:3, :3].T + inverse[:3, 3]
        rows = np.round(4 * index[:, 1:] + 1.5).astype(int)
        inside = ((rows >= 0) & (rows < np.array(pixels.shape[:2]))).all(axis=1)
        pixels[tuple(rows[inside].T)] = colour
    return np.ascontiguousarray(pixels.transpose(1, 0, 2)[::-1])


def _build(config: Any, data: ShapeData) -> ShapeTask:
    return ShapeTask(data, config.choice, config.model, config.objective, config.intensity)


ENTRY = TaskEntry(
    name="shape",
    about="Networks that predict shapes from images (DeepSSM); data=FOLDER of `deepssm loaders`.",
    settings={
        "choice": ShapeChoice,
        "model": NetworkSettings,
        "objective": ObjectiveSettings,
        "intensity": IntensitySettings,
    },
    build=_build,
    spacing=lambda _config: 0.0,
    not_in_samples=("objective", "model"),
    data=_data,
)
