"""A small analysis of shapes: three ellipsoids, each predicted with another error."""

from pathlib import Path

import numpy as np

from craniomark.flows.shape.analyze import analyze
from craniomark.flows.shape.particle_files import write_particles
from craniomark.ground.meshes import Surface, write_surface

AXES = np.array([5.0, 8.0, 6.0])
STRETCHED = {"good": 1.01, "worst": 1.06, "middle": 1.03}
"""By how much the predictions are too large."""
COUNT = 96


def sphere() -> Surface:
    """A unit ball."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersSources import vtkSphereSource

    made = vtkSphereSource()
    made.SetRadius(1.0)
    made.SetThetaResolution(48)
    made.SetPhiResolution(48)
    made.Update()
    points = vtk_to_numpy(made.GetOutput().GetPoints().GetData()).astype(float)
    faces = vtk_to_numpy(made.GetOutput().GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return Surface(points, faces)


def spiral() -> np.ndarray:
    """Particles on the unit ball, shape (COUNT, 3)."""
    n = np.arange(COUNT)
    z = 1 - 2 * (n + 0.5) / COUNT
    turn, radius = np.pi * (1 + 5**0.5) * n, np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=1)


def write_analysis(folder: Path) -> Path:
    """Analyse predictions that are too large at one end; returns the folder of the analysis."""
    ball, given = sphere(), folder / "given"
    mean = Surface(ball.vertices * AXES, ball.faces)
    write_surface(mean, given / "mean.ply")
    write_particles(given / "mean.particles", spiral() * AXES)
    for name, factor in STRETCHED.items():
        write_surface(mean, given / "meshes" / f"{name}.ply")
        points = spiral() * AXES
        points[points[:, 1] < 0] *= factor
        write_particles(given / "predictions" / f"{name}.particles", points)
    analyze([given / "meshes"], given / "predictions", given / "mean", folder / "analysis", "both")
    return folder / "analysis"
