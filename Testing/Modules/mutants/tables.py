"""Loops that connect row by row, and handlers within wrappers."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

Place = tuple[int, int]
_PASSING = ("enumerate", "reversed", "list", "tuple", "sorted")


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple of ast.expr
        Its columns.
    start, end : (int, int)
        Line and column, as `ast` counts them.
    nothing : str
        What can stand in its place so that the row is not there.
    """

    cells: tuple[ast.expr, ...]
    start: Place
    end: Place
    nothing: str

    @property
    def words(self) -> str:
        """The row as text."""
        return ", ".join(ast.unparse(cell) for cell in self.cells)


@dataclass(frozen=True)
class Loop:
    """A loop that connects.

    Attributes
    ----------
    rows : tuple of Row
        Of its table.
    columns : tuple of str
        Names that the columns of a row have in the loop.
    calls : tuple of ast.Call
        What connects.
    handler, signal : int or None
        Column of the handler and of the signal; None where the loop itself names them.
    """

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    calls: tuple[ast.Call, ...]
    handler: int | None
    signal: int | None


def loops_in(
    tree: ast.AST, is_connection: Callable[[ast.AST], bool], handler: Callable[[ast.Call], ast.expr | None]
) -> list[Loop]:
    """All loops over a table that stands in the file, in the loop or before it."""
    tables = _tables(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.For):
            continue
        calls: list[ast.Call] = [each for each in ast.walk(node) if is_connection(each)]  # type: ignore[misc]
        rows = _rows(node.iter, tables)
        if calls and rows:
            columns = _columns(node)
            given = [each for call in calls for each in _names(handler(call))]
            signals = [each for call in calls for each in _names(call.args[0])]
            places = _first(given, columns), _first(signals, columns)
            found.append(Loop(rows, tuple(columns), tuple(calls), *places))
    return found


def inner(given: ast.expr | None) -> ast.expr | None:
    """The function within wrappers: of ``guarded(line, self.on)``, of ``partial(self.on, 1)``."""
    if not isinstance(given, ast.Call):
        return given
    may_be = [
        each for each in given.args if isinstance(each, ast.Attribute | ast.Name | ast.Lambda | ast.Call)
    ]
    if not may_be:
        return None
    return inner(may_be[0] if name_of(given.func) == "partial" else may_be[-1])


def name_of(node: ast.expr | None) -> str:
    """Name of a method or function; empty where it is something else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _tables(tree: ast.AST) -> dict[str, ast.expr]:
    """Tables by the name that they were given."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _rows(node.value, {}):
            found[ast.unparse(node.targets[0])] = node.value
    return found


def _rows(table: ast.expr, tables: dict[str, ast.expr]) -> tuple[Row, ...]:
    if isinstance(table, ast.Call) and name_of(table.func) in _PASSING and table.args:
        return _rows(table.args[0], tables)
    if isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) and table.func.attr == "items":
        return _rows(table.func.value, tables)
    if isinstance(table, ast.Dict):
        pairs = [(key, value) for key, value in zip(table.keys, table.values, strict=True) if key]
        return tuple(Row(pair, _start(pair[0]), _end(pair[1]), "**{}") for pair in pairs)
    if isinstance(table, ast.Tuple | ast.List):
        return tuple(_row(each) for each in table.elts if not isinstance(each, ast.Starred))
    held = tables.get(ast.unparse(table))
    return _rows(held, {}) if held is not None else ()


def _row(node: ast.expr) -> Row:
    cells = tuple(node.elts) if isinstance(node, ast.Tuple | ast.List) else (node,)
    return Row(cells, _start(node), _end(node), f"*(({ast.unparse(node)},)[:0])")


def _columns(loop: ast.For) -> list[str]:
    """Names of the columns of a row."""
    target: ast.expr = loop.target
    if name_of(getattr(loop.iter, "func", None)) == "enumerate" and isinstance(target, ast.Tuple):
        target = target.elts[1]
    return [name_of(each) for each in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _names(node: ast.AST | None) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)] if node is not None else []


def _first(names: list[str], columns: list[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _start(node: ast.expr) -> Place:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> Place:
    return int(node.end_lineno or 0), int(node.end_col_offset or 0)
