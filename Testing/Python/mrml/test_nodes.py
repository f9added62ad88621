from collections import Counter

import numpy as np
import pytest
from mrml_scene import array_of, index_to_ras, linear_node, placement

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import Surface
from craniomark.ground.volumes import Volume
from craniomark.mrml import (
    Curve,
    Field,
    Plot,
    add_field,
    add_labels,
    add_landmarks,
    add_linear,
    add_plot,
    add_surface,
    add_table,
    add_volume,
    one_step,
    put_columns,
    put_field,
    put_labels,
    put_landmarks,
    put_linear,
    put_plot,
    put_surface,
    put_volume,
    unique_name,
)
from craniomark.mrml.nodes import added, checked, edited


def volume(seed):
    array = np.random.default_rng(seed).integers(0, 9, (3, 4, 5), dtype=np.int16)
    return Volume(array, placement(seed))


def surface(seed):
    return Surface(np.random.default_rng(seed).normal(size=(4, 3)), np.array([[0, 1, 2], [0, 2, 3]]))


def landmarks(seed):
    points = np.random.default_rng(seed).normal(size=(3 + seed % 2, 3))
    return LandmarkSet(tuple("abcd"[: len(points)]), points)


def field(seed):
    return Field(np.random.default_rng(seed).normal(size=(3, 3, 4, 5)), placement(seed))


def plot(seed):
    return Plot(f"title {seed}", "step", "loss", (Curve(f"curve {seed}", "x", "y"),))


def table_of(scene):
    found = scene.GetFirstNodeByName("of the plot")
    return found or add_table(scene, {"x": [1, 2], "y": [3.0, 4.0]}, "of the plot")


KINDS = {
    "volume": (add_volume, put_volume, volume),
    "labels": (add_labels, put_labels, volume),
    "surface": (add_surface, put_surface, surface),
    "landmarks": (add_landmarks, put_landmarks, landmarks),
    "linear": (add_linear, put_linear, placement),
    "field": (add_field, put_field, field),
    "table": (add_table, put_columns, lambda seed: {"x": [seed, 2], "y": [3.0, 4.0]}),
    "plot": (
        lambda scene, what, name: add_plot(scene, what, table_of(scene), name),
        lambda what, node: put_plot(what, table_of(node.GetScene()), node),
        plot,
    ),
}


@pytest.fixture(params=KINDS)
def kind(request):
    """Return how an object of one kind is added, put and made from a seed."""
    return KINDS[request.param]


def content(node):
    """What a node holds, read with VTK and MRML alone."""
    if node.IsA("vtkMRMLVolumeNode"):
        values = [node.GetImageData().GetScalarComponentAsDouble(*at, 0) for at in np.ndindex(3, 4, 5)]
        return values, index_to_ras(node).tolist()
    if node.IsA("vtkMRMLModelNode"):
        polydata = node.GetPolyData()
        return [polydata.GetPoint(number) for number in range(polydata.GetNumberOfPoints())]
    if node.IsA("vtkMRMLMarkupsNode"):
        numbers = range(node.GetNumberOfControlPoints())
        return [(node.GetNthControlPointLabel(n), node.GetNthControlPointPosition(n)) for n in numbers]
    if node.IsA("vtkMRMLGridTransformNode"):
        grid = node.GetTransformFromParent().GetDisplacementGrid()
        return grid.GetPoint(grid.GetNumberOfPoints() - 1), grid.GetScalarComponentAsDouble(1, 2, 3, 0)
    if node.IsA("vtkMRMLLinearTransformNode"):
        return array_of(node.GetTransformToParent().GetMatrix()).tolist()
    if node.IsA("vtkMRMLTableNode"):
        return node.GetTable().GetValue(0, 0).ToDouble()
    return node.GetTitle(), node.GetNumberOfPlotSeriesNodes()


def test_putting_is_one_event_of_each_kind(scene, kind):
    """A volume tells of its image, a point list of its points and so on, each once."""
    add, put, make = kind
    node, heard = add(scene, make(1), "a"), []
    names = {name for name in dir(node) if name.endswith("Event") and isinstance(getattr(node, name), int)}
    for name in names:
        node.AddObserver(getattr(node, name), lambda *_, name=name: heard.append(name))
    node.AddObserver("ModifiedEvent", lambda *_: heard.append("ModifiedEvent"))
    put(make(3), node)
    assert heard
    assert [name for name, count in Counter(heard).items() if count > 1] == []


def test_undo_and_redo_bring_the_content_back(scene, kind):
    add, put, make = kind
    scene.SetUndoOn()
    node = add(scene, make(1), "a")
    before = content(node)
    with one_step(scene, node):
        put(make(2), node)
    after = content(node)
    assert after != before
    scene.Undo()
    assert content(node) == before
    scene.Redo()
    assert content(node) == after


