"""Meshes written and read back, coordinate systems obeyed, damage named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, check_extent, read_surface, write_surface

ENDINGS = (".ply", ".stl", ".obj", ".vtk", ".vtp")
HOLDING_SCALARS = (".ply", ".vtk", ".vtp")


def _corner_sets(surface: Surface) -> set[frozenset[tuple[float, ...]]]:
    corners = np.round(surface.vertices[surface.faces], 3) + 0.0
    return {frozenset(map(tuple, triangle)) for triangle in corners}


def _signed_volume(surface: Surface) -> float:
    a, b, c = surface.vertices[surface.faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


@pytest.mark.parametrize("ending", ENDINGS)
def test_surface_comes_back(tmp_path: Path, ending: str, tetrahedron: Surface) -> None:
    path = tmp_path / f"größe 1{ending.upper()}"
    write_surface(tetrahedron, path)
    found = read_surface(path)
    assert _corner_sets(found) == _corner_sets(tetrahedron)
    assert _signed_volume(found) == pytest.approx(_signed_volume(tetrahedron))
    assert found.left_right_known
    assert found.notes == ()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", HOLDING_SCALARS)
def test_scalars_come_back(tmp_path: Path, ending: str, tetrahedron: Surface) -> None:
    write_surface(tetrahedron, tmp_path / f"x{ending}")
    found = read_surface(tmp_path / f"x{ending}")
    np.testing.assert_allclose(found.vertices, tetrahedron.vertices, atol=1e-5)
    np.testing.assert_array_equal(found.scalars["error_mm"], tetrahedron.scalars["error_mm"])


@pytest.mark.parametrize("ending", ENDINGS)
def test_unknown_handedness_stays_unknown(tmp_path: Path, ending: str, tetrahedron: Surface) -> None:
    unknown = Surface(tetrahedron.vertices, tetrahedron.faces, left_right_known=False)
    write_surface(unknown, tmp_path / f"x{ending}")
    found = read_surface(tmp_path / f"x{ending}")
    assert not found.left_right_known
    assert "left and right are unverified" in found.notes[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_space_ras_is_turned_to_lps(tmp_path: Path, ending: str, tetrahedron: Surface) -> None:
    path = tmp_path / f"x{ending}"
    write_surface(tetrahedron, path)
    path.write_bytes(path.read_bytes().replace(b"SPACE=LPS", b"SPACE=RAS"))
    if ending == ".vtp":
        _vtp_in_ras(tetrahedron, path)
    found = read_surface(path, assume_space="LPS")
    turned = tetrahedron.moved(np.diag([-1, -1, 1, 1]))
    assert _corner_sets(found) == _corner_sets(turned)
    assert _signed_volume(found) == pytest.approx(_signed_volume(tetrahedron))
    assert found.left_right_known


def _vtp_in_ras(surface: Surface, path: Path) -> None:
    from vtkmodules.vtkCommonCore import vtkStringArray
    from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter

    from craniomark.ground.meshes.vtk_bridge import surface_polydata

    polydata = surface_polydata(surface)
    space = vtkStringArray()
    space.SetName("SPACE")
    space.InsertNextValue("RAS")
    polydata.GetFieldData().AddArray(space)
    writer = vtkXMLPolyDataWriter()
    writer.SetFileName(str(path))
    writer.SetInputData(polydata)
    writer.Write()


def test_assumed_space_holds_where_the_file_names_none(tmp_path: Path, tetrahedron: Surface) -> None:
    unknown = Surface(tetrahedron.vertices, tetrahedron.faces, left_right_known=False)
    write_surface(unknown, tmp_path / "x.ply")
    found = read_surface(tmp_path / "x.ply", assume_space="RAS")
    np.testing.assert_allclose(found.vertices, tetrahedron.vertices * [-1, -1, 1], atol=1e-5)
    assert found.left_right_known
    assert found.notes == ()


def test_unknown_space_is_refused(tmp_path: Path, tetrahedron: Surface) -> None:
    write_surface(tetrahedron, tmp_path / "x.ply")
    data = (tmp_path / "x.ply").read_bytes()
    (tmp_path / "x.ply").write_bytes(data.replace(b"SPACE=LPS", b"SPACE=IJK"))
    with pytest.raises(InputError, match="SPACE is 'IJK'"):
        read_surface(tmp_path / "x.ply")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("content", [b"", b"\n", b"garbage\0\xff" * 50, b"solid but no mesh\nendsolid\n"])
def test_files_that_are_no_mesh_are_refused_in_silence(
    tmp_path: Path, ending: str, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"x{ending}").write_bytes(content)
    with pytest.raises(InputError):
        read_surface(tmp_path / f"x{ending}")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_cut_file_is_refused_in_silence(
    tmp_path: Path, ending: str, box: Surface, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"x{ending}"
    write_surface(box, path)
    data = path.read_bytes()
    # Of OBJ, which counts nothing, only a cut within a line or before the faces can be seen.
    longest = data.index(b"f ") if ending == ".obj" else int(0.9 * len(data))
    for length in range(0, longest, max(1, longest // 40)):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            read_surface(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["x.nrrd", "x", "x.plyy"])
def test_unknown_ending_is_refused(tmp_path: Path, name: str, box: Surface) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match="file name ending"):
        read_surface(tmp_path / name)
    with pytest.raises(InputError, match="file name ending"):
        write_surface(box, tmp_path / name)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.ply: file is not readable"):
        read_surface(tmp_path / "x.ply")


def test_surface_without_faces_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="faces is none"):
        write_surface(Surface(np.zeros((3, 3)), np.empty((0, 3))), tmp_path / "x.ply")


@given(
    vertices=st.lists(st.tuples(*[st.integers(-500, 500)] * 3), min_size=4, max_size=12, unique=True),
    data=st.data(),
    ending=st.sampled_from(ENDINGS),
)
@settings(max_examples=40)
def test_any_triangles_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    vertices: list[tuple[int, int, int]],
    data: st.DataObject,
    ending: str,
) -> None:
    number = st.integers(0, len(vertices) - 1)
    triple = st.lists(number, min_size=3, max_size=3, unique=True)
    faces = data.draw(st.lists(triple, min_size=1, max_size=10))
    surface = Surface(np.array(vertices) / 8, np.array(faces))
    path = tmp_path_factory.mktemp("mesh") / f"x{ending}"
    write_surface(surface, path)
    found = read_surface(path)
    assert _corner_sets(found) == _corner_sets(surface)
    assert len(found.faces) == len(surface.faces)
    assert set(np.unique(found.faces)) == set(range(len(found.vertices)))


@pytest.mark.parametrize(("factor", "unit"), [(1000, "micrometres"), (0.1, "centimetres"), (0.001, "metres")])
def test_extent_of_another_unit_is_named(box: Surface, factor: float, unit: str) -> None:
    check_extent(box, "x.ply")
    other = Surface(box.vertices * factor, box.faces)
    with pytest.raises(InputError, match=f"seems to be in {unit}"):
        check_extent(other, "x.ply")


def test_extent_limits_are_the_callers(box: Surface) -> None:
    check_extent(box, "x.ply", low_mm=10, high_mm=10)
    with pytest.raises(InputError, match="longest side is 10 mm"):
        check_extent(box, "x.ply", low_mm=11, high_mm=20)


def test_real_mesh_has_the_vertices_of_its_header(mouse_mesh_folder: Path) -> None:
    found = read_surface(mouse_mesh_folder / "SF.ply")
    assert (len(found.vertices), len(found.faces)) == (73873, 148478)
    assert found.left_right_known
    check_extent(found, "SF.ply")


@pytest.mark.parametrize("name", ["B6FVBF1", "CAF1_J", "FVB_NJ", "MRL_MPJ", "TALLYHO_JNGJ", "WSB"])
def test_real_meshes_with_nan_vertices_say_so(mouse_mesh_folder: Path, name: str) -> None:
    found = read_surface(mouse_mesh_folder / f"{name}.ply")
    assert np.isfinite(found.vertices).all()
    assert "without a finite position" in found.notes[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_real_mesh_comes_back(tmp_path: Path, mouse_mesh_folder: Path, ending: str) -> None:
    surface = read_surface(mouse_mesh_folder / "SF.ply")
    write_surface(surface, tmp_path / f"x{ending}")
    found = read_surface(tmp_path / f"x{ending}")
    assert _signed_volume(found) == pytest.approx(_signed_volume(surface), rel=1e-5)
    np.testing.assert_allclose(found.extent, surface.extent, atol=1e-5)
