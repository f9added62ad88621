import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import (
    TURN,
    affine,
    bent_node,
    few,
    index_to_ras,
    linear_node,
    lps,
    nested,
    placement,
    put_under,
    seeds,
    vtk_of,
    world_ras,
)

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.mrml import add_labels, add_volume, labels_of, put_labels, put_volume, volume_of

SHAPE = (3, 4, 5)
CORNERS = np.array([[0, 0, 0], [2, 0, 0], [0, 3, 0], [0, 0, 4], [2, 3, 4], [1, 1.5, 2]], dtype=float)


def some(seed=0, kind=np.int16):
    array = np.random.default_rng(seed).integers(0, 100, SHAPE).astype(kind)
    return Volume(array, placement(seed))


def image(shape=SHAPE, components=1, start=(0, 0, 0), fill=None):
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import VTK_DOUBLE
    from vtkmodules.vtkCommonDataModel import vtkImageData

    made = vtkImageData()
    made.SetExtent(*np.stack([start, np.add(start, shape) - 1], axis=1).ravel().tolist())
    made.AllocateScalars(VTK_DOUBLE, components)
    values = vtk_to_numpy(made.GetPointData().GetScalars())
    values[...] = np.arange(values.size).reshape(values.shape) if fill is None else fill
    return made


def volume_node(scene, ras=None, **options):
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "skull")
    node.SetIJKToRASMatrix(vtk_of(np.eye(4) if ras is None else ras))
    node.SetAndObserveImageData(image(**options))
    return node


@few
@given(seeds)
def test_reading_places_voxels_as_the_node_does(slicer, seed):
    node = volume_node(slicer.vtkMRMLScene(), placement(seed))
    held = index_to_ras(node)
    expected = lps(CORNERS @ held[:3, :3].T + held[:3, 3])
    np.testing.assert_allclose(volume_of(node).to_lps(CORNERS), expected, atol=1e-9)


def test_spacing_origin_and_directions_set_one_by_one_are_read(scene):
    node = volume_node(scene)
    node.SetSpacing(0.1, 0.2, 0.3)
    node.SetOrigin(10, 20, 30)
    node.SetIJKToRASDirections(0, 0, 1, -1, 0, 0, 0, 1, 0)
    found = volume_of(node)
    np.testing.assert_allclose(found.to_lps([1, 0, 0]), [-10, -19.9, 30], atol=1e-12)
    np.testing.assert_allclose(found.to_lps([0, 1, 0]), [-10, -20, 30.2], atol=1e-12)
    np.testing.assert_allclose(found.to_lps([0, 0, 1]), [-10.3, -20, 30], atol=1e-12)
    np.testing.assert_allclose(found.spacing, [0.1, 0.2, 0.3])


@few
@given(seeds)
def test_writing_places_voxels_as_the_volume_does(slicer, seed):
    volume = some(seed)
    node = add_volume(slicer.vtkMRMLScene(), volume, "skull")
    held = index_to_ras(node)
    found = lps(CORNERS @ held[:3, :3].T + held[:3, 3])
    np.testing.assert_allclose(found, volume.to_lps(CORNERS), atol=1e-9)
    np.testing.assert_allclose(node.GetSpacing(), volume.spacing, rtol=1e-12)
    assert node.GetImageData().GetScalarComponentAsDouble(2, 1, 3, 0) == volume.array[2, 1, 3]


@few
@given(seeds)
def test_a_left_handed_volume_stays_left_handed(slicer, seed):
    volume = some(seed)
    node = add_volume(slicer.vtkMRMLScene(), volume, "skull")
    held = index_to_ras(node)
    assert np.sign(np.linalg.det(held[:3, :3])) == np.sign(np.linalg.det(volume.matrix[:3, :3]))
    assert bool(node.IsIJKCoordinateSystemRightHanded(vtk_of(held))) == (np.linalg.det(held[:3, :3]) > 0)


@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "i4", "u4", "f4", "f8"])
def test_voxels_of_each_type_come_back(scene, kind):
    volume = some(3, kind)
    back = volume_of(add_volume(scene, volume, "skull"))
    assert back.array.dtype == volume.array.dtype
    np.testing.assert_array_equal(back.array, volume.array)
    np.testing.assert_allclose(back.matrix, volume.matrix, atol=1e-12)
    assert back.array.flags.f_contiguous


