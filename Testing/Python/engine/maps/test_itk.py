"""Files of maps, read and applied by SimpleITK and by MRML as they come."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lattices import FINE, flow, places_in
from synthetic import asymmetric, grid, image_of, oblique

from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Composition, Displacement, Linear, Map, inverted, rigid
from craniomark.engine.maps.itk import read_map, write_map
from craniomark.ground.checks import InputError
from craniomark.ground.geometry.fits import apply

sitk = pytest.importorskip("SimpleITK")
KINDS = ("linear", "displacement", "velocity", "inverse", "chain")


def made(kind: str, rng: np.random.Generator) -> tuple[Map, np.ndarray]:
    """A map of a kind, and points within its lattices."""
    bent = flow(rng, 1.5)
    points = places_in(bent, rng, 0.1)
    if kind == "velocity":
        return bent, points
    if kind == "linear":
        return Linear(oblique(rng)), points
    f = bent.displacement
    if kind == "inverse":
        return inverted(f), points
    centre = points.mean(0)
    moves = Composition(
        rigid([0.02, 0.01, -0.03], [0.02, 0, 0.01], centre), Composition(f, Linear(np.eye(4)))
    )
    return (f if kind == "displacement" else Composition(Linear(oblique(rng)), moves)), points


def sent_by_mrml(slicer: Any, path: Path, points: np.ndarray) -> np.ndarray:
    """Where the node that Slicer makes of a file takes points from, LPS."""
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLTransformNode")
    storage = scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    transform, turn = node.GetTransformFromParent(), np.array([-1, -1, 1])
    return np.array([transform.TransformPoint(point) for point in points * turn]) * turn


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".h5", ".tfm"])
def test_simpleitk_sends_points_where_the_map_does(kind: str, suffix: str, tmp_path: Path) -> None:
    f, points = made(kind, np.random.default_rng(KINDS.index(kind)))
    path = tmp_path / f"map{suffix}"
    write_map(f, path)
    transform = sitk.ReadTransform(str(path))
    expected = f(torch.from_numpy(points)).numpy()
    found = np.array([transform.TransformPoint(point) for point in points])
    # Between the points of a lattice an inverse of a bent map is not straight.
    np.testing.assert_allclose(found, expected, atol=0.02 if kind == "inverse" else 1e-6)
    assert np.abs(expected - points).max() > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_mrml_sends_points_where_the_map_does(kind: str, tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")
    f, points = made(kind, np.random.default_rng(KINDS.index(kind)))
    write_map(f, tmp_path / "map.h5")
    expected = f(torch.from_numpy(points)).numpy()
    found = sent_by_mrml(slicer, tmp_path / "map.h5", points)
    # Between the points of a lattice Slicer interpolates by cubics, where ITK and maps are linear.
    np.testing.assert_allclose(found, expected, atol=1e-6 if kind == "linear" else 0.02)
    assert np.abs(expected - points).max() > 0.05


@pytest.mark.parametrize("kind", ["displacement", "velocity", "inverse"])
def test_mrml_sends_the_points_of_the_lattice_exactly_there(kind: str, tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")
    f, _ = made(kind, np.random.default_rng(KINDS.index(kind)))
    write_map(f, tmp_path / "map.h5")
    matrix = (f.f if kind == "inverse" else f).matrix  # type: ignore[attr-defined]
    points = apply(matrix, np.random.default_rng(1).integers(2, 13, (20, 3)))
    expected = f(torch.from_numpy(points)).numpy()
    np.testing.assert_allclose(sent_by_mrml(slicer, tmp_path / "map.h5", points), expected, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_survives_its_file(kind: str, tmp_path: Path) -> None:
    f, points = made(kind, np.random.default_rng(KINDS.index(kind)))
    write_map(f, tmp_path / "map.h5")
    at = torch.from_numpy(points)
    tolerance = 0.02 if kind == "inverse" else 1e-6
    torch.testing.assert_close(read_map(tmp_path / "map.h5")(at), f(at), atol=tolerance, rtol=0)


def skull_and_map() -> tuple[Image, Image, Map]:
    """A moving image, a fixed image's empty grid, and a bent map between them."""
    shape, matrix = grid(4.0, [0.4, 0.5, 0.6])
    moving = image_of(asymmetric([3, 2, 2.5], 12, 0.8), shape, matrix)
    lattice = np.diag([0.6, 0.6, 0.6, 1.0])
    lattice[:3, 3] = -0.3 * (np.array(FINE) - 1)
    bent = Displacement(flow(np.random.default_rng(3), 1.2).vectors.float(), lattice)
    turned = rigid([0.1, -0.2, 0.15], [0.3, 0.1, -0.2])
    size, place = grid(3.0, [0.5, 0.3, 0.4])
    place = rigid([0.3, 0.2, 0.1], [0, 0, 0]).matrix @ place
    return moving, Image(torch.zeros(size), place), Composition(turned, bent)


