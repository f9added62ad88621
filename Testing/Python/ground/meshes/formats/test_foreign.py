"""Mesh files as other programs write them, and damaged ones."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.ground.meshes.vtk_bridge import surface_polydata

PLY = """ply
format {format} 1.0
comment SPACE=LPS
element vertex {vertices}
property double x
property double y
property double z
property uchar red
property float depth
element face {faces}
property uchar flags
property list uchar uint vertex_index
element edge 1
property int vertex1
end_header
"""
VERTICES = [(0, 0, 0, 9, 0.5), (2, 0, 0, 9, 1.5), (2, 2, 0, 9, 2.5), (0, 2, 0, 9, 3.5)]


def _ply(order: str, polygons: list[list[int]], vertices: int = 4, faces: int | None = None) -> bytes:
    names = {"<": "binary_little_endian", ">": "binary_big_endian", "": "ascii"}
    faces = len(polygons) if faces is None else faces
    header = PLY.format(format=names[order], vertices=vertices, faces=faces).encode()
    if order == "":
        rows = [" ".join(map(str, row)) for row in VERTICES]
        rows += [f"7 {len(polygon)} {' '.join(map(str, polygon))}" for polygon in polygons]
        return header + "\n".join([*rows, "0", ""]).encode()
    body = b"".join(struct.pack(f"{order}dddBf", *row) for row in VERTICES)
    for polygon in polygons:
        body += struct.pack(f"{order}BB{len(polygon)}I", 7, len(polygon), *polygon)
    return header + body + struct.pack(f"{order}i", 0)


@pytest.mark.parametrize("order", ["<", ">", ""])
@pytest.mark.parametrize("polygons", [[[0, 1, 2], [0, 2, 3]], [[0, 1, 2, 3]], [[0, 1, 2], [0, 1, 2, 3]]])
def test_ply_of_every_kind_is_read(tmp_path: Path, order: str, polygons: list[list[int]]) -> None:
    (tmp_path / "x.ply").write_bytes(_ply(order, polygons))
    found = read_surface(tmp_path / "x.ply")
    np.testing.assert_array_equal(found.vertices, [row[:3] for row in VERTICES])
    np.testing.assert_array_equal(found.scalars["depth"], [0.5, 1.5, 2.5, 3.5])
    assert list(found.scalars) == ["depth"]
    assert len(found.faces) == sum(len(polygon) - 2 for polygon in polygons)


@pytest.mark.parametrize("order", ["<", ">", ""])
@pytest.mark.parametrize("counts", [{"vertices": 10**12}, {"faces": 10**12}, {"faces": 40}, {"vertices": 60}])
def test_ply_that_declares_more_than_it_holds_is_refused(
    tmp_path: Path, order: str, counts: dict[str, int]
) -> None:
    (tmp_path / "x.ply").write_bytes(_ply(order, [[0, 1, 2], [0, 1, 2, 3]], **counts))
    with pytest.raises(InputError, match="more than the file holds"):
        read_surface(tmp_path / "x.ply")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("vertex_index", "other", "without vertex_indices"),
        ("property double x", "property double a", "without x, y, z"),
        ("element vertex 4", "element vertex -4", "negative count"),
        ("element vertex 4", "element vertex many", "header, line 4"),
        ("property double x", "property complex x", "header, line 5"),
        ("element face", "element hair", "without vertices or faces"),
        ("end_header", "end", "without end_header"),
        ("binary_little_endian", "binary_middle", "header, line 2"),
    ],
)
def test_ply_with_a_broken_header_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    data = _ply("<", [[0, 1, 2], [0, 2, 3]]).replace(old.encode(), new.encode(), 1)
    (tmp_path / "x.ply").write_bytes(data)
    with pytest.raises(InputError) as error:
        read_surface(tmp_path / "x.ply")
    assert told in str(error.value)


def test_ply_scalar_with_a_taken_name_is_refused(tmp_path: Path, box: Surface) -> None:
    for name in ("x", "red", "two words"):
        surface = Surface(box.vertices, box.faces, {name: np.zeros(len(box.vertices))})
        with pytest.raises(InputError, match="name of a scalar"):
            write_surface(surface, tmp_path / "x.ply")


ASCII_STL = """solid skull SPACE=RAS
facet normal 0 0 1
 outer loop
  vertex 0 0 0
  vertex 2 0 0
  vertex 2 2e0 0
 endloop
endfacet
facet normal 0 0 1
 outer loop
  vertex 0 0 0
  vertex 2 2 0
  vertex 0 2 0
 endloop
