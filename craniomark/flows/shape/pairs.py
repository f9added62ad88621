"""Images and the particles that lie in them, paired by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.particle_files import SUFFIX, particle_files, read_sets
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens
from craniomark.ground.volumes import Volume, placement_of, read_volume

FEWEST_INSIDE = 0.5
"""Share of the particles that an image must hold."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Specimens with an image and particles.

    Attributes
    ----------
    ids : tuple of str
        Names, in order.
    images, files : tuple of Path
        Image and particle file of each.
    particles : ndarray, shape (S, N, 3)
        In the frame of the images, LPS mm.
    """

    ids: tuple[str, ...]
    images: tuple[Path, ...]
    files: tuple[Path, ...]
    particles: NDArray[np.float64]


def paired(images: Sequence[Path], particles: Sequence[Path]) -> Pairs:
    """Pair images with particle files of the same name.

    Raises
    ------
    InputError
        If there are fewer than three pairs, an image has no particles, sets differ in length, or image
        and particles do not overlap.
    """
    scans = {one.id: one.path for one in find_specimens(images)}
    files = particle_files(particles)
    alone = sorted(set(scans) ^ set(files))
    if alone:
        which = scans.get(alone[0]) or files[alone[0]]
        remedy = "name both alike, as X.nrrd and X.particles, or leave it out"
        raise InputError(which, "partner", "missing", remedy)
    sets = read_sets({name: files[name] for name in scans})
    for name, points in zip(scans, sets, strict=True):
        _check_overlap(scans[name], files[name], points)
    return Pairs(tuple(scans), tuple(scans.values()), tuple(files[name] for name in scans), sets)


def image_files(images: Sequence[Path]) -> dict[str, Path]:
    """Images by name, of files and folders."""
    return {one.id: one.path for one in find_specimens(images)}


def particles_path(image: Path, folder: Path) -> Path:
    """Where the particles of an image lie in a folder."""
    return folder / f"{image.name.split('.')[0]}{SUFFIX}"


def share_inside(
    points: NDArray[np.float64], volume_shape: Sequence[int], matrix: NDArray[np.float64]
) -> float:
    """Share of points, (N, 3), LPS mm, within a grid."""
    index = (points - matrix[:3, 3]) @ np.linalg.inv(matrix[:3, :3]).T
    inside = (index >= -0.5) & (index <= np.asarray(volume_shape) - 0.5)
    return float(inside.all(axis=1).mean())


def _check_overlap(image: Path, file: Path, points: NDArray[np.float64]) -> None:
    placed = placement_of(image)
    if placed is None:
        volume: Volume = read_volume(image)
        placed = volume.shape, volume.matrix
    share = share_inside(points, *placed)
    if share < FEWEST_INSIDE:
        value = f"outside of {image.name} ({share:.0%} of them lie in it)"
        remedy = "give particles in the frame of the image, world ones with images that were brought there"
        raise InputError(file, "particles", value, remedy)