@few
@given(seeds, st.sampled_from(["u1", "i2", "f4"]))
def test_slicers_file_is_read_by_the_library_as_the_bridge_reads_the_node(
    slicer, tmp_path_factory, seed, kind
):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("volume") / "skull.nrrd"
    node = add_volume(scene, some(seed, kind), "skull")
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    read, bridged = read_volume(path), volume_of(node)
    np.testing.assert_allclose(read.to_lps(CORNERS), bridged.to_lps(CORNERS), atol=1e-6)
    np.testing.assert_array_equal(read.array, bridged.array)


@few
@given(seeds, st.sampled_from(["u1", "i2", "f4"]))
def test_the_librarys_file_is_read_by_slicer_as_the_bridge_writes_the_node(
    slicer, tmp_path_factory, seed, kind
):
    scene, path = slicer.vtkMRMLScene(), tmp_path_factory.mktemp("volume") / "skull.nrrd"
    volume = some(seed, kind)
    write_volume(volume, path)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "skull")
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    assert_same_in_the_world(volume_of(node), volume)


def assert_same_in_the_world(found, volume):
    """The same values at the same places; Slicer reverses an axis of a left-handed file as it reads it."""
    index = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1).reshape(-1, 3)
    there = volume.to_index(found.to_lps(index))
    np.testing.assert_allclose(there, np.rint(there), atol=1e-6)
    at = tuple(np.rint(there).astype(int).T)
    np.testing.assert_array_equal(volume.array[at], found.array[tuple(index.T)])
    assert len(set(zip(*at, strict=True))) == volume.array.size


@few
@given(seeds)
def test_nested_parents_are_honoured_in_reading(slicer, seed):
    scene = slicer.vtkMRMLScene()
    node = volume_node(scene, placement(seed))
    put_under(node, nested(scene, seed))
    held = index_to_ras(node)
    expected = lps(world_ras(node, CORNERS @ held[:3, :3].T + held[:3, 3]))
    np.testing.assert_allclose(volume_of(node).to_lps(CORNERS), expected, atol=1e-6)


@few
@given(seeds)
def test_nested_parents_are_honoured_in_writing(slicer, seed):
    scene, volume = slicer.vtkMRMLScene(), some(seed)
    node = add_volume(scene, some(1), "skull")
    put_under(node, nested(scene, seed))
    put_volume(volume, node)
    held = index_to_ras(node)
    found = lps(world_ras(node, CORNERS @ held[:3, :3].T + held[:3, 3]))
    np.testing.assert_allclose(found, volume.to_lps(CORNERS), atol=1e-6)


def test_hardening_changes_nothing_in_the_world(scene):
    node = add_volume(scene, some(4), "skull")
    put_under(node, linear_node(scene, affine(4)))
    before = volume_of(node)
    node.HardenTransform()
    assert node.GetParentTransformNode() is None
    np.testing.assert_allclose(volume_of(node).matrix, before.matrix, atol=1e-9)


def test_a_parent_that_is_not_linear_is_refused_with_the_remedy(scene):
    node = add_volume(scene, some(), "skull")
    put_under(node, linear_node(scene, affine(1), bent_node(scene)))
    before = index_to_ras(node)
    for act in (lambda: volume_of(node), lambda: put_volume(some(2), node)):
        with pytest.raises(InputError, match=r"skull: transform is not linear .*: harden it"):
            act()
    np.testing.assert_array_equal(index_to_ras(node), before)


def test_a_parent_that_flattens_space_is_refused(scene):
    node = add_volume(scene, some(), "skull")
    put_under(node, linear_node(scene, np.diag([1.0, 1, 0, 1])))
    for act in (lambda: volume_of(node), lambda: put_volume(some(2), node)):
        with pytest.raises(InputError, match="not invertible"):
            act()


def test_an_extent_that_does_not_begin_at_zero_keeps_its_place(scene):
    """Slicer's matrix places index 0, which such an image does not hold."""
    node = volume_node(scene, TURN @ placement(5), start=(2, -3, 7))
    first = volume_of(node).to_lps([0, 0, 0])
    np.testing.assert_allclose(first, (placement(5) @ [2, -3, 7, 1])[:3], atol=1e-9)


