"""Pairs that an elastic network learns from: real ones, synthetic ones, and real ones with known fields."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.engine.diffeo.climb import Climbing, Level, climbed
from craniomark.engine.diffeo.lattice import steps_resized
from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.tasks.regnet.elastic.network import ElasticSettings
from craniomark.tasks.regnet.elastic.synthetic import SyntheticSettings, synthetic_pairs

Source = Literal["real", "synthetic", "mixed", "fields"]


@dataclass(frozen=True)
class ElasticPairs:
    """What pairs are shown.

    Attributes
    ----------
    source : {"real", "synthetic", "mixed", "fields"}
        Two specimens; images of made-up labels (SynthMorph); both in turns; or two specimens and the field
        that an optimisation found between them beforehand (Quicksilver, Yang et al. 2017).
    batch : int
        Pairs in a step.
    turn, stretch, shift : float
        Largest random affine change of the moving image: radians, shares, shares of half the image.
    intensity : IntensityRange
        Random changes of either image's brightness.
    synthetic : SyntheticSettings
        Of the made-up labels.
    field_steps : int
        Steps of the optimisation of each field.
    """

    source: Source = "mixed"
    batch: int = 2
    turn: float = 0.05
    stretch: float = 0.03
    shift: float = 0.03
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(gamma=0.3, noise=0.05, blur=0.5))
    synthetic: SyntheticSettings = field(default_factory=SyntheticSettings)
    field_steps: int = 40

    def __post_init__(self) -> None:
        if self.source not in get_args(Source):
            raise ValueError(f"source is {self.source!r}: give one of {', '.join(get_args(Source))}")
        if self.batch < 1:
            raise ValueError(f"batch is {self.batch}: give at least 1")
        for name in ("turn", "stretch", "shift"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give 0 to under 1")


@dataclass(frozen=True, eq=False)
class Views:
    """Specimens on one grid.

    Attributes
    ----------
    images : Tensor, shape (S, 1, *grid)
        Bone brightness 1.
    matrix : ndarray, shape (4, 4)
        The grid's index to mm of the specimens' common frame.
    points : ndarray, shape (S, L, 3)
        Landmarks there, mm.
    names : tuple of str
        Of the specimens.
    """

    images: torch.Tensor
    matrix: NDArray[np.float64]
    points: NDArray[np.float64]
    names: tuple[str, ...]


def grid_for(
    shape: Sequence[int], matrix: NDArray[np.float64], settings: ElasticSettings
) -> tuple[tuple[int, ...], NDArray[np.float64]]:
    """Grid of the network's spacing about the middle of another grid, of edges that the network can take."""
    steps = np.linalg.norm(matrix[:3, :3], axis=0)
    multiple = settings.multiple
    counts = np.ceil((np.array(shape) * steps / settings.spacing) / multiple).astype(int) * multiple
    counts = np.maximum(counts, 2 * multiple)
    new = matrix.copy()
    new[:3, :3] = matrix[:3, :3] / steps * settings.spacing
    middle = matrix[:3, :3] @ ((np.array(shape) - 1) / 2) + matrix[:3, 3]
    new[:3, 3] = middle - new[:3, :3] @ ((counts - 1) / 2)
    return tuple(int(n) for n in counts), new


def view(image: Image, shape: Sequence[int], matrix: NDArray[np.float64]) -> torch.Tensor:
    """An image on a grid, shape (1, *grid), averaged to what the grid can show."""
    spacing = float(np.linalg.norm(matrix[:3, 0]))
    coarse = image.shrunk(spacing / 2).smoothed(spacing / 2)
    return coarse.on_grid(tuple(shape), matrix).voxels[None]  # type: ignore[arg-type]


