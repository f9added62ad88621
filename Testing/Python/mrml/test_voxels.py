import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.mrml import voxels
from craniomark.mrml.voxels import array_of_image, image_of, saveable_type

pytestmark = pytest.mark.usefixtures("slicer")


@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "i4", "u4", "f4", "f8"])
def test_types_that_slicer_saves_stay(kind):
    array = np.arange(60).reshape(3, 4, 5).astype(kind)
    found, start = array_of_image(image_of(array), "a")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found[0], array)
    assert start.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("?", "u1"), ("i1", "i2"), ("i8", "i4"), ("u8", "i4"), ("f2", "f4"), (">i2", "i2"), (">f8", "f8")],
)
def test_other_types_become_the_next_one_that_slicer_saves(kind, expected):
    array = (np.arange(60).reshape(3, 4, 5) % 2).astype(kind)
    found, _ = array_of_image(image_of(array), "a")
    assert found.dtype == expected
    np.testing.assert_array_equal(found[0], array)


def test_large_whole_numbers_are_kept_exactly_or_refused():
    assert saveable_type(np.array([[[2**52]]])) == np.float64
    with pytest.raises(ValueError, match="fit no type"):
        saveable_type(np.array([[[2**60]]]))


@pytest.mark.parametrize("kind", ["c8", "O", "U3"])
def test_what_is_no_number_is_refused(kind):
    with pytest.raises(ValueError, match="none of Slicer's"):
        image_of(np.zeros((2, 2, 2), dtype=kind))


def test_each_voxel_is_where_vtk_looks_for_it():
    array = np.random.default_rng(0).integers(0, 99, (3, 4, 5), dtype=np.int16)
    image = image_of(array)
    assert image.GetDimensions() == (3, 4, 5)
    for index in np.ndindex(3, 4, 5):
        assert image.GetScalarComponentAsDouble(*index, 0) == array[index]


def test_components_come_first():
    array = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    image = image_of(array)
    assert image.GetScalarComponentAsDouble(1, 2, 3, 2) == array[2, 1, 2, 3]
    np.testing.assert_array_equal(array_of_image(image, "a")[0], array)


def test_any_memory_layout_is_copied_right():
    array = np.asfortranarray(np.arange(60.0).reshape(3, 4, 5))[::-1, :, ::2]
    np.testing.assert_array_equal(array_of_image(image_of(array), "a")[0][0], array)


def test_a_copy_does_not_follow_the_image_and_a_view_does():
    image = image_of(np.ones((2, 2, 2)))
    copy, view = array_of_image(image, "a")[0], array_of_image(image, "a", shared=True)[0]
    image.GetPointData().GetScalars().Fill(5)
    assert copy.max() == 1
    assert view.min() == 5


def test_a_view_outlives_the_image():
    view = array_of_image(image_of(np.full((20, 20, 20), 3.0)), "a", shared=True)[0]
    assert view.sum() == 3 * 8000


def test_an_image_larger_than_the_memory_is_refused_with_its_name(monkeypatch):
    def refuse(name, needed):
        raise InputError(name, "size", needed, "crop it")

    monkeypatch.setattr(voxels, "check_memory", refuse)
    with pytest.raises(InputError, match="skull: size is 64"):
        array_of_image(image_of(np.zeros((2, 2, 2))), "skull")


def test_no_voxels_and_too_few_of_them_are_refused():
    from vtkmodules.vtkCommonDataModel import vtkImageData

    for image in (None, vtkImageData()):
        with pytest.raises(InputError, match="a: voxels is none"):
            array_of_image(image, "a")
    image = image_of(np.zeros((2, 2, 2)))
    image.SetDimensions(3, 3, 3)
    with pytest.raises(InputError, match="number of voxels is 8 where"):
        array_of_image(image, "a")
