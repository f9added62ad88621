"""Landmarked scans of a made-up, nearly symmetric animal: small enough to make templates of in seconds."""

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation
from synthetic import Blobs, grid, image_of

from craniomark.flows.template.scans import Scan
from craniomark.ground.geometry import apply
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, write_volume

SIDES, MIDDLE = 6, 4
LABELS = tuple(f"point {n + 1}" for n in range(2 * SIDES + MIDDLE))
SPACING = 0.35


def animal(seed: int, own: float = 0.1) -> Blobs:
    """Blobs on either side of x = 0 and on it, each moved by `own` mm in a way of this animal."""
    rng = np.random.default_rng(100)
    side = rng.uniform([0.8, -4.5, -2.5], [3.0, 4.5, 2.5], (SIDES, 3))
    middle = rng.uniform([0, -4.5, -2.5], [0, 4.5, 2.5], (MIDDLE, 3))
    widths, heights = rng.uniform(0.5, 0.8, SIDES), rng.uniform(0.7, 1.2, SIDES)
    others = rng.uniform(0.5, 0.8, MIDDLE), rng.uniform(0.7, 1.2, MIDDLE)
    centres = np.vstack([side, side * [-1, 1, 1], middle])
    centres = centres + np.random.default_rng(seed).normal(0, own, centres.shape)
    return Blobs(centres, np.r_[widths, widths, others[0]], np.r_[heights, heights, others[1]])


def own_pose(seed: int) -> np.ndarray:
    """4x4 pose of an animal in its scan: turned by a few degrees, a little off, of its own size."""
    rng = np.random.default_rng([seed, 1])
    pose = np.eye(4)
    pose[:3, :3] = rng.uniform(0.93, 1.07) * Rotation.from_rotvec(rng.normal(0, 0.05, 3)).as_matrix()
    pose[:3, 3] = rng.uniform(-0.5, 0.5, 3)
    return pose


def scan_of(seed: int, own: float = 0.1) -> tuple[Volume, LandmarkSet]:
    """A scan of 8-bit voxels and its landmarks, LPS mm."""
    thing, pose = animal(seed, own), own_pose(seed)
    image = image_of(thing, *grid((5.0, 6.5, 4.5), SPACING), pose)
    array = np.clip(image.voxels.numpy() * 150, 0, 255).astype(np.uint8)
    return Volume(array, image.matrix), LandmarkSet(LABELS, apply(pose, thing.centres))


def in_memory(seed: int, own: float = 0.1) -> Scan:
    """A scan that lies nowhere on disk."""
    volume, truth = scan_of(seed, own)
    return Scan(Specimen(f"animal_{seed}", Path(f"animal_{seed}.nii.gz"), "ct"), volume, truth.points)


def write_cohort(folder: Path, count: int, own: float = 0.1) -> list[LandmarkSet]:
    """Write ``animal_N.nii.gz`` with ``animal_N.mrk.json`` beside it, and return the landmarks."""
    folder.mkdir(parents=True, exist_ok=True)
    truths = []
    for seed in range(count):
        volume, truth = scan_of(seed, own)
        write_volume(volume, folder / f"animal_{seed}.nii.gz")
        write_landmarks(truth, folder / f"animal_{seed}.mrk.json")
        truths.append(truth)
    return truths
