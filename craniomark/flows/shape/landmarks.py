"""Landmarks through a shape model: those of its specimens, carried to the mean shape."""

from pathlib import Path

import numpy as np

from craniomark.flows.shape.model import local_to_world
from craniomark.flows.shape.particle_files import read_particles
from craniomark.flows.shape.warp import spline
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply
from craniomark.ground.landmarks import LandmarkSet, read_landmarks

_SUFFIXES = (".mrk.json", ".fcsv", ".csv")


def mean_landmarks(model: Path, folder: Path) -> LandmarkSet:
    """Mean of the specimens' landmarks on the mean shape, in the common frame, mm.

    Each specimen's points are carried to the mean by the spline of its particles; labels that fewer than
    half of the specimens have are left out.

    Raises
    ------
    InputError
        If the folder has landmarks of no specimen.
    """
    mean = read_particles(model / "mean.particles")
    poses = local_to_world(model)
    carried: dict[str, list[np.ndarray]] = {}
    count = 0
    for name, pose in poses.items():
        path = next((folder / (name + s) for s in _SUFFIXES if (folder / (name + s)).exists()), None)
        if path is None:
            continue
        count += 1
        found = read_landmarks(path)
        world = read_particles(model / "world_particles" / f"{name}.particles")
        points = spline(world, mean)(apply(pose, found.points))
        for label, point in zip(found.labels, points, strict=True):
            if np.isfinite(point).all():
                carried.setdefault(label, []).append(point)
    kept = {label: points for label, points in carried.items() if len(points) >= count / 2}
    if not kept:
        raise InputError(folder, "landmarks", "of no specimen of the model", "name files ID.mrk.json")
    return LandmarkSet(tuple(kept), np.array([np.mean(points, axis=0) for points in kept.values()]))