endfacet
endsolid skull
"""


def test_ascii_stl_joins_equal_corners(tmp_path: Path) -> None:
    (tmp_path / "x.stl").write_text(ASCII_STL)
    found = read_surface(tmp_path / "x.stl")
    assert (len(found.vertices), len(found.faces)) == (4, 2)
    np.testing.assert_array_equal(found.vertices.min(axis=0), [-2, -2, 0])


@pytest.mark.parametrize(("old", "new"), [("endsolid skull", ""), ("2e0", "two"), ("  vertex 0 2 0\n", "")])
def test_damaged_ascii_stl_is_refused(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "x.stl").write_text(ASCII_STL.replace(old, new))
    with pytest.raises(InputError):
        read_surface(tmp_path / "x.stl")


def test_binary_stl_that_begins_with_solid_is_read(tmp_path: Path, box: Surface) -> None:
    write_surface(box, tmp_path / "x.stl")
    data = (tmp_path / "x.stl").read_bytes()
    (tmp_path / "x.stl").write_bytes(b"solid".ljust(80) + data[80:])
    assert len(read_surface(tmp_path / "x.stl").faces) == len(box.faces)


def test_binary_stl_that_declares_more_is_refused(tmp_path: Path, box: Surface) -> None:
    write_surface(box, tmp_path / "x.stl")
    data = (tmp_path / "x.stl").read_bytes()
    (tmp_path / "x.stl").write_bytes(data[:80] + struct.pack("<I", 2**32 - 1) + data[84:])
    with pytest.raises(InputError, match="4294967295, more than the file holds"):
        read_surface(tmp_path / "x.stl")


def test_obj_of_other_programs_is_read(tmp_path: Path) -> None:
    text = "# SPACE=RAS\nmtllib a.mtl\nv 0 0 0 1\nv 2 0 0\nvt 0 0\nvn 0 0 1\nv 2 2 0\nv 0 2 0\nusemtl m\n"
    (tmp_path / "x.obj").write_text(text + "f 1/1/1 2/1/1 3/1/1\nf -4//1 -2//1 -1//1\n")
    found = read_surface(tmp_path / "x.obj")
    np.testing.assert_array_equal(found.vertices, [[0, 0, 0], [-2, 0, 0], [-2, -2, 0], [0, -2, 0]])
    np.testing.assert_array_equal(found.faces, [[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize("line", ["v 1 2", "v 1 2 x", "f 1 2", "f 0 1 2", "f a b c"])
def test_damaged_obj_names_the_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.obj").write_text(f"v 0 0 0\nv 2 0 0\nv 0 2 0\nf 1 2 3\n{line}\n")
    with pytest.raises(InputError, match="line 5"):
        read_surface(tmp_path / "x.obj")


@pytest.mark.parametrize("keyword", ["POINTS", "POLYGONS"])
def test_vtk_that_declares_more_is_refused(
    tmp_path: Path, box: Surface, keyword: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write_surface(box, tmp_path / "x.vtk")
    data = (tmp_path / "x.vtk").read_bytes()
    word = keyword.encode()
    start = data.index(word)
    line = data[start : data.index(b"\n", start)]
    (tmp_path / "x.vtk").write_bytes(
        data.replace(
            line, word + b" 99999999999 " + (b"double" if keyword == "POINTS" else b"99999999999"), 1
        )
    )
    with pytest.raises(InputError, match="more than the file holds"):
        read_surface(tmp_path / "x.vtk")
    assert capfd.readouterr() == ("", "")


def test_strips_keep_their_sense(tmp_path: Path) -> None:
    header = "# vtk DataFile Version 3.0\nmade by hand SPACE=LPS\nASCII\nDATASET POLYDATA\nPOINTS 5 float\n"
    points = "0 0 0  0 1 0  1 0 0  1 1 0  2 0 0\n"
    (tmp_path / "x.vtk").write_text(header + points + "TRIANGLE_STRIPS 1 6\n5 0 2 1 3 4\n")
    found = read_surface(tmp_path / "x.vtk")
    a, b, c = found.vertices[found.faces].transpose(1, 0, 2)
    assert (np.cross(b - a, c - a)[:2, 2] == 1).all()
    assert len(found.faces) == 3


def test_vtk_of_another_data_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.vtk").write_text("# vtk DataFile Version 3.0\nt\nASCII\nDATASET STRUCTURED_POINTS\n")
    with pytest.raises(InputError, match="no POLYDATA"):
        read_surface(tmp_path / "x.vtk")


def test_vtp_that_declares_more_is_refused(tmp_path: Path, box: Surface) -> None:
    write_surface(box, tmp_path / "x.vtp")
    data = (tmp_path / "x.vtp").read_bytes()
    (tmp_path / "x.vtp").write_bytes(data.replace(b'NumberOfPoints="8"', b'NumberOfPoints="99999999999"'))
    with pytest.raises(InputError, match="more than the file holds"):
        read_surface(tmp_path / "x.vtp")


@pytest.mark.parametrize("name", ["x.vtk", "x.vtp"])
def test_damage_within_a_file_never_prints(
    tmp_path: Path, name: str, box: Surface, capfd: pytest.CaptureFixture[str]
) -> None:
    write_surface(box, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    refused = 0
    for start in range(40, len(data) - 40, 31):
        (tmp_path / name).write_bytes(data[:start] + b"<\0\xff9" + data[start + 4 :])
        try:
            read_surface(tmp_path / name)
        except InputError:
            refused += 1
    assert refused > 5
    assert capfd.readouterr() == ("", "")


def _vtk_ply() -> tuple[object, object]:
    from vtkmodules.vtkIOPLY import vtkPLYReader, vtkPLYWriter

    return vtkPLYReader(), vtkPLYWriter()


def _vtk_stl() -> tuple[object, object]:
    from vtkmodules.vtkIOGeometry import vtkSTLReader, vtkSTLWriter

    return vtkSTLReader(), vtkSTLWriter()


def _vtk_obj() -> tuple[object, object]:
    from vtkmodules.vtkIOGeometry import vtkOBJReader, vtkOBJWriter

    return vtkOBJReader(), vtkOBJWriter()


def _vtk_legacy() -> tuple[object, object]:
    from vtkmodules.vtkIOLegacy import vtkPolyDataReader, vtkPolyDataWriter

    return vtkPolyDataReader(), vtkPolyDataWriter()


KINDS = [(".ply", _vtk_ply), (".stl", _vtk_stl), (".obj", _vtk_obj), (".vtk", _vtk_legacy)]


@pytest.mark.parametrize("version", [42, 51])
@pytest.mark.parametrize("is_binary", [True, False])
def test_legacy_file_of_vtk_is_read_with_its_scalars(
    tmp_path: Path, version: int, is_binary: bool, tetrahedron: Surface
) -> None:
    from vtkmodules.util.numpy_support import numpy_to_vtk

    polydata = surface_polydata(tetrahedron)
    polydata.GetPointData().SetNormals(numpy_to_vtk(np.ones((4, 3)), deep=True))
    polydata.GetPointData().SetActiveScalars("error_mm")
    extra = numpy_to_vtk(np.arange(4), deep=True)
    extra.SetName("two words")
    polydata.GetPointData().AddArray(extra)
    writer = _vtk_legacy()[1]
    writer.SetFileVersion(version)
    writer.SetFileType(2 if is_binary else 1)
    writer.SetHeader("3D Slicer output. SPACE=RAS")
    writer.SetFileName(str(tmp_path / "x.vtk"))
    writer.SetInputData(polydata)
    writer.Write()
    found = read_surface(tmp_path / "x.vtk")
    np.testing.assert_allclose(found.vertices, tetrahedron.vertices * [-1, -1, 1])
    np.testing.assert_array_equal(found.faces, tetrahedron.faces)
    np.testing.assert_array_equal(found.scalars["error_mm"], tetrahedron.scalars["error_mm"])
    np.testing.assert_array_equal(found.scalars["two words"], np.arange(4))


@pytest.mark.parametrize(("ending", "make"), KINDS)
def test_vtk_reads_ours_and_we_read_vtks(
    tmp_path: Path, ending: str, make: Callable[..., tuple], sphere: Surface
) -> None:
    reader, writer = make()
    write_surface(sphere, tmp_path / f"ours{ending}")
    reader.SetFileName(str(tmp_path / f"ours{ending}"))
    reader.Update()
    assert reader.GetOutput().GetNumberOfPolys() == len(sphere.faces)
    low = np.reshape(reader.GetOutput().GetBounds(), (3, 2))[:, 0]
    np.testing.assert_allclose(low, sphere.vertices.min(0), atol=1e-5)
    writer.SetFileName(str(tmp_path / f"theirs{ending}"))
    writer.SetInputData(surface_polydata(sphere))
    writer.Write()
    theirs = read_surface(tmp_path / f"theirs{ending}")
    assert len(theirs.faces) == len(sphere.faces)
    np.testing.assert_allclose(theirs.vertices.min(0), sphere.vertices.min(0), atol=1e-4)