def sitk_image(image: Image) -> Any:
    made = sitk.GetImageFromArray(np.ascontiguousarray(image.voxels.numpy().T))
    spacing = image.spacing
    made.SetSpacing(spacing.tolist())
    made.SetOrigin(image.matrix[:3, 3].tolist())
    made.SetDirection((image.matrix[:3, :3] / spacing).ravel().tolist())
    return made


def inside(image: Image, points: torch.Tensor) -> np.ndarray:
    """Where interpolation is the same for all: a voxel within the grid."""
    return image.inside(points, -float(image.spacing.max())).numpy()


def test_simpleitk_resamples_to_the_image_that_the_map_shows(tmp_path: Path) -> None:
    moving, fixed, f = skull_and_map()
    write_map(f, tmp_path / "map.h5")
    transform = sitk.ReadTransform(str(tmp_path / "map.h5"))
    resampled = sitk.Resample(sitk_image(moving), sitk_image(fixed), transform, sitk.sitkLinear, 0.0)
    points = f(grid_points(fixed.shape, fixed.matrix))
    expected, seen = moving.at(points).numpy(), inside(moving, points)
    found = sitk.GetArrayFromImage(resampled).T
    np.testing.assert_allclose(found[seen], expected[seen], atol=1e-3)
    unmoved = moving.at(grid_points(fixed.shape, fixed.matrix)).numpy()
    assert np.abs(found[seen] - unmoved[seen]).max() > 0.1


def test_mrml_resamples_to_the_image_that_the_map_shows(tmp_path: Path) -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")
    moving, fixed, f = skull_and_map()
    write_map(f, tmp_path / "map.h5")
    grid_of_fixed = grid_points(fixed.shape, fixed.matrix)
    sent = sent_by_mrml(slicer, tmp_path / "map.h5", grid_of_fixed.reshape(-1, 3).numpy().astype(float))
    found = moving.at(torch.from_numpy(sent).float()).numpy().reshape(fixed.shape)
    expected = moving.at(f(grid_of_fixed)).numpy()
    unmoved = moving.at(grid_of_fixed).numpy()
    assert np.abs(found - expected).max() < 0.02 < 0.1 < np.abs(found - unmoved).max()


def test_maps_of_two_dimensions_survive(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    f = Composition(
        rigid([0.3], [1, 2]), Displacement(torch.from_numpy(rng.normal(size=(2, 5, 6))), np.eye(3))
    )
    write_map(f, tmp_path / "map.tfm")
    points = torch.from_numpy(rng.uniform(0.5, 3.5, (9, 2)))
    torch.testing.assert_close(read_map(tmp_path / "map.tfm")(points), f(points))


def test_itks_centres_are_honoured(tmp_path: Path) -> None:
    transform = sitk.Euler3DTransform((1, 2, 3), 0.1, 0.2, 0.3, (4, 5, 6))
    sitk.WriteTransform(transform, str(tmp_path / "euler.tfm"))
    f = read_map(tmp_path / "euler.tfm")
    assert isinstance(f, Linear)
    np.testing.assert_allclose(apply(f.matrix, [[7, 8, 9]])[0], transform.TransformPoint((7, 8, 9)))


def test_what_can_not_be_read_or_written_is_told(tmp_path: Path) -> None:
    sitk.WriteTransform(sitk.BSplineTransform(3), str(tmp_path / "spline.h5"))
    (tmp_path / "text.tfm").write_text("no transform")
    with pytest.raises(InputError, match="of the kind BSplineTransform"):
        read_map(tmp_path / "spline.h5")
    with pytest.raises(InputError, match="not an ITK transform"):
        read_map(tmp_path / "text.tfm")
    with pytest.raises(InputError, match=r"'\.nii'"):
        write_map(Linear(np.eye(4)), tmp_path / "map.nii")
    with pytest.raises(TypeError, match="no map that ITK knows"):
        write_map(lambda points: points, tmp_path / "map.h5")
    assert not (tmp_path / "map.h5").exists()
