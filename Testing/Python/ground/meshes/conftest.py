"""Meshes whose volume and distances are known."""

import sys
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.meshes import Surface

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def tetrahedron() -> Surface:
    """Return a tetrahedron of 10 mm edges along the axes, with a scalar."""
    corner = np.array([1.5, -20.25, 3])
    vertices = corner + np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    return Surface(vertices, faces, {"error_mm": np.array([0.5, 0.25, 0.125, 1])})


@pytest.fixture
def box() -> Surface:
    """Return a box from (1, -3, 2) to (5, 3, 12) mm of twelve triangles."""
    low, high = np.array([1, -3, 2]), np.array([5, 3, 12])
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = [[q[0], q[i], q[i + 1]] for q in quads for i in (1, 2)]
    return Surface(low + corners * (high - low), np.array(faces))


@pytest.fixture(scope="session")
def sphere() -> Surface:
    """Return a fine sphere of 5 mm radius about (-2, 4, 1) mm."""
    vtk_sources = pytest.importorskip("vtkmodules.vtkFiltersSources")
    from vtkmodules.util.numpy_support import vtk_to_numpy

    source = vtk_sources.vtkSphereSource()
    source.SetRadius(5)
    source.SetThetaResolution(96)
    source.SetPhiResolution(96)
    source.Update()
    output = source.GetOutput()
    vertices = np.array([-2, 4, 1]) + vtk_to_numpy(output.GetPoints().GetData()).astype(np.float64)
    return Surface(vertices, vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3))
