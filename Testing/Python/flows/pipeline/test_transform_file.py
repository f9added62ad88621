import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from craniomark.flows.pipeline.transform_file import read_pose, write_pose
from craniomark.ground.checks import InputError


def pose(seed):
    random = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.random(rng=random).as_matrix()
    matrix[:3, 3] = random.normal(0, 30, 3)
    return matrix


@given(st.integers(0, 10**6))
def test_pose_survives_the_file(tmp_path_factory, seed):
    path = tmp_path_factory.mktemp("pose") / "a b ü.tfm"
    write_pose(pose(seed), path)
    assert np.allclose(read_pose(path), pose(seed), atol=1e-9)


@pytest.mark.parametrize("mirrored", [False, True])
def test_simpleitk_maps_template_points_to_specimen_points(tmp_path, mirrored):
    sitk = pytest.importorskip("SimpleITK")
    matrix = pose(3) @ np.diag([-1.0 if mirrored else 1.0, 1, 1, 1])
    write_pose(matrix, tmp_path / "a.tfm")
    transform = sitk.ReadTransform(str(tmp_path / "a.tfm"))
    specimen = np.array([1.5, -20.25, 7.0])
    template = matrix[:3, :3] @ specimen + matrix[:3, 3]
    assert np.allclose(transform.TransformPoint(template.tolist()), specimen, atol=1e-9)


def test_reads_what_simpleitk_wrote_with_a_centre(tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(pose(5)[:3, :3].ravel().tolist())
    transform.SetCenter((3.0, 4.0, 5.0))
    transform.SetTranslation((1.0, -2.0, 0.5))
    sitk.WriteTransform(transform, str(tmp_path / "a.tfm"))
    back = read_pose(tmp_path / "a.tfm")
    specimen = np.array(transform.TransformPoint((7.0, 8.0, 9.0)))
    assert np.allclose(back[:3, :3] @ specimen + back[:3, 3], (7, 8, 9))


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.tfm"):
        write_pose(np.eye(4), tmp_path / "a.h5")


@pytest.mark.parametrize("text", ["", "Parameters: 1 2 3\nFixedParameters: 0 0 0\n", "\x00\x01"])
def test_what_is_no_transform_is_refused(tmp_path, text):
    (tmp_path / "a.tfm").write_text(text)
    with pytest.raises(InputError, match="transform is not readable"):
        read_pose(tmp_path / "a.tfm")


def test_slicer_reads_the_pose_as_its_own_linear_transform(tmp_path):
    """Dropped onto the volume, Slicer's node moves the specimen into the template, in RAS."""
    slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")
    write_pose(pose(5), tmp_path / "pose.tfm")
    node, storage = slicer.vtkMRMLLinearTransformNode(), slicer.vtkMRMLTransformStorageNode()
    scene = slicer.vtkMRMLScene()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(str(tmp_path / "pose.tfm"))
    assert storage.ReadData(node) == 1
    read = node.GetMatrixTransformToParent()
    found = np.array([[read.GetElement(row, column) for column in range(4)] for row in range(4)])
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    np.testing.assert_allclose(found, to_ras @ pose(5) @ to_ras, atol=1e-9)
