"""What the focus network is shown: patches about starts that are somewhat off, in turned axes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.parts.augment.pose import PoseRange, sample_poses
from craniomark.tasks.landmark.focus.network import FocusSettings
from craniomark.tasks.landmark.focus.patches import cut, suited

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FocusSampleSettings:
    """How patches differ from what they will be in use.

    Attributes
    ----------
    specimens : int
        Specimens in a step.
    patches : int
        Patches of each specimen in a step.
    off : float
        Standard deviation, mm along each axis, of the distance of a start from the truth.
    farthest : float
        Longest distance of a start, mm.
    pose : PoseRange
        Rotation and size of each patch by itself; shifts come from `off`.
    intensity : IntensityRange
        Gain, contrast, noise, blur, shading.
    """

    specimens: int = 1
    patches: int = 48
    off: float = 0.2
    farthest: float = 0.7
    pose: PoseRange = field(default_factory=lambda: PoseRange(8.0, 0.05))
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(0.3, 0.2, 0.12, 0.6, 0.0))

    def __post_init__(self) -> None:
        for name in ("specimens", "patches"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 1")
        for name in ("off", "farthest"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)}: give mm that are not negative")


class FocusSamples:
    """Patches of any step, cut from specimens that are kept in memory.

    Parameters
    ----------
    examples : sequence of Example
        Training specimens in the template's frame.
    network : FocusSettings
        Size of the patches.
    settings : FocusSampleSettings
        How patches differ.
    """

    def __init__(
        self, examples: Sequence[Example], network: FocusSettings, settings: FocusSampleSettings
    ) -> None:
        if not examples:
            raise ValueError("there is no example to cut patches from")
        self.network, self.settings = network, settings
        self.names = tuple(example.id for example in examples)
        self.images = [suited(example.image, network.spacing) for example in examples]
        self.points = np.array([example.points for example in examples], dtype=np.float64)

    def draw(self, seed: int, step: int) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
        """Patches of a step: a function of seed and step alone.

        Returns
        -------
        dict of str to Tensor
            ``patches`` (N, 1, size, size, size), ``landmarks`` (N,), ``specimens`` (N,) and ``offsets``
            (N, 3), the truth from the patch's middle, mm in its axes.
        tuple of str
            Ids of the specimens.
        """
        settings = self.settings
        rng = np.random.default_rng([seed, step])
        which = rng.permutation(len(self.names))[: settings.specimens]
        patches, offsets, landmarks = [], [], []
        for specimen in which:
            centres, axes, wanted, chosen = self._starts(self.points[specimen], rng)
            place = torch.from_numpy(centres).float(), torch.from_numpy(axes).float()
            patches.append(cut(self.images[specimen], *place, self.network.size, self.network.spacing))
            offsets.append(wanted)
            landmarks.append(chosen)
        change = sample_intensity(sum(map(len, landmarks)), settings.intensity, rng)
        counts = [len(one) for one in landmarks]
        tensors = {
            "patches": with_intensity(torch.cat(patches), change),
            "landmarks": torch.from_numpy(np.concatenate(landmarks)),
            "offsets": torch.from_numpy(np.concatenate(offsets)).float(),
            "specimens": torch.from_numpy(np.repeat(which, counts)),
        }
        return tensors, tuple(self.names[i] for i in which)

    def _starts(
        self, points: Array, rng: np.random.Generator
    ) -> tuple[Array, Array, Array, NDArray[np.int64]]:
        """Middles, axes, true offsets in them, and landmarks of the patches of a specimen."""
        settings = self.settings
        present = np.flatnonzero(np.isfinite(points).all(1))
        rounds = -(-settings.patches // len(present))
        chosen = np.concatenate([rng.permutation(present) for _ in range(rounds)])[: settings.patches]
        away = starts_away(len(chosen), settings, rng)
        axes = sample_poses(len(chosen), settings.pose, rng)[:, :3, :3]
        offsets = np.asarray(np.linalg.solve(axes, -away[..., None])[..., 0], dtype=np.float64)
        centres: Array = points[chosen] + away
        return centres, axes, offsets, chosen


def starts_away(count: int, settings: FocusSampleSettings, rng: np.random.Generator) -> Array:
    """Random vectors, mm, shape (count, 3), from the truth to where a search starts."""
    away = rng.normal(0, settings.off, (count, 3)) * rng.uniform(0.3, 1.5, (count, 1))
    length = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(away * np.minimum(1, settings.farthest / np.maximum(length, 1e-9)))
