"""One reader for scans and surfaces, and landmarks that belong to another frame."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import Solid, Surface, read_surface, write_surface
from craniomark.ground.specimens import Specimen, check_same_frame, landmarked, read_scan
from craniomark.ground.volumes import Volume, write_volume

BOX = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [6.0, 12.0, 5.0] + [1, 2, 3]
QUADS = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
FACES = [[q[0], q[i], q[i + 1]] for q in QUADS for i in (1, 2)]


@pytest.fixture
def mesh(tmp_path: Path) -> Specimen:
    write_surface(Surface(BOX, FACES), tmp_path / "skull.ply")
    return Specimen("skull", tmp_path / "skull.ply", "surface", tmp_path / "skull.mrk.json")


def test_a_surface_is_filled(mesh: Specimen) -> None:
    volume = read_scan(mesh)
    assert isinstance(volume, Solid)
    assert volume.left_right_known
    np.testing.assert_allclose(volume.surface.vertices, read_surface(mesh.path).vertices)
    middle = np.round(volume.to_index(BOX.mean(0))).astype(int)
    assert volume.array[tuple(middle)] == volume.array.max() > 0


def test_a_scan_is_read_with_the_spacing_of_its_list(tmp_path: Path) -> None:
    array = np.arange(720, dtype=np.int16).reshape(8, 9, 10)
    write_volume(Volume(array, np.eye(4)), tmp_path / "ct.nrrd")
    listed = Specimen("ct", tmp_path / "ct.nrrd", "ct", spacing=(0.1, 0.2, 0.3))
    np.testing.assert_allclose(read_scan(listed).spacing, [0.1, 0.2, 0.3])
    np.testing.assert_allclose(read_scan(listed, (1.0, 2.0, 3.0), "um").spacing, [1e-3, 2e-3, 3e-3])


def test_landmarks_on_the_surface_pass(mesh: Specimen) -> None:
    check_same_frame(read_scan(mesh), LandmarkSet(tuple("abcd"), BOX[:4]), mesh)


def test_landmarks_of_the_other_coordinate_system_are_refused(mesh: Specimen) -> None:
    other = LandmarkSet(tuple("abcd"), BOX[:4] * [-1, -1, 1])
    with pytest.raises(
        InputError, match=r"distance of landmarks .* mm in the median, from skull\.ply"
    ) as told:
        check_same_frame(read_scan(mesh), other, mesh)
    assert str(mesh.landmarks) in str(told.value)
    assert "both in LPS or both in RAS" in str(told.value)


def test_landmarks_of_scans_are_not_judged(mesh: Specimen) -> None:
    nowhere = LandmarkSet(tuple("abcd"), BOX[:4] + 1e3)
    check_same_frame(Volume(np.zeros((4, 5, 6), np.uint8), np.eye(4)), nowhere, mesh)


def test_kinds_are_not_mixed(mesh: Specimen, tmp_path: Path) -> None:
    ct = Specimen("ct", tmp_path / "ct.nrrd", "ct", tmp_path / "ct.mrk.json")
    bare = Specimen("bare", tmp_path / "bare.nrrd", "ct")
    assert landmarked([mesh, bare], tmp_path) == [mesh]
    with pytest.raises(InputError, match="kinds of specimens is 1 CTs and 1 meshes: give the CTs or the"):
        landmarked([mesh, ct], tmp_path)
