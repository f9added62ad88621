"""Small scans of hollow balls of bone, with predicted points on them: quick to read and to draw."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from craniomark.flows.pipeline.record import ModelIdentity, Record, write_record
from craniomark.flows.pipeline.source import checksum, look_at
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume

LABELS = tuple("ABCDEF")
DOUBTFUL = ("F", "E")
"""In the order of the queue."""
VOXEL_MM = 0.5
SHAPE = (48, 40, 44)
_CENTRE = (23.5, 19.5, 21.5)


def frame() -> np.ndarray:
    """From voxels to LPS mm, shape (4, 4)."""
    matrix = np.diag([-VOXEL_MM, -VOXEL_MM, VOXEL_MM, 1.0])
    matrix[:3, 3] = 20.0, 30.0, -10.0
    return matrix


def write_ball(folder: Path, id_: str) -> Path:
    """Write a scan, and its points into ``craniomark`` beside it."""
    at = (np.indices(SHAPE) - np.reshape(_CENTRE, (3, 1, 1, 1))) * VOXEL_MM
    far = np.linalg.norm(at, axis=0)
    voxels = np.where((far > 6.5) & (far < 8.0), 200, 10).astype(np.uint8)
    matrix = frame()
    path = folder / f"{id_}.nii.gz"
    (folder / "craniomark").mkdir(parents=True, exist_ok=True)
    write_volume(Volume(voxels, matrix), path)
    centre = matrix[:3, :3] @ _CENTRE + matrix[:3, 3]
    ways = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    points = centre + 8 * ways  # on the outside, where the 3D view shows them
    notes = {
        label: Annotation(
            0.1 + 0.1 * row, "review" if label in DOUBTFUL else "ok", "predicted", tuple(points[row])
        )
        for row, label in enumerate(LABELS)
    }
    for ending in (".csv", ".mrk.json"):
        write_landmarks(LandmarkSet(LABELS, points, notes), folder / "craniomark" / f"{id_}{ending}")
    source = replace(look_at(path), sha256=checksum(path))
    write_record(
        Record(id_, "done", source, {}, model=ModelIdentity("balls", "1.0.0")), folder / "craniomark"
    )
    return path
