"""Samples of a real scan: landmarks and mask stay on the bone that they mark, and would not by themselves."""

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import map_coordinates

from craniomark.flows.datasets.derived.augmented import Sample, Subject, drawn_sample
from craniomark.ground.specimens import read_truth, specimen_at
from craniomark.ground.volumes import Volume, read_volume
from craniomark.parts.augment.pose import PoseRange
from craniomark.parts.augment.ranges import AffineRange, ElasticRange, Recipe


def brightness(volume: Volume, points: np.ndarray) -> np.ndarray:
    return np.asarray(map_coordinates(volume.array.astype(float), volume.to_index(points).T, order=1))


def test_points_and_mask_follow_a_real_skull(mouse_ct_folder: Path) -> None:
    specimen = specimen_at(sorted(mouse_ct_folder.glob("152_1[0-9].nii.gz"))[0])
    whole = read_volume(specimen.path)
    volume = Volume(whole.array[::3, ::3, ::3].astype(np.float32), whole.matrix @ np.diag([3, 3, 3, 1]))
    truth = read_truth(specimen)
    mask = Volume((volume.array > 100).astype(np.uint8), volume.matrix)
    subject = Subject(torch.from_numpy(volume.array), volume, mask, truth, 0.0, 1.0)
    pose = AffineRange(1.0, PoseRange(12.0, 0.05, 0.02, 0.8))
    recipe = Recipe(affine=pose, gaussian=ElasticRange(1.0, 0.2, 2.0))
    was = brightness(volume, truth.points)
    followed, stayed, overlap, by_itself = [], [], [], []
    for number in range(6):
        made: Sample = drawn_sample(subject, recipe, [1, number])
        assert made.truth is not None and made.mask is not None
        seen = np.isfinite(made.truth.points).all(axis=1)
        assert seen.mean() > 0.8
        followed.append(np.corrcoef(brightness(made.image, made.truth.points[seen]), was[seen])[0, 1])
        stayed.append(np.corrcoef(brightness(made.image, truth.points), was)[0, 1])
        bright = made.image.array > 100
        overlap.append((bright & (made.mask.array > 0)).sum() / bright.sum())
        by_itself.append((bright & (mask.array > 0)).sum() / bright.sum())
    assert np.median(followed) > 0.8 > 0.5 > np.median(stayed)
    assert np.median(overlap) > 0.8 > 0.6 > np.median(by_itself)
