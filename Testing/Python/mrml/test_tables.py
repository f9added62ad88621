import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mrml_scene import few

from craniomark.ground.checks import InputError
from craniomark.mrml import add_table, append_rows, columns_from_rows, columns_of, put_columns

MIXED = {
    "label": ["Bregma", "Lambda", "Äußere Naht"],
    "error": [0.25, float("nan"), 1e-12],
    "rank": [1, -2, 2**40],
    "flagged": [True, False, True],
}


def types(node):
    table = node.GetTable()
    numbers = range(table.GetNumberOfColumns())
    return {table.GetColumnName(n): table.GetColumn(n).GetDataTypeAsString() for n in numbers}


def assert_alike(found, expected):
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], np.asarray(values, dtype=found[name].dtype))


def test_columns_have_the_type_of_their_values(scene):
    node = add_table(scene, MIXED, "table")
    assert types(node) == {"label": "string", "error": "double", "rank": "long long", "flagged": "bit"}
    found = columns_of(node)
    assert [found[name].dtype.kind for name in MIXED] == ["O", "f", "i", "b"]
    assert_alike(found, MIXED)
    assert all(type(text) is str for text in found["label"])


cells = {
    "texts": st.text("aÉ1 ,;|\"'漢", max_size=8),
    "numbers": st.floats(allow_nan=False),
    "counts": st.integers(-(2**62), 2**62),
    "truths": st.booleans(),
}


@few
@given(st.data(), st.integers(1, 5))
def test_any_columns_survive(slicer, data, length):
    columns = {
        name: data.draw(st.lists(cell, min_size=length, max_size=length)) for name, cell in cells.items()
    }
    assert_alike(columns_of(add_table(slicer.vtkMRMLScene(), columns, "table")), columns)


def test_arrays_are_columns_too(scene):
    columns = {
        "a": np.arange(3, dtype=np.uint8),
        "b": np.ones(3, np.float32),
        "c": np.array([True, False, True]),
    }
    node = add_table(scene, columns, "table")
    assert types(node) == {"a": "long long", "b": "double", "c": "bit"}
    assert_alike(columns_of(node), columns)


def test_what_is_not_there_is_nan_or_empty(scene):
    node = add_table(scene, {"a": [1, None], "b": ["x", None], "c": [None, True], "d": [None, None]}, "table")
    assert types(node) == {"a": "double", "b": "string", "c": "double", "d": "double"}
    assert_alike(
        columns_of(node), {"a": [1, np.nan], "b": ["x", ""], "c": [np.nan, 1], "d": [np.nan, np.nan]}
    )


def test_whole_and_other_numbers_make_a_column_of_numbers(scene):
    assert types(add_table(scene, {"a": [1, 2.5]}, "table")) == {"a": "double"}


def test_a_table_without_rows_or_columns_survives(scene):
    assert columns_of(add_table(scene, {}, "table")) == {}
    assert_alike(columns_of(add_table(scene, {"a": [], "b": []}, "table")), {"a": [], "b": []})


@pytest.mark.parametrize("ending", ["tsv", "csv"])
def test_slicers_file_brings_values_and_types_back(scene, tmp_path, ending):
    node = add_table(scene, MIXED, "table")
    storage = scene.AddNewNodeByClass("vtkMRMLTableStorageNode")
    storage.SetFileName(str(tmp_path / f"table.{ending}"))
    assert storage.WriteData(node)
    back = scene.AddNewNodeByClass("vtkMRMLTableNode")
    assert storage.ReadData(back)
    assert types(back) == types(node)
    assert_alike(columns_of(back), MIXED)


def test_rows_become_columns_in_the_order_of_their_names():
    rows = [{"step": 1, "loss": 2.0}, {"step": 2, "error": 0.1}]
    assert columns_from_rows(rows) == {"step": [1, 2], "loss": [2.0, None], "error": [None, 0.1]}
    assert columns_from_rows([]) == {}


def test_rows_are_put_under_others_in_one_event(scene):
    node, heard = add_table(scene, {"step": [1], "loss": [2.0]}, "table"), []
    node.AddObserver("ModifiedEvent", lambda *_: heard.append(1))
    append_rows(node, [{"step": 2, "loss": 1.5}, {"step": 3, "error": 0.1}])
    assert heard == [1]
    expected = {"step": [1, 2, 3], "loss": [2, 1.5, np.nan], "error": [np.nan, np.nan, 0.1]}
    assert_alike(columns_of(node), expected)
    assert types(node)["step"] == "long long"


def test_rows_fill_an_empty_table(scene):
    node = add_table(scene, {}, "table")
    append_rows(node, [{"step": 1}])
    append_rows(node, [])
    assert_alike(columns_of(node), {"step": [1]})


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"a": [1], "b": [1, 2]}, "different lengths"),
        ({"a": [1, "x"]}, "mixes texts and numbers"),
        ({"a": [object()]}, "neither number nor text"),
        ({"": [1]}, "no name"),
        ({"a": [2**70]}, "whole number"),
        ({"a": np.array([2**63], np.uint64)}, "whole number"),
    ],
)
def test_what_is_no_table_is_not_written(scene, columns, told):
    node = add_table(scene, MIXED, "table")
    with pytest.raises(ValueError, match=told):
        put_columns(columns, node)
    assert_alike(columns_of(node), MIXED)


def test_columns_that_can_not_be_told_apart_are_refused(scene):
    from vtkmodules.vtkCommonCore import vtkDoubleArray

    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "table")
    for name in "ab":
        column = vtkDoubleArray()
        column.SetName(name)
        node.GetTable().AddColumn(column)
    node.GetTable().GetColumn(1).SetName("a")
    with pytest.raises(InputError, match="table: name of column 2 is 'a' twice"):
        columns_of(node)
    node.GetTable().GetColumn(1).SetName("")
    with pytest.raises(InputError, match="table: name of column 2 is empty"):
        columns_of(node)
    node.GetTable().GetColumn(0).SetNumberOfComponents(3)
    with pytest.raises(InputError, match="column 'a' is 3 numbers a cell"):
        columns_of(node)


def test_no_node_and_a_wrong_one_are_refused(scene):
    with pytest.raises(InputError, match="table: selection is none"):
        columns_of(None)
    with pytest.raises(InputError, match="choose a table"):
        put_columns({}, scene.AddNewNodeByClass("vtkMRMLModelNode"))