def views_of(examples: Sequence[Example], template: Image, settings: ElasticSettings) -> Views:
    """Examples on the grid about a template; in two dimensions their middle slices across the last axis."""
    shape, matrix = grid_for(template.shape, template.matrix, settings)
    images = torch.stack([view(example.image, shape, matrix) for example in examples])
    if settings.axes == 2:
        images = images[..., images.shape[-1] // 2]
    points = np.array([example.points for example in examples])
    return Views(images, matrix, points, tuple(example.id for example in examples))


def real_pairs(
    views: Views, rows: NDArray[np.int64], settings: ElasticPairs, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Fixed and moving images, shape (B, 1, *grid), of rows, shape (B, 2): the moving a little astray."""
    fixed, moving = views.images[rows[:, 0]], views.images[rows[:, 1]]
    axes = fixed.ndim - 2
    astray = _astray(len(rows), axes, settings, rng)
    where = F.affine_grid(astray, list(moving.shape), align_corners=True)
    moving = F.grid_sample(moving, where, align_corners=True)
    changed = [
        with_intensity(images, sample_intensity(len(rows), settings.intensity, rng, axes))
        for images in (fixed, moving)
    ]
    return changed[0], changed[1]


def fields_between(views: Views, settings: ElasticSettings, steps: int) -> torch.Tensor:
    """Velocities, shape (S, S, D, *lattice), from each specimen to each other, by optimisation."""
    images, count = views.images, len(views.images)
    lattice = [n // settings.block for n in images.shape[2:]]
    level = Level(settings.spacing, settings.spacing * settings.block, steps, 0.05)
    mm = [settings.spacing * (n - 1) / (m - 1) for n, m in zip(images.shape[2:], lattice, strict=True)]
    still = torch.zeros(count, settings.axes, *lattice)
    found = [climbed(one[None], images, still, mm, level, Climbing()).velocities for one in images]
    return steps_resized(torch.stack(found).flatten(0, 1), lattice).unflatten(0, (count, count))


def sample_batch(
    views: Views, fields: torch.Tensor | None, settings: ElasticPairs, rng: np.random.Generator
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """What a step is shown: ``fixed moving``, and ``fixed_labels moving_labels`` or ``velocities`` with them.

    Labels are empty for real pairs, and so tell which pairs are synthetic.
    """
    count = settings.batch
    made = {"real": 0, "fields": 0, "synthetic": count, "mixed": count // 2}[settings.source]
    rows = _rows(count - made, len(views.names), rng)
    names = tuple(f"{views.names[a]} and {views.names[b]}" for a, b in rows)
    if settings.source == "fields":
        assert fields is not None
        still = ElasticPairs("fields", turn=0, stretch=0, shift=0, intensity=settings.intensity)
        fixed, moving = real_pairs(views, rows, still, rng)
        told = {"velocities": fields[rows[:, 0], rows[:, 1]]}
        return {"fixed": fixed, "moving": moving, **told}, names
    parts: list[tuple[torch.Tensor, ...]] = []
    if len(rows):
        parts.append((*real_pairs(views, rows, settings, rng), *_no_labels(views, len(rows), settings)))
    if made:
        shape = tuple(views.images.shape[2:])
        parts.append(synthetic_pairs(made, shape, settings.synthetic, rng))
        names += ("synthetic",) * made
    keys = ("fixed", "moving", "fixed_labels", "moving_labels")
    return {key: torch.cat(part) for key, part in zip(keys, zip(*parts, strict=True), strict=True)}, names


def _no_labels(views: Views, count: int, settings: ElasticPairs) -> tuple[torch.Tensor, torch.Tensor]:
    empty = torch.zeros(count, settings.synthetic.labels, *views.images.shape[2:])
    return empty, empty


def _rows(count: int, specimens: int, rng: np.random.Generator) -> NDArray[np.int64]:
    ones = rng.integers(specimens, size=count)
    others = (ones + rng.integers(1, max(specimens, 2), size=count)) % specimens
    return np.stack([ones, others], 1)


def _astray(count: int, axes: int, settings: ElasticPairs, rng: np.random.Generator) -> torch.Tensor:
    """Affine changes near the identity, shape (B, D, D + 1), in torch's coordinates."""
    turn = rng.uniform(-settings.turn, settings.turn, (count, axes, axes))
    linear = np.eye(axes) + (turn - turn.swapaxes(1, 2)) / 2
    stretch = rng.uniform(-settings.stretch, settings.stretch, (count, axes))
    linear = linear * (1 + stretch)[:, None]
    shift = rng.uniform(-settings.shift, settings.shift, (count, axes, 1))
    return torch.from_numpy(np.concatenate([linear, shift], 2).astype(np.float32))
