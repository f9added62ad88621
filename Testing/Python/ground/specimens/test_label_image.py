from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from craniomark.ground.checks import InputError
from craniomark.ground.specimens import label_centroids
from craniomark.ground.volumes import Volume, read_volume

MATRIX = np.array([[0, -0.5, 0, 1], [0.25, 0, 0, 2], [0, 0, -1, 3], [0, 0, 0, 1.0]])


def labelled(**values: float) -> Volume:
    array = np.zeros((4, 5, 6), np.float32)
    for place, value in values.items():
        array[tuple(int(digit) for digit in place[1:])] = value
    return Volume(array, MATRIX)


def test_the_centroid_of_a_label_lies_in_physical_space() -> None:
    landmarks = label_centroids(labelled(p000=7, p200=7, p123=2))
    assert landmarks.labels == ("2", "7")
    assert np.allclose(landmarks.points, [[0, 2.25, 0], [1, 2.25, 3]])


@pytest.mark.parametrize("value", [1.5, -1.0])
def test_values_that_are_no_labels_are_refused(value: float) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        label_centroids(labelled(p000=value))


def test_an_image_without_labels_is_refused() -> None:
    with pytest.raises(InputError, match="labels is none"):
        label_centroids(labelled(), "a.nrrd")


def test_a_scan_given_as_label_image_is_refused() -> None:
    scan = np.arange(20**3, dtype=np.int32).reshape(20, 20, 20)
    with pytest.raises(InputError, match="7999 in number"):
        label_centroids(Volume(scan, MATRIX))


def test_real_label_images_agree_with_itk(mouse_ct_folder: Path) -> None:
    path = mouse_ct_folder / "152_20-LM.nii.gz"
    landmarks = label_centroids(read_volume(path), path)
    oracle = sitk.LabelShapeStatisticsImageFilter()
    oracle.Execute(sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkUInt16))
    assert landmarks.labels == tuple(str(label) for label in oracle.GetLabels())
    assert np.allclose(
        landmarks.points, [oracle.GetCentroid(label) for label in oracle.GetLabels()], atol=1e-4
    )
