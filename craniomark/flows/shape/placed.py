"""Specimens in the frame that their shapes are told in, found as it will be found in a new image."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.shape.correspond import bone_of
from craniomark.flows.shape.workers import Told, check_stop
from craniomark.ground.geometry import invert
from craniomark.ground.meshes import read_surface
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, write_volume
from craniomark.tasks.orient.locate import Target, locate

Array = NDArray[np.float64]
SEEN_MM = 0.2
"""Voxels in which poses are found and from which coarser images are made."""
MEAN_IMAGE = "mean_image.nrrd"
BONE = 200
"""Value of bone in images that are written."""
_MARGIN_MM = 1.0


def grid_around(points: Array, spacing: float) -> tuple[tuple[int, int, int], Array]:
    """Shape and voxel-to-LPS matrix of a grid around all points, (..., 3), mm."""
    low, high = _box(points)
    i, j, k = (int(n) for n in np.ceil((high - low) / spacing) + 1)
    return (i, j, k), _matrix(low, np.full(3, spacing))


def cube_around(points: Array, size: int) -> tuple[tuple[int, int, int], Array]:
    """The same with as many voxels along each axis, which are as long as the box needs them."""
    low, high = _box(points)
    return (size, size, size), _matrix(low, (high - low) / (size - 1))


def _box(points: Array) -> tuple[Array, Array]:
    flat = points.reshape(-1, 3)
    return flat.min(axis=0) - _MARGIN_MM, flat.max(axis=0) + _MARGIN_MM


def _matrix(low: Array, spacing: Array) -> Array:
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = low
    return matrix


def seen_bone(specimen: Specimen) -> Image:
    """The bone of a mesh in its own frame, as coarse as poses need it, brightness 1."""
    return bone_of(read_surface(specimen.path), specimen.path).shrunk(SEEN_MM)


def mean_image(bones: Sequence[Image], to_world: Array, world: Array) -> Image:
    """Mean of bones, each brought into the common frame, around its particles."""
    shape, matrix = grid_around(world, SEEN_MM)
    total = torch.zeros(shape)
    for bone, pose in zip(bones, to_world, strict=True):
        total += bone.moved(pose).on_grid(shape, matrix).voxels
    return Image(total / len(bones), matrix)


def found_frames(bones: Sequence[Image], to_world: Array, mean: Image, told: Told) -> Array:
    """Similarities, shape (S, 4, 4), that bring each bone to where it looks most like the mean image.

    So is the pose of a new image found, and no shape tells of a pose that can't be seen.
    """
    target = Target.of(mean)
    found = []
    for number, (bone, pose) in enumerate(zip(bones, to_world, strict=True)):
        told("frames", number / len(bones))
        near = locate(bone, target, proposals=[invert(pose)])
        found.append(invert(near.template_to_specimen))
    return np.stack(found)


def on_network_grid(image: Image, to_world: Array, shape: tuple[int, int, int], matrix: Array) -> Image:
    """An image in the common frame, on a grid of that frame."""
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    return image.moved(to_world).smoothed(float(spacing.min()) / 2).on_grid(shape, matrix)


def write_images(
    out: Path, names: Sequence[str], bones: Sequence[Image], to_world: Array, world: Array, size: int,
    told: Told, stop_file: Path | None,
) -> None:  # fmt: skip
    """Write ``images/NAME.nrrd`` of all specimens on one grid of the common frame; bone is `BONE`."""
    shape, matrix = cube_around(world, size)
    for number, (name, bone, pose) in enumerate(zip(names, bones, to_world, strict=True)):
        check_stop(stop_file)
        told("images", number / len(names))
        placed = on_network_grid(bone, pose, shape, matrix)
        write_volume(as_volume(placed), out / "images" / f"{name}.nrrd")


def as_volume(image: Image) -> Volume:
    """Bone of brightness 1 as small numbers."""
    return Volume(np.round(BONE * image.voxels.numpy().clip(0, 1)).astype(np.uint8), image.matrix)
