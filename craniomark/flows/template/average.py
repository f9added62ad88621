"""Groupwise average image: aligned by landmarks, then deformed to the average until it settles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.diffeo.register import flow_between
from craniomark.engine.example import Example
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Velocity
from craniomark.flows.template.frame import Frame
from craniomark.flows.template.scans import Scan

Told = Callable[[str, float], None]
MARGIN_MM = 3.0
SETTLED = 0.01
"""Relative change of the average at which the rounds end."""


@dataclass(frozen=True, eq=False)
class Average:
    """The average image and how it settled.

    Attributes
    ----------
    image : Image
        In the template's frame, bone brightness 1.
    examples : list of Example
        The scans in that frame.
    changes : tuple of float
        Relative change of the average in each deformable round.
    """

    image: Image
    examples: list[Example]
    changes: tuple[float, ...]


def examples_of(scans: Sequence[Scan], frame: Frame, template: Image) -> list[Example]:
    """Scans in the template's frame, scaled to the template's bone brightness."""
    examples = []
    for scan in scans:
        pose = frame.pose_of(scan.points)
        image = scan.image().moved(pose)
        points = scan.points @ pose[:3, :3].T + pose[:3, 3]
        examples.append(
            Example(image.scaled(bone_gain(image, template, np.eye(4))), points, scan.specimen.id)
        )
    return examples


def linear_average(scans: Sequence[Scan], frame: Frame, spacing: float) -> Image:
    """Mean of the scans after the similarity of their landmarks; bone brightness 1."""
    shape, matrix = template_grid(frame, spacing)
    total = torch.zeros(shape)
    for scan in scans:
        image = scan.image().moved(frame.pose_of(scan.points)).smoothed(spacing / 2).on_grid(shape, matrix)
        total += image.voxels / bone_brightness(image)
    average = Image(total / len(scans), matrix)
    return average.scaled(1 / bone_brightness(average))


def deformable_average(
    linear: Image, examples: Sequence[Example], rounds: int, told: Told = lambda *_: None
) -> Average:
    """Deform every example to the average, average anew without the mean velocity, and repeat.

    Taking the mean away keeps the average at the mean shape (Guimond 2000).

    Parameters
    ----------
    linear : Image
        Where to start.
    examples : sequence of Example
        In the same frame.
    rounds : int
        Most rounds; fewer where the average changes by less than `SETTLED`.
    told : callable
        Hears what is done and the fraction.
    """
    average, changes = linear, []
    points = grid_points(linear.shape, linear.matrix)
    for turn in range(rounds):
        maps = []
        for number, example in enumerate(examples):
            told("average", (turn + number / len(examples)) / rounds)
            maps.append(flow_between(average, example.image))
        shift = torch.stack([m.vectors for m in maps]).mean(0)
        total = torch.zeros(linear.shape)
        for m, example in zip(maps, examples, strict=True):
            unbiased = Velocity(m.vectors - shift, m.matrix)
            total += example.image.smoothed(float(linear.spacing[0]) / 2).at(unbiased(points))
        renewed = Image(total / len(examples), linear.matrix)
        changes.append(float((renewed.voxels - average.voxels).norm() / average.voxels.norm()))
        average = renewed
        if changes[-1] < SETTLED:
            break
    return Average(average.scaled(1 / bone_brightness(average)), list(examples), tuple(changes))


def template_grid(frame: Frame, spacing: float) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
    """Grid around the mean landmarks: shape, and voxel-to-template matrix."""
    low, high = frame.mean.min(0) - MARGIN_MM, frame.mean.max(0) + MARGIN_MM
    i, j, k = (int(n) for n in np.ceil((high - low) / spacing) + 1)
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = low
    return (i, j, k), matrix


def bone_brightness(image: Image) -> float:
    """Mean value of the voxels above Otsu's threshold: the level that counts as bone."""
    values = image.voxels.flatten().double().cpu().numpy()
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    mass = np.cumsum(counts * middles)
    above = np.maximum(total - below, 1)
    between = below * above * (mass / np.maximum(below, 1) - (mass[-1] - mass) / above) ** 2
    bone = values[values > middles[int(between[:-1].argmax())]]
    return float(bone.mean()) if bone.size else 1.0