def test_undo_takes_a_new_node_away_and_redo_brings_it_back(scene, kind):
    add, _, make = kind
    table_of(scene)
    scene.SetUndoOn()
    with one_step(scene):
        node = add(scene, make(1), "a")
    name = node.GetName()
    scene.Undo()
    assert scene.GetFirstNodeByName(name) is None
    scene.Redo()
    assert scene.GetFirstNodeByName(name) is not None


def test_a_scene_that_records_no_undo_is_not_made_to(scene):
    node = add_linear(scene, np.eye(4), "a")
    with one_step(scene, node):
        put_linear(placement(1), node)
    assert scene.GetNumberOfUndoLevels() == 0


def test_several_nodes_come_back_by_one_undo(scene):
    scene.SetUndoOn()
    nodes = [linear_node(scene, np.eye(4)) for _ in range(2)]
    with one_step(scene, *nodes):
        for node in nodes:
            put_linear(placement(1), node)
    assert scene.GetNumberOfUndoLevels() == 1
    scene.Undo()
    for node in nodes:
        assert node.GetTransformToParent().GetMatrix().IsIdentity()


def test_events_come_once_even_where_a_step_fails(scene):
    node, heard = linear_node(scene, np.eye(4)), []
    node.AddObserver("ModifiedEvent", lambda *_: heard.append(1))
    with pytest.raises(KeyError), one_step(scene, node):
        node.SetName("b")
        node.SetDescription("c")
        raise KeyError
    assert heard == [1]
    node.SetName("d")
    assert heard == [1, 1]


def test_names_are_kept_unique(scene, kind):
    add, _, make = kind
    names = [add(scene, make(1), "skull").GetName() for _ in range(3)]
    assert names == ["skull", "skull_1", "skull_2"]


def test_a_unique_name_avoids_every_node(scene):
    scene.AddNewNodeByClass("vtkMRMLModelNode", "a")
    scene.AddNewNodeByClass("vtkMRMLModelNode", "a_1")
    assert [unique_name(scene, name) for name in ("a", "a", "b")] == ["a_2", "a_2", "b"]


def test_nothing_is_left_of_a_node_when_it_is_gone(scene, kind):
    """Guards against references that Python or the scene would keep for ever."""
    from vtkmodules.vtkCommonCore import vtkWeakReference

    add, put, make = kind
    watch = vtkWeakReference()
    node = add(scene, make(1), "a")
    put(make(2), node)
    watch.Set(node)
    scene.RemoveNode(node)
    del node
    assert watch.Get() is None


def test_the_content_before_is_let_go(scene):
    from vtkmodules.vtkCommonCore import vtkWeakReference

    for add, put, make, held in (
        (add_volume, put_volume, volume, "GetImageData"),
        (add_surface, put_surface, surface, "GetPolyData"),
        (add_table, put_columns, lambda seed: {"x": [seed]}, "GetTable"),
    ):
        watch = vtkWeakReference()
        node = add(scene, make(1), "a")
        watch.Set(getattr(node, held)())
        put(make(2), node)
        assert watch.Get() is None


def test_a_node_that_can_not_be_filled_leaves_the_scene_as_it_was(scene):
    before = scene.GetNumberOfNodes()
    with pytest.raises(ValueError, match="mixes"):
        add_table(scene, {"x": [1, "a"]}, "a")
    assert scene.GetNumberOfNodes() == before


def test_a_closed_scene_and_an_unknown_class_are_refused():
    with pytest.raises(InputError, match="scene: state is closed"):
        add_linear(None, np.eye(4), "a")


def test_a_class_that_this_slicer_lacks_is_refused(scene):
    with pytest.raises(InputError, match="unknown to this Slicer"):
        added(scene, "vtkMRMLNoSuchNode", "a", lambda node: node.Modified())


def test_errors_name_a_node_as_the_user_sees_it(scene):
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "my skull")
    with pytest.raises(InputError, match="my skull: type is Model: choose a table"):
        checked(node, "vtkMRMLTableNode", "table")
    node.SetName(None)
    with pytest.raises(InputError, match="vtkMRMLModelNode1: type"):
        checked(node, "vtkMRMLTableNode", "table")


def test_edited_holds_events_back(scene):
    node, heard = linear_node(scene, np.eye(4)), []
    node.AddObserver("ModifiedEvent", lambda *_: heard.append(1))
    with edited(node):
        node.SetName("b")
        node.SetName("c")
        assert not heard
    assert heard == [1]
