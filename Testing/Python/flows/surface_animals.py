"""Meshes of made-up animals with landmarks on them: small enough to train with in seconds."""

from pathlib import Path

import numpy as np
from synthetic_cohort import scan_of

from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, nearest_on_surface, write_surface
from craniomark.ground.meshes.isosurface import isosurface

ABOVE = (0.0, 0.0, 1.0)
BRIGHTNESS = 40.0
SIZE = 0.6
"""Beside the scans: fewer voxels are quicker."""


def mesh_of(seed: int) -> tuple[Surface, LandmarkSet]:
    """The surface of an animal and the places of it that lie nearest above its blobs, LPS mm."""
    volume, truth = scan_of(seed)
    surface = isosurface(volume, BRIGHTNESS, closed=True)
    places = nearest_on_surface(truth.points + ABOVE, surface)
    smaller = np.diag([SIZE, SIZE, SIZE, 1.0])
    return surface.moved(smaller), LandmarkSet(truth.labels, places).moved(smaller)


def write_meshes(folder: Path, count: int) -> Path:
    """Write ``animal_N.ply`` with ``animal_N.mrk.json`` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        surface, truth = mesh_of(seed)
        write_surface(surface, folder / f"animal_{seed}.ply")
        write_landmarks(truth, folder / f"animal_{seed}.mrk.json")
    return folder


def in_ras(surface: Surface) -> Surface:
    """The same numbers as a program writes them that means RAS and says LPS."""
    return Surface(surface.vertices * np.array([-1.0, -1.0, 1.0]), surface.faces)
