"""ALPACA's method (Porto et al. 2021, Methods in Ecology and Evolution 12, 2129-2144), put together anew.

From the packages that its authors publish: FPFH features (itk-fpfh), RANSAC (itk-ransac), deformable coherent
point drift (cpdalp); in between a point-to-plane ICP, at last a projection on the surface. Settings are the
defaults of its panel, but for the number of RANSAC trials: a tenth, as its authors use in their own scripts,
since all of them would take minutes for each template.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from common.alpaca_pose import AlpacaSettings, cloud, global_pose, icp
from craniomark.ground.geometry import apply
from craniomark.ground.geometry.thinplate import ThinPlateSpline
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.vtk_bridge import surface_polydata

Array = NDArray[np.float64]


def transfer(source: Surface, landmarks: Array, target: Surface, settings: AlpacaSettings) -> Array:
    """Landmarks of one template carried to a target, shape (L, 3) mm."""
    diagonal = float(np.linalg.norm(target.extent))
    scale = diagonal / float(np.linalg.norm(source.extent))
    voxel = diagonal / (55 * settings.density)
    scaled = Surface(source.vertices * scale, source.faces)
    moving, fixed = cloud(scaled, voxel), cloud(target, voxel)
    pose = global_pose(moving, fixed, voxel, settings)
    pose = icp(apply(pose, moving), fixed, voxel, settings) @ pose
    marks = apply(pose, landmarks * scale)
    drifted = _drifted(apply(pose, moving), marks, fixed, settings)
    warped = _warped(Surface(apply(pose, scaled.vertices), scaled.faces), marks, drifted)
    return _projected(warped, target, drifted, diagonal * settings.projection)


def _drifted(moving: Array, landmarks: Array, fixed: Array, settings: AlpacaSettings) -> Array:
    """Landmarks that drift along with the cloud, in a box of 25 units each way."""
    from cpdalp import DeformableRegistration

    unit = 25 / (fixed.max(0) - fixed.min(0))
    drift = DeformableRegistration(
        X=fixed * unit, Y=np.vstack([moving, landmarks]) * unit, max_iterations=settings.drifts,
        tolerance=settings.tolerance, low_rank=True, alpha=settings.alpha, beta=settings.beta,
    )  # fmt: skip
    moved, _ = drift.register()
    return np.asarray(moved[-len(landmarks) :] / unit)


def _warped(surface: Surface, before: Array, after: Array) -> Surface:
    """A surface warped by the thin-plate spline of landmarks."""
    return Surface(ThinPlateSpline(before, after)(surface.vertices), surface.faces)


def _projected(warped: Surface, target: Surface, points: Array, reach: float) -> Array:
    """Points moved along the warped template's normals to the target's outermost wall within reach."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkIdList, vtkPoints
    from vtkmodules.vtkFiltersCore import vtkPolyDataNormals
    from vtkmodules.vtkFiltersGeneral import vtkOBBTree

    filled = vtkPolyDataNormals()
    filled.SetInputData(surface_polydata(warped))
    filled.SplittingOff()
    filled.ConsistencyOff()
    filled.Update()
    normals = vtk_to_numpy(filled.GetOutput().GetPointData().GetNormals())
    normals = normals[cKDTree(warped.vertices).query(points)[1]]
    tree = vtkOBBTree()
    tree.SetDataSet(surface_polydata(target))
    tree.BuildLocator()
    vertices = cKDTree(target.vertices)
    found = np.empty_like(points)
    for i, (point, normal) in enumerate(zip(points, normals, strict=True)):
        for sign, which in ((1, -1), (-1, 0)):
            hits = vtkPoints()
            tree.IntersectWithLine(point, point + sign * reach * normal, hits, vtkIdList())
            if hits.GetNumberOfPoints():
                found[i] = hits.GetPoint(which % hits.GetNumberOfPoints())
                break
        else:
            found[i] = target.vertices[vertices.query(point)[1]]
    return found