def test_a_shared_array_follows_the_node_and_a_copy_does_not(scene):
    node = volume_node(scene)
    copy, shared = volume_of(node), volume_of(node, shared=True)
    node.GetImageData().GetPointData().GetScalars().SetValue(0, 1e6)
    assert copy.array.max() < 1e6
    assert shared.array.max() == 1e6


def test_writing_copies_the_voxels(scene):
    volume = some()
    node = add_volume(scene, volume, "skull")
    expected = volume.array.copy()
    volume.array[...] = 0
    np.testing.assert_array_equal(volume_of(node).array, expected)


def test_the_new_volume_can_be_shown(scene):
    assert add_volume(scene, some(), "skull").GetScalarVolumeDisplayNode() is not None
    assert add_labels(scene, some(), "labels").GetDisplayNode() is not None


def test_labels_come_back_as_whole_numbers(scene):
    for kind in ("u1", "i2", "i4", "f4", "f8"):
        labels = some(6, kind)
        back = labels_of(add_labels(scene, labels, "labels"))
        assert back.array.dtype.kind in "iu"
        np.testing.assert_array_equal(back.array, labels.array)
        np.testing.assert_allclose(back.matrix, labels.matrix, atol=1e-12)


def test_labels_of_one_value_are_taken(scene):
    assert labels_of(add_labels(scene, Volume(np.zeros(SHAPE, int), np.eye(4)), "l")).array.max() == 0


def test_labels_that_are_no_whole_numbers_are_refused(scene):
    node = add_labels(scene, some(), "labels")
    for value in (0.5, np.nan, 1e300):
        with pytest.raises(InputError, match="labels: label values is no whole numbers"):
            put_labels(Volume(np.full(SHAPE, value), np.eye(4)), node)
        node.SetAndObserveImageData(image(fill=value))
        with pytest.raises(InputError, match="labels: label values is no whole numbers"):
            labels_of(node)


def test_a_label_map_is_not_taken_for_a_scan_nor_a_scan_for_a_label_map(scene):
    with pytest.raises(InputError, match="choose the scan"):
        volume_of(add_labels(scene, some(), "labels"))
    with pytest.raises(InputError, match="choose a label map"):
        labels_of(add_volume(scene, some(), "skull"))


def test_put_volume_into_a_label_map_keeps_its_rules(scene):
    node = add_labels(scene, some(), "labels")
    with pytest.raises(InputError, match="whole numbers"):
        put_volume(Volume(np.full(SHAPE, 0.5), np.eye(4)), node)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"components": 3}, "number of channels is 3"),
        ({"shape": (3, 4, 1)}, "dimension is 2-D"),
        ({"fill": 7.0}, "contrast is none"),
        ({"fill": np.nan}, "voxel values is not finite"),
    ],
)
def test_voxels_that_are_no_scan_are_refused_by_name(scene, options, told):
    with pytest.raises(InputError, match=f"skull: {told}"):
        volume_of(volume_node(scene, **options))


@pytest.mark.parametrize(
    ("ras", "told"),
    [
        (np.diag([1.0, np.nan, 1, 1]), "placement is not finite"),
        (np.diag([1.0, 1e-9, 1, 1]), "spacing is"),
        (np.diag([1.0, 1e9, 1, 1]), "spacing is"),
        (np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]), "axes is in one plane"),
    ],
)
def test_impossible_placements_are_refused_by_name(scene, ras, told):
    node = volume_node(scene)
    node.SetIJKToRASMatrix(vtk_of(ras))
    with pytest.raises(InputError, match=f"skull: {told}"):
        volume_of(node)


def test_no_node_a_wrong_one_and_an_empty_one_are_refused(scene):
    with pytest.raises(InputError, match="volume: selection is none: choose a volume"):
        volume_of(None)
    with pytest.raises(InputError, match="choose a volume"):
        put_volume(some(), scene.AddNewNodeByClass("vtkMRMLModelNode", "mesh"))
    with pytest.raises(InputError, match="empty: voxels is none"):
        volume_of(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty"))
