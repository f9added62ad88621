import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import affine, few, linear_node, lps, nested, put_under, seeds, world_ras

from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.mrml import add_surface, put_surface, put_vertices, surface_of


def closed(seed=0):
    """A tetrahedron whose faces look outward, with a scalar."""
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]])
    vertices = vertices + np.random.default_rng(seed).normal(0, 0.1, (4, 3)) + [10, 20, 30]
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    return Surface(vertices, faces, {"error": np.arange(4.0)})


def enclosed(surface):
    """Volume that the faces enclose; negative where they look inward."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    return np.einsum("ni,ni->", a, np.cross(b, c)) / 6


def ras_points(node):
    polydata = node.GetPolyData()
    return np.array([polydata.GetPoint(number) for number in range(polydata.GetNumberOfPoints())])


def model_node(scene, polydata):
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "skull")
    node.SetAndObservePolyData(polydata)
    return node


@few
@given(seeds)
def test_a_surface_survives(slicer, seed):
    surface = closed(seed)
    back = surface_of(add_surface(slicer.vtkMRMLScene(), surface, "skull"))
    np.testing.assert_allclose(back.vertices, surface.vertices, atol=1e-12)
    np.testing.assert_array_equal(back.faces, surface.faces)
    np.testing.assert_array_equal(back.scalars["error"], surface.scalars["error"])


def test_the_node_holds_ras(scene):
    node = add_surface(scene, closed(), "skull")
    np.testing.assert_allclose(ras_points(node), lps(closed().vertices), atol=1e-12)


@few
@given(seeds, st.booleans())
def test_nested_parents_are_honoured_in_reading(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = add_surface(scene, closed(seed), "skull")
    put_under(node, nested(scene, seed, bent))
    expected = lps(world_ras(node, ras_points(node)))
    np.testing.assert_allclose(surface_of(node).vertices, expected, atol=1e-6)


@few
@given(seeds, st.booleans())
def test_nested_parents_are_honoured_in_writing(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = add_surface(scene, closed(1), "skull")
    put_under(node, nested(scene, seed, bent))
    put_surface(closed(seed), node)
    found = lps(world_ras(node, ras_points(node)))
    np.testing.assert_allclose(found, closed(seed).vertices, atol=1e-6)
    np.testing.assert_allclose(surface_of(node).vertices, closed(seed).vertices, atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_faces_look_outward_under_any_parent(scene, seed):
    node = add_surface(scene, closed(), "skull")
    put_under(node, linear_node(scene, affine(seed)))
    assert enclosed(surface_of(node)) > 0
    put_surface(closed(), node)
    assert enclosed(surface_of(node)) > 0


def test_hardening_changes_nothing_in_the_world(scene):
    node = add_surface(scene, closed(), "skull")
    put_under(node, linear_node(scene, affine(0)))
    before = surface_of(node)
    node.HardenTransform()
    np.testing.assert_allclose(surface_of(node).vertices, before.vertices, atol=1e-6)
    assert enclosed(surface_of(node)) > 0


@pytest.mark.parametrize("ending", ["ply", "stl", "vtk", "vtp", "obj"])
def test_slicers_file_is_read_by_the_library_as_the_bridge_reads_the_node(scene, tmp_path, ending):
    path = tmp_path / f"skull.{ending}"
    node = add_surface(scene, closed(), "skull")
    storage = scene.AddNewNodeByClass("vtkMRMLModelStorageNode")
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    read = read_surface(path)
    np.testing.assert_allclose(ordered(read), ordered(surface_of(node)), atol=1e-5)
    assert np.isclose(enclosed(read), enclosed(surface_of(node)), atol=1e-4)


@pytest.mark.parametrize("ending", ["ply", "stl", "vtk", "vtp", "obj"])
def test_the_librarys_file_is_read_by_slicer_as_the_bridge_writes_the_node(scene, tmp_path, ending):
    path = tmp_path / f"skull.{ending}"
    write_surface(closed(), path)
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "skull")
    storage = scene.AddNewNodeByClass("vtkMRMLModelStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    node.SetAndObserveStorageNodeID(storage.GetID())
    np.testing.assert_allclose(ordered(surface_of(node)), ordered(closed()), atol=1e-5)
    assert surface_of(node).left_right_known


def ordered(surface):
    """Corners of all faces, in an order that doesn't depend on how vertices were numbered."""
    corners = np.round(surface.vertices[surface.faces].reshape(-1, 3), 4)
    return corners[np.lexsort(corners.T)]


def test_polygons_and_strips_become_triangles_and_single_precision_is_taken(scene):
    from vtkmodules.vtkFiltersCore import vtkStripper
    from vtkmodules.vtkFiltersSources import vtkCubeSource, vtkSphereSource

    cube, sphere, strips = vtkCubeSource(), vtkSphereSource(), vtkStripper()
    cube.Update()
    strips.SetInputConnection(sphere.GetOutputPort())
    strips.Update()
    assert len(surface_of(model_node(scene, cube.GetOutput())).faces) == 12
    sphere.Update()
    found = surface_of(model_node(scene, strips.GetOutput()))
    assert len(found.faces) == sphere.GetOutput().GetNumberOfPolys()
    assert np.isclose(np.linalg.norm(found.vertices, axis=1), 0.5, atol=1e-5).all()


def test_vertices_that_are_no_numbers_are_left_out_with_a_note(scene):
    node = add_surface(scene, closed(), "skull")
    node.GetPolyData().GetPoints().SetPoint(3, np.nan, 0, 0)
    found = surface_of(node)
    assert len(found.vertices) == 3
    assert "without a finite position" in found.notes[0]


def test_a_model_without_faces_is_refused_by_name(scene):
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkFiltersSources import vtkLineSource

    line = vtkLineSource()
    line.Update()
    for polydata in (None, vtkPolyData(), line.GetOutput()):
        with pytest.raises(InputError, match="skull: faces is none"):
            surface_of(model_node(scene, polydata))


def test_no_node_and_a_wrong_one_are_refused(scene):
    with pytest.raises(InputError, match="choose a model"):
        surface_of(None)
    with pytest.raises(InputError, match="choose a model"):
        put_surface(closed(), scene.AddNewNodeByClass("vtkMRMLTableNode"))


def test_a_parent_that_flattens_space_is_refused_and_nothing_written(scene):
    node = add_surface(scene, closed(), "skull")
    put_under(node, linear_node(scene, np.diag([1.0, 1, 0, 1])))
    before = node.GetPolyData()
    with pytest.raises(InputError, match="not invertible"):
        put_surface(closed(1), node)
    assert node.GetPolyData() is before


def test_the_new_model_can_be_shown(scene):
    assert add_surface(scene, closed(), "skull").GetDisplayNode() is not None


def test_vertices_move_in_place(scene):
    surface = closed()
    node = add_surface(scene, surface, "skull")
    put_vertices(surface.vertices + np.array([1.0, 2, 3]), node)
    found = surface_of(node)
    assert np.allclose(found.vertices, surface.vertices + np.array([1.0, 2, 3]), atol=1e-4)
    assert np.array_equal(found.faces, surface.faces) and np.array_equal(
        found.scalars["error"], np.arange(4.0)
    )


def test_too_few_vertices_are_refused(scene):
    node = add_surface(scene, closed(), "skull")
    with pytest.raises(InputError, match="number of points is 4: choose a model of 3"):
        put_vertices(np.zeros((3, 3)), node)
    with pytest.raises(InputError, match="choose a model"):
        put_vertices(np.zeros((3, 3)), None)
