"""The rigid part of ALPACA's method: point clouds, their features, RANSAC, point-to-plane ICP."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from craniomark.ground.geometry import apply
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.vtk_bridge import surface_polydata

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AlpacaSettings:
    """Defaults of the panel; radii and distances in voxels of the point clouds."""

    density: float = 1.0
    normal_neighbours: int = 30
    normal_radius: float = 2.0
    feature_radius: float = 5.0
    feature_neighbours: int = 100
    inlier: float = 3.0
    trials: int = 100_000
    attempts: int = 10
    icp: float = 1.5
    alpha: float = 2.0
    beta: float = 2.0
    drifts: int = 100
    tolerance: float = 1e-3
    projection: float = 0.01


def cloud(surface: Surface, voxel: float) -> Array:
    """One point for each voxel that holds vertices."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkFiltersPoints import vtkVoxelGrid

    grid = vtkVoxelGrid()
    grid.SetInputData(surface_polydata(surface))
    grid.SetConfigurationStyleToLeafSize()
    grid.SetLeafSize(voxel, voxel, voxel)
    grid.Update()
    return vtk_to_numpy(grid.GetOutput().GetPoints().GetData()).astype(np.float64)


def _features(points: Array, voxel: float, settings: AlpacaSettings) -> Array:
    """Fast point feature histograms, shape (N, 33)."""
    import itk
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkFiltersPoints import vtkPCANormalEstimation

    data, places = vtkPolyData(), vtkPoints()
    places.SetData(numpy_to_vtk(points, deep=True))
    data.SetPoints(places)
    normals = vtkPCANormalEstimation()
    normals.SetSampleSize(settings.normal_neighbours)
    normals.SetNormalOrientationToPoint()
    normals.SetInputData(data)
    normals.Update()
    found = vtk_to_numpy(normals.GetOutput().GetPointData().GetNormals())
    sets = []
    for values in (points, found):
        one = itk.PointSet[itk.F, 3].New()
        one.SetPoints(itk.vector_container_from_array(values.ravel().astype(np.float32)))
        sets.append(one)
    fpfh = itk.Fpfh.PointFeature.MF3MF3.New()
    fpfh.ComputeFPFHFeature(*sets, settings.feature_radius * voxel, settings.feature_neighbours)
    told = itk.array_from_vector_container(fpfh.GetFpfhFeature())
    return np.asarray(told, dtype=np.float64).reshape(33, len(points)).T


def global_pose(moving: Array, fixed: Array, voxel: float, settings: AlpacaSettings) -> Array:
    """Rigid, or where that fits less than 99 % a similarity, by RANSAC over mutual matches of features."""
    features = [_features(points, voxel, settings) for points in (moving, fixed)]
    there = cKDTree(features[1]).query(features[0])[1]
    back = cKDTree(features[0]).query(features[1])[1]
    mutual = np.flatnonzero(back[there] == np.arange(len(moving)))
    pairs = np.hstack([moving[mutual], fixed[there[mutual]]])
    reach, tree = settings.inlier * voxel, cKDTree(fixed)
    best: tuple[float, float, Array] = (-1.0, np.inf, np.eye(4))
    for attempt in range(1 + settings.attempts):
        pose = _ransac(pairs, moving, fixed, reach, settings.trials, similarity=attempt > 0)
        distances = tree.query(apply(pose, moving))[0]
        inside = distances < reach
        fitness, error = float(inside.mean()), float(distances[inside].mean()) if inside.any() else np.inf
        if (fitness, -error) > (best[0], -best[1]):
            best = fitness, error, pose
        if fitness >= 0.99:
            break
    return best[2]


def _ransac(
    pairs: Array, moving: Array, fixed: Array, reach: float, trials: int, similarity: bool
) -> Array:  # fmt: skip
    import itk

    kind = itk.Similarity3DTransform[itk.D] if similarity else itk.VersorRigid3DTransform[itk.D]
    count = min(len(moving), len(fixed))
    shuffled = []
    for points in (moving, fixed):
        mixed = copy.deepcopy(points)
        np.random.default_rng(0).shuffle(mixed)
        shuffled.append(mixed[:count])
    data, agree = _itk_points(pairs), _itk_points(np.hstack(shuffled))
    estimator = itk.Ransac.LandmarkRegistrationEstimator[6, kind].New()
    estimator.SetMinimalForEstimate(3)
    estimator.SetAgreeData(agree)
    estimator.SetDelta(reach)
    told = itk.vector.D()
    estimator.LeastSquaresEstimate(data, told)
    search = itk.RANSAC[itk.Point[itk.D, 6], itk.D, kind].New()
    search.SetData(data)
    search.SetAgreeData(agree)
    search.SetCheckCorresspondenceDistance(not similarity)
    search.SetCheckCorrespondenceEdgeLength(0.9)
    search.SetMaxIteration(trials)
    search.SetNumberOfThreads(1)
    search.SetParametersEstimator(estimator)
    search.Compute(told, 0.99)
    return _matrix(kind, [float(told[i]) for i in range(told.size())])


def _itk_points(values: Array) -> Any:
    import itk

    points = itk.vector[itk.Point[itk.D, 6]]()
    points.reserve(len(values))
    for row in values:
        points.push_back([float(v) for v in row])
    return points


def _matrix(kind: Any, told: list[float]) -> Array:
    transform = kind.New()
    own, fixed = transform.GetParameters(), transform.GetFixedParameters()
    for i in range(own.GetSize()):
        own.SetElement(i, told[i])
    for i in range(fixed.GetSize()):
        fixed.SetElement(i, told[own.GetSize() + i])
    transform.SetFixedParameters(fixed)
    transform.SetParameters(own)
    corners = np.vstack([np.zeros(3), np.eye(3)])
    moved = np.array([list(transform.TransformPoint([float(v) for v in c])) for c in corners])
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = (moved[1:] - moved[0]).T, moved[0]
    return pose


def icp(moving: Array, fixed: Array, voxel: float, settings: AlpacaSettings) -> Array:
    """Point-to-plane ICP (Chen and Medioni 1992) of pairs nearer than a limit."""
    tree = cKDTree(fixed)
    normals = _pca_normals(fixed, tree, settings.normal_radius * voxel)
    pose, before = np.eye(4), 0.0
    for _ in range(30):
        points = apply(pose, moving)
        distances, nearest = tree.query(points)
        near = distances < settings.icp * voxel
        if near.sum() < 6:
            break
        p, q, n = points[near], fixed[nearest[near]], normals[nearest[near]]
        solved = np.linalg.lstsq(np.hstack([np.cross(p, n), n]), ((q - p) * n).sum(1), rcond=None)[0]
        step = np.eye(4)
        step[:3, :3], step[:3, 3] = Rotation.from_rotvec(solved[:3]).as_matrix(), solved[3:]
        pose, error = step @ pose, float(distances[near].mean())
        if abs(before - error) < 1e-6:
            break
        before = error
    return pose


def _pca_normals(points: Array, tree: cKDTree, radius: float) -> Array:
    normals = np.zeros_like(points)
    for i, neighbours in enumerate(tree.query_ball_point(points, radius)):
        around = points[neighbours] - points[neighbours].mean(0)
        normals[i] = np.linalg.svd(around, full_matrices=True)[2][2] if len(neighbours) > 2 else (0, 0, 1)
    return normals
