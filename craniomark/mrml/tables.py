"""Table nodes, as columns of numbers and texts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of

if TYPE_CHECKING:
    from vtkmodules.vtkCommonCore import vtkAbstractArray

TABLE = "vtkMRMLTableNode"

Columns = Mapping[str, Sequence[Any] | NDArray[Any]]
Row = Mapping[str, Any]


def columns_of(node: Node) -> dict[str, NDArray[Any]]:
    """The columns of a table node, in its order.

    Returns
    -------
    dict of str to ndarray, shape (rows,)
        Numbers as bool, int64 or float64; texts as objects of class str.

    Raises
    ------
    InputError
        If there is no such node, or a column has no name, another's name, or several numbers a cell.
    """
    checked(node, TABLE, "table")
    table = node.GetTable()
    columns: dict[str, NDArray[Any]] = {}
    for number in range(table.GetNumberOfColumns() if table is not None else 0):
        column = table.GetColumn(number)
        name = column.GetName()
        if not name or name in columns:
            value = f"{name!r} twice" if name else "empty"
            raise InputError(
                name_of(node), f"name of column {number + 1}", value, "give it a name of its own"
            )
        if column.GetNumberOfComponents() != 1:
            value = f"{column.GetNumberOfComponents()} numbers a cell"
            raise InputError(name_of(node), f"column {name!r}", value, "make a column of each")
        columns[name] = _values(column)
    return columns


def _values(column: Any) -> NDArray[Any]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    if not column.IsA("vtkDataArray"):
        cells = np.empty(column.GetNumberOfTuples(), dtype=object)
        texts = column.IsA("vtkStringArray")
        for row in range(len(cells)):
            cells[row] = column.GetValue(row) if texts else column.GetVariantValue(row).ToString()
        return cells
    if column.IsA("vtkBitArray"):
        return np.array(
            [bool(column.GetVariantValue(row).ToInt()) for row in range(column.GetNumberOfTuples())]
        )
    values = vtk_to_numpy(column)
    wide = np.float64 if values.dtype.kind == "f" else np.int64
    return values.astype(wide)


def put_columns(columns: Columns, node: Node) -> None:
    """Put columns into a table node, in one event.

    Parameters
    ----------
    columns : mapping of str to sequence
        Equally long. Truth values become bits, whole numbers ``long long``, other numbers ``double``, texts
        strings. None is NaN in a column of numbers and empty in one of texts.
    node : vtkMRMLTableNode
        What it held before is replaced, not overwritten, so that undo brings it back.

    Raises
    ------
    InputError
        If there is no such node.
    ValueError
        If columns differ in length or have no name, or a cell is neither number nor text.
    """
    from vtkmodules.vtkCommonDataModel import vtkTable

    checked(node, TABLE, "table")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of different lengths: {lengths}")
    table = vtkTable()
    for name, values in columns.items():
        table.AddColumn(_column(name, list(values)))
    with edited(node):
        node.SetAndObserveTable(table)


def _column(name: str, values: list[Any]) -> "vtkAbstractArray":
    from vtkmodules import vtkCommonCore

    if not name:
        raise ValueError("a column of a table has no name")
    kind = _kind(name, values)
    column: Any = getattr(vtkCommonCore, kind)()
    column.SetName(name)
    column.SetNumberOfValues(len(values))
    empty = "" if kind == "vtkStringArray" else np.nan
    turn = {"vtkBitArray": int, "vtkLongLongArray": int, "vtkDoubleArray": float, "vtkStringArray": str}[kind]
    for row, value in enumerate(values):
        column.SetValue(row, turn(empty if value is None else value))
    return column


def _kind(name: str, values: list[Any]) -> str:
    told = [value for value in values if value is not None]
    complete = len(told) == len(values)
    if any(isinstance(value, int | np.integer) and not -(2**63) <= int(value) < 2**63 for value in told):
        raise ValueError(f"column {name!r} has a whole number of more than eight bytes")
    if any(isinstance(value, str) for value in told):
        if all(isinstance(value, str) for value in told):
            return "vtkStringArray"
        raise ValueError(f"column {name!r} mixes texts and numbers")
    if not all(isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating) for value in told):
        raise ValueError(f"column {name!r} has a cell that is neither number nor text")
    if complete and told and all(isinstance(value, bool | np.bool_) for value in told):
        return "vtkBitArray"
    if complete and told and all(isinstance(value, int | np.integer) for value in told):
        return "vtkLongLongArray"
    return "vtkDoubleArray"


def add_table(scene: Scene, columns: Columns, name: str) -> Node:
    """A new table node that holds `columns`, with a name of its own; errors as `put_columns`."""
    return added(scene, TABLE, name, lambda node: put_columns(columns, node))


def columns_from_rows(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Columns of rows, in the order in which names are first seen; None where a row has no such cell."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def append_rows(node: Node, rows: Sequence[Row]) -> None:
    """Put rows under those of a table node, in one event; plots of it follow.

    A column that is new, or that a row lacks, is NaN or empty there.

    Raises
    ------
    InputError
        As `columns_of`.
    ValueError
        As `put_columns`.
    """
    old = columns_of(node)
    before = len(next(iter(old.values()), ()))
    new = columns_from_rows(rows)
    columns = {
        name: [*old.get(name, [None] * before), *new.get(name, [None] * len(rows))]
        for name in dict.fromkeys([*old, *new])
    }
    put_columns(columns, node)
