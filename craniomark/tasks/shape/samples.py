"""Batches of images with their shapes, epoch by epoch, as functions of seed and step."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.tasks.shape.intensity import IntensitySettings, drawn_look


@dataclass(frozen=True, eq=False)
class Shapes:
    """Images and shapes of one part of a data set.

    Attributes
    ----------
    images : ndarray, shape (S, I, J, K), float32
        Whitened; may be a memory map.
    scores : ndarray, shape (S, L), float32
        As the network learns them.
    particles : ndarray, shape (S, N, 3), float32
        Mm.
    names : tuple of str
        Specimens and generated samples.
    """

    images: NDArray[np.float32]
    scores: NDArray[np.float32]
    particles: NDArray[np.float32]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def tensors(
        self, rows: NDArray[np.int64], images: NDArray[np.float32] | None = None
    ) -> dict[str, torch.Tensor]:
        """The rows as ``images`` (B, 1, I, J, K), ``scores`` (B, L) and ``particles`` (B, N, 3)."""
        shown = np.asarray(self.images[rows]) if images is None else images
        return {
            "images": torch.from_numpy(np.ascontiguousarray(shown, dtype=np.float32))[:, None],
            "scores": torch.from_numpy(self.scores[rows].copy()),
            "particles": torch.from_numpy(self.particles[rows].copy()),
        }


def steps_of_epoch(count: int, batch: int) -> int:
    """Batches in which all of `count` samples are shown once."""
    return max(1, -(-count // batch))


def rows_of_step(count: int, batch: int, seed: int, step: int) -> NDArray[np.int64]:
    """Samples of a step: each epoch shows all in an order of its own."""
    steps = steps_of_epoch(count, batch)
    epoch, number = divmod(step, steps)
    order = np.random.default_rng([seed, epoch, 7]).permutation(count)
    return np.asarray(order[number * batch : (number + 1) * batch], dtype=np.int64)


def sample_batch(
    shapes: Shapes, batch: int, look: IntensitySettings, seed: int, step: int
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Tensors and names of the samples of a step."""
    rows = rows_of_step(len(shapes), batch, seed, step)
    names = tuple(shapes.names[row] for row in rows)
    if not look.enabled:
        return shapes.tensors(rows), names
    images = np.stack(
        [
            drawn_look(look, np.random.default_rng([seed, step, number]))(np.asarray(shapes.images[row]))
            for number, row in enumerate(rows)
        ]
    )
    return shapes.tensors(rows, images), names
