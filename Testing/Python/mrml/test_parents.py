import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import affine, bent_node, few, linear_node, lps, nested, put_under, seeds, world_ras

from craniomark.ground.checks import InputError
from craniomark.mrml import parents
from craniomark.mrml.parents import from_world, is_linear, linear_to_world, to_world


def points(seed, count=20):
    return np.random.default_rng(seed).uniform(-20, 20, (count, 3))


def child(scene, parent):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    put_under(node, parent)
    return node


@few
@given(seeds, st.booleans())
def test_points_go_where_mrml_takes_them(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = child(scene, nested(scene, seed, bent))
    ras = points(seed)
    np.testing.assert_allclose(to_world(node, lps(ras)), lps(world_ras(node, ras)), atol=1e-6)


@few
@given(seeds, st.booleans())
def test_points_of_the_world_come_back_to_a_millionth(slicer, seed, bent):
    scene = slicer.vtkMRMLScene()
    node = child(scene, nested(scene, seed, bent))
    local = points(seed)
    np.testing.assert_allclose(from_world(node, to_world(node, local)), local, atol=1e-6)
    assert is_linear(node) != bent


@few
@given(seeds)
def test_the_matrix_agrees_with_the_points(slicer, seed):
    scene = slicer.vtkMRMLScene()
    node, local = child(scene, nested(scene, seed)), points(seed)
    matrix = linear_to_world(node)
    np.testing.assert_allclose(local @ matrix[:3, :3].T + matrix[:3, 3], to_world(node, local), atol=1e-9)


def test_without_a_parent_the_node_is_in_the_world(scene):
    node = child(scene, None)
    np.testing.assert_array_equal(linear_to_world(node), np.eye(4))
    np.testing.assert_array_equal(to_world(node, points(1)), points(1))
    np.testing.assert_array_equal(from_world(node, points(1)), points(1))


@pytest.mark.parametrize("bent", [False, True])
def test_missing_points_stay_missing(scene, bent):
    node, some = child(scene, nested(scene, 3, bent)), points(3)
    some[1] = np.nan
    for mover in (to_world, from_world):
        moved = mover(node, some)
        assert np.isnan(moved[1]).all()
        assert np.isfinite(np.delete(moved, 1, axis=0)).all()
        assert np.isnan(mover(node, some[1:2])).all()


def test_grids_are_inverted_better_than_vtk_does_it(scene):
    """VTK stops a hundredth of a millimetre short; landmarks would creep each time they are written."""
    from vtkmodules.vtkCommonTransforms import vtkGeneralTransform

    parent = grid_node(scene, 0.4)
    node, wanted = child(scene, parent), points(5, 200) / 2
    rough = vtkGeneralTransform()
    parent.GetTransformFromWorld(rough)
    by_vtk = lps([rough.TransformPoint(point) for point in lps(wanted)])
    assert np.abs(to_world(node, by_vtk) - wanted).max() > 5e-5
    np.testing.assert_allclose(to_world(node, from_world(node, wanted)), wanted, atol=5e-6)


def grid_node(scene, strength):
    """Displacements that change smoothly over a lattice of 2 mm."""
    from craniomark.mrml import Field, add_field

    at = np.stack(np.meshgrid(*[np.arange(25.0)] * 3, indexing="ij"))
    vectors = strength * np.sin(at[[1, 2, 0]] / 3)
    matrix = np.diag([2.0, 2, 2, 1])
    matrix[:3, 3] = -24
    return add_field(scene, Field(vectors, matrix, resampling=False), "grid")


def test_points_that_a_chain_never_reaches_are_refused(scene):
    """It flattens and then bends: only a surface of the world is reached."""
    node = child(scene, linear_node(scene, np.diag([1.0, 1, 0, 1]), bent_node(scene)))
    with pytest.raises(InputError, match="points: transform is not invertible at a point"):
        from_world(node, [[1.0, 2, 30]])


@pytest.mark.parametrize("matrix", [np.diag([1.0, 0, 1, 1]), np.diag([1.0, np.nan, 1, 1])])
def test_a_parent_without_inverse_is_refused(scene, matrix):
    node = child(scene, linear_node(scene, matrix))
    for act in (to_world, from_world):
        with pytest.raises(InputError, match="transform matrix is not invertible"):
            act(node, points(1))


def test_the_refusal_of_a_bent_parent_names_it_and_the_remedy(scene):
    bent = bent_node(scene)
    bent.SetName("warp")
    with pytest.raises(InputError, match=r"points: transform is not linear \(warp\): harden it"):
        linear_to_world(child(scene, bent))


def test_newton_is_what_makes_it_exact(scene, monkeypatch):
    """Null test: without its steps, points of a bent parent are refused."""
    node = child(scene, grid_node(scene, 0.8))
    monkeypatch.setattr(parents, "NEWTON_STEPS", 0)
    with pytest.raises(InputError, match="not invertible at a point"):
        from_world(node, points(5, 200) / 2)


def test_a_mirroring_parent_is_a_parent_like_others(scene):
    node, local = child(scene, linear_node(scene, affine(1))), points(2)
    assert np.linalg.det(linear_to_world(node)[:3, :3]) < 0
    np.testing.assert_allclose(from_world(node, to_world(node, local)), local, atol=1e-9)
