"""What the orientation network learns from: specimens in any pose, cut, padded, noisy, with other things."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.ground.checks import InputError
from craniomark.parts.augment.clutter import sample_capsules, with_capsules
from craniomark.parts.augment.fieldofview import FieldRange, cut_away, sample_planes
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.parts.augment.pose import PoseRange, index_maps, moved_points, resampled, sample_poses
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.orient.cubes import coarse_view
from craniomark.tasks.orient.network import NetworkSettings

Array = NDArray[np.float64]
_MARGIN = 1.25
"""How far specimens are kept, in radii of the template's ball."""
_BONE_POINTS = 600


@dataclass(frozen=True)
class SampleSettings:
    """How far samples are from the specimens they are made of.

    Attributes
    ----------
    pose : PoseRange
        Rotation, size and stretch; the shift is that of the cube's centre from the bright centre.
    intensity : IntensityRange
        Noise in units of bone brightness.
    field : FieldRange
        Field of view.
    clutter : float
        Probability of each of two bright things beside the skull.
    """

    pose: PoseRange = field(default_factory=lambda: PoseRange(180.0, 0.16, 0.06, 1.5))
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(1.0, 0.4, 0.08, 0.7, 0.3))
    field: FieldRange = field(default_factory=lambda: FieldRange(0.12, 0.4, 4.0, 0.4))
    clutter: float = 0.15

    def __post_init__(self) -> None:
        if not 0 <= self.clutter <= 1:
            raise ValueError(f"clutter is {self.clutter}: give a probability from 0 to 1")


PLAIN = SampleSettings(PoseRange(180.0), IntensityRange(), FieldRange(), 0.0)
"""Turned, and nothing else."""


@dataclass(frozen=True, eq=False)
class Stock:
    """Specimens as small images on one grid, in the template's frame.

    Attributes
    ----------
    images : Tensor, shape (S, 1, I, J, K)
        Bone brightness about 1.
    matrix : ndarray, shape (4, 4)
        Voxel index to template mm, the same for all.
    bone : ndarray, shape (S, P, 3)
        Places of bright voxels, mm.
    centre : ndarray, shape (3,)
        Of the template's skull, mm.
    radius : float
        Of the ball that holds it, mm.
    names : tuple of str
        Specimens.
    """

    images: torch.Tensor
    matrix: Array
    bone: Array
    centre: Array
    radius: float
    names: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], centre: Array, radius: float, spacing: float) -> "Stock":
        """Specimens shrunk to what cubes of `spacing` mm can show.

        Raises
        ------
        ValueError
            If there are none, or one has nothing in the template's place.
        """
        if not examples:
            raise ValueError("no specimens to learn orientations from")
        step = spacing / 2
        edge = int(np.ceil(2 * _MARGIN * radius / step)) + 1
        matrix = np.diag([step, step, step, 1.0])
        matrix[:3, 3] = centre - step * (edge - 1) / 2
        images = [coarse_view(e.image, spacing).on_grid((edge,) * 3, matrix) for e in examples]
        bone = np.stack([_bone_of(image, e.id) for image, e in zip(images, examples, strict=True)])
        stacked = torch.stack([image.voxels[None].cpu() for image in images])
        return cls(stacked, matrix, bone, centre, radius, tuple(e.id for e in examples))


def sample_batch(
    stock: Stock, count: int, network: NetworkSettings, samples: SampleSettings, rng: np.random.Generator
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Cubes and the poses in them.

    Parameters
    ----------
    stock : Stock
        Specimens; each is taken as often as any other.
    count : int
        How many cubes.
    network, samples : NetworkSettings, SampleSettings
        What cubes look like, and how far they are from the specimens.
    rng : Generator
        All chance comes from it.

    Returns
    -------
    dict of str to Tensor
        ``cubes`` (B, 1, size, size, size), and as `Guess` has them ``rotation`` (B, 3, 3),
        ``centre`` (B, 3), ``scale`` (B,).
    tuple of str
        The specimen of each cube.
    """
    rows = rng.permutation(np.arange(count) + rng.integers(len(stock.names))) % len(stock.names)
    still = PoseRange(samples.pose.degrees, samples.pose.scale, samples.pose.stretch)
    poses = sample_poses(count, still, rng, stock.centre)
    bone = moved_points(stock.bone[rows], poses)
    planes = sample_planes(bone, samples.field, rng)
    middle = _seen_middle(bone, planes) + rng.uniform(-1, 1, (count, 3)) * samples.pose.shift
    poses[:, :3, 3] -= middle  # the cube's centre becomes the origin
    planes[..., 3] -= np.einsum("nsi,ni->ns", planes[..., :3], middle)
    step, size = network.spacing, network.size
    grid = np.diag([step, step, step, 1.0])
    grid[:3, 3] = -step * (size - 1) / 2
    cubes = resampled(stock.images[rows], index_maps(stock.matrix, poses, grid), (size,) * 3)
    cubes = with_capsules(cubes, grid, sample_capsules(count, 2, samples.clutter, stock.radius, rng))
    cubes = with_intensity(cubes, sample_intensity(count, samples.intensity, rng))
    cubes = normalised(cut_away(cubes, grid, planes), network.bright)
    sizes = np.linalg.norm(poses[:, :3, :3], axis=1)
    centres = moved_points(stock.centre[None], poses)[:, 0] / network.reach
    truth = {"rotation": poses[:, :3, :3] / sizes[:, None], "centre": centres}
    truth["scale"] = np.log(sizes).mean(1)
    told = {name: torch.from_numpy(values.astype(np.float32)) for name, values in truth.items()}
    return {"cubes": cubes, **told}, tuple(stock.names[row] for row in rows)


def upright_batch(stock: Stock, network: NetworkSettings) -> dict[str, torch.Tensor]:
    """Each specimen once, in the template's pose and with nothing else changed; as `sample_batch` tells."""
    still = SampleSettings(PoseRange(), IntensityRange(), FieldRange(), 0.0)
    return sample_batch(stock, len(stock.names), network, still, np.random.default_rng(0))[0]


def _seen_middle(bone: Array, planes: Array) -> Array:
    """Centre of the bright places in view, shape (N, 3); of all where none is."""
    along = np.einsum("npi,nsi->nps", bone, planes[..., :3])
    seen = (along <= planes[:, None, :, 3]).all(-1)
    seen[~seen.any(1)] = True
    return (bone * seen[..., None]).sum(1) / seen.sum(1)[:, None]


def _bone_of(image: Image, name: str) -> Array:
    """Places of the brightest 1 % of the voxels, thinned evenly, mm."""
    voxels = image.voxels.flatten()
    index = torch.topk(voxels, max(len(voxels) // 100, _BONE_POINTS)).indices
    if float(voxels[index[0]]) <= 0:
        remedy = "check that scan and landmarks belong together, or leave it out"
        raise InputError(
            name or "a specimen", "scan", "empty where its landmarks say that the skull is", remedy
        )
    kept = index[torch.linspace(0, len(index) - 1, _BONE_POINTS).long()].cpu().numpy()
    places = np.stack(np.unravel_index(kept, image.shape), -1)
    return places @ image.matrix[:3, :3].T + image.matrix[:3, 3]
