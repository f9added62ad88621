import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import bent_node, few, lps, placement, put_under, seeds, world_ras

from craniomark.ground.checks import InputError
from craniomark.mrml import Field, add_field, field_of, put_field

SHAPE = (4, 5, 6)


def some(seed=0, resampling=True):
    vectors = np.random.default_rng(seed).normal(0, 0.05, (3, *SHAPE))
    return Field(vectors, placement(seed), resampling)


def lattice():
    return np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1).reshape(-1, 3)


def moved(field):
    """Lattice points and where the field sends them, LPS."""
    points = lattice() @ field.matrix[:3, :3].T + field.matrix[:3, 3]
    return points, points + field.vectors.reshape(3, -1).T


@few
@given(seeds)
def test_the_node_sends_the_lattice_where_the_field_does(slicer, seed):
    scene, field = slicer.vtkMRMLScene(), some(seed, resampling=False)
    child = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    put_under(child, add_field(scene, field, "warp"))
    points, sent = moved(field)
    np.testing.assert_allclose(lps(world_ras(child, lps(points))), sent, atol=1e-5)


@few
@given(seeds)
def test_a_resampling_field_is_what_the_node_takes_from_its_parent(slicer, seed):
    node, (points, sent) = add_field(slicer.vtkMRMLScene(), some(seed), "warp"), moved(some(seed))
    transform = node.GetTransformFromParent()
    found = [transform.TransformPoint(point) for point in lps(points)]
    np.testing.assert_allclose(lps(found), sent, atol=1e-5)


@few
@given(seeds, st.booleans())
def test_a_field_survives(slicer, seed, resampling):
    field = some(seed, resampling)
    back = field_of(add_field(slicer.vtkMRMLScene(), field, "warp"))
    np.testing.assert_allclose(back.vectors, field.vectors, atol=1e-15)
    np.testing.assert_allclose(back.matrix, field.matrix, atol=1e-12)
    assert back.resampling == resampling


@few
@given(seeds)
def test_putting_the_other_direction_replaces_the_first(slicer, seed):
    node = add_field(slicer.vtkMRMLScene(), some(seed), "warp")
    put_field(some(seed + 1, resampling=False), node)
    assert not field_of(node).resampling
    np.testing.assert_allclose(field_of(node).vectors, some(seed + 1).vectors, atol=1e-15)


@few
@given(seeds)
def test_slicers_file_is_a_displacement_field_of_itk(slicer, tmp_path_factory, seed):
    sitk = pytest.importorskip("SimpleITK")
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("grid") / "warp.nrrd"
    field = some(seed)
    node = add_field(scene, field, "warp")
    storage = scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    image = sitk.ReadImage(str(path))
    for index in ((0, 0, 0), (3, 0, 0), (1, 4, 2), (3, 4, 5)):
        place = image.TransformIndexToPhysicalPoint(index)
        at = lattice_index(field, place)
        np.testing.assert_allclose(image.GetPixel(*index), field.vectors[(slice(None), *at)], atol=1e-5)


def lattice_index(field, place):
    index = np.linalg.solve(field.matrix[:3, :3], np.subtract(place, field.matrix[:3, 3]))
    np.testing.assert_allclose(index, np.rint(index), atol=1e-3)
    return np.rint(index).astype(int)


@few
@given(seeds)
def test_itks_displacement_field_is_read_by_slicer_as_the_field(slicer, tmp_path_factory, seed):
    sitk = pytest.importorskip("SimpleITK")
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("grid") / "warp.tfm"
    field = some(seed)
    spacing = np.linalg.norm(field.matrix[:3, :3], axis=0)
    image = sitk.GetImageFromArray(np.ascontiguousarray(field.vectors.transpose(3, 2, 1, 0)), isVector=True)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((field.matrix[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(field.matrix[:3, 3].tolist())
    sitk.WriteTransform(sitk.DisplacementFieldTransform(image), str(path))
    node = scene.AddNewNodeByClass("vtkMRMLGridTransformNode")
    storage = scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    back = field_of(node)
    assert back.resampling
    np.testing.assert_allclose(back.vectors, field.vectors, atol=1e-5)
    np.testing.assert_allclose(back.matrix, field.matrix, atol=1e-6)


def test_the_maps_of_the_engine_take_the_field(scene):
    torch = pytest.importorskip("torch")
    from craniomark.engine.maps import Displacement

    field = field_of(add_field(scene, some(3), "warp"))
    points, sent = moved(some(3))
    found = Displacement(torch.from_numpy(field.vectors), field.matrix)(torch.from_numpy(points))
    np.testing.assert_allclose(found.numpy(), sent, atol=1e-9)


def test_scale_shift_and_start_of_a_grid_are_honoured(scene):
    node = add_field(scene, some(1), "warp")
    transform = node.GetTransformFromParent()
    transform.SetDisplacementScale(2.0)
    transform.SetDisplacementShift(0.5)
    found = field_of(node)
    np.testing.assert_allclose(lps(np.moveaxis(found.vectors, 0, -1)), shifted(some(1)), atol=1e-12)
    transform.GetDisplacementGrid().SetExtent(2, 5, -1, 3, 7, 12)
    start = some(1).matrix @ [2, -1, 7, 1]
    np.testing.assert_allclose(field_of(node).matrix[:, 3], start, atol=1e-9)


def shifted(field):
    return lps(np.moveaxis(field.vectors, 0, -1)) * 2 + 0.5


@pytest.mark.parametrize(
    ("vectors", "matrix"),
    [
        (np.zeros((4, 5, 6)), np.eye(4)),
        (np.zeros((4, 5, 6, 3)), np.eye(4)),
        (np.zeros((3, 4, 5, 1)), np.eye(4)),
        (np.full((3, 4, 5, 6), np.nan), np.eye(4)),
        (np.zeros((3, 4, 5, 6)), np.zeros((4, 4))),
        (np.zeros((3, 4, 5, 6)), np.eye(3)),
    ],
)
def test_what_is_no_field_is_not_made(vectors, matrix):
    with pytest.raises(ValueError, match=r"displacements|lattice"):
        Field(vectors, matrix)


def test_nodes_that_hold_no_grid_are_refused_by_name(scene):
    with pytest.raises(InputError, match="grid transform: selection is none"):
        field_of(None)
    with pytest.raises(InputError, match="choose a grid transform"):
        put_field(some(), bent_node(scene))
    with pytest.raises(InputError, match="grid of displacements is vtkThinPlateSplineTransform"):
        field_of(bent_node(scene))
    with pytest.raises(InputError, match="empty: grid of displacements is 3 by 1 x 1 x 1"):
        field_of(scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "empty"))
    node = add_field(scene, some(), "warp")
    node.GetTransformFromParent().GetDisplacementGrid().GetPointData().GetScalars().SetValue(0, np.nan)
    with pytest.raises(InputError, match="warp: displacements is not finite"):
        field_of(node)
