"""Mistakes in a module's Python."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from mutants.mutant import Mutant, Source
from mutants.python_source import Found, handler, handler_name, parameter_name, search
from mutants.tables import Loop, Row, inner

Make = Callable[[str, ast.AST, str, str], Mutant]
NOTHING = "(lambda *_, **__: None)"
ODD_ARITY = "(lambda _1, _2, _3, _4, _5, _6: None)"
SLEEP = "import time as _time; _time.sleep(0.3)"
THREAD = (
    "import threading as _threading, slicer as _slicer; "
    "_other = _threading.Thread(target=lambda: _slicer.util.mainWindow().setToolTip('')); "
    "_other.start(); _other.join(5)"
)


def of_python(
    file: Path, text: str, parameters: frozenset[str] = frozenset(), called: frozenset[str] = frozenset()
) -> Iterator[Mutant]:
    """All mistakes that are planted into a file.

    Parameters
    ----------
    file : path
        Within the repository.
    text : str
        Its content.
    parameters : frozenset of str
        Names of parameters that other files declare.
    called : frozenset of str
        Names of functions that other files connect.
    """
    source, found = Source(text), search(text, parameters, called)

    def mutant(kind: str, node: ast.AST, what: str, new: str) -> Mutant:
        return Mutant(kind, file, node.lineno, what, new)  # type: ignore[attr-defined]

    for call in found.connections:
        yield mutant("connection lost", call, ast.unparse(call), source.of(call, "None"))
        yield from _of_connection(call, found, source, mutant)
    for loop in found.loops:
        yield from _of_loop(loop, source, mutant)
    for where, node in found.callbacks:
        yield mutant("callback lost", node, f"{node.attr} in {where}", source.of(node, NOTHING))
    for function in found.handlers:
        yield from _of_handler(function, source, mutant)
    for where, node in found.widgets:
        new = source.of(node, ast.unparse(node) + "Misspelt")
        yield mutant("widget misspelt", node, f"{node.attr} in {where}", new)
    for where, node in found.states:
        what = f"{ast.unparse(node)} in {where}"
        yield mutant("property misspelt", node, what, source.of(node, ast.unparse(node) + "Misspelt"))
    for declared in found.parameters:
        yield from _of_parameter(declared, source, mutant)
    for where, node in found.parameter_uses:
        new = source.of(node, ast.unparse(node) + "Misspelt")
        yield mutant("parameter misspelt", node, f"{node.attr} in {where}", new)


def _of_connection(call: ast.Call, found: Found, source: Source, mutant: Make) -> Iterator[Mutant]:
    first, given = call.args[0], handler(call)
    yield from _of_signal(first, ast.unparse(call), source, mutant)
    called, own = inner(given), handler_name(call)
    if isinstance(called, ast.Lambda):
        yield mutant("handler arity", call, ast.unparse(called), source.of(called, ODD_ARITY))
    if isinstance(given, ast.Call) and called is not None:
        new = source.of(given, ast.unparse(called))
        yield mutant("wrapper lost", call, f"{ast.unparse(given)} in {ast.unparse(call)}", new)
    looped = {name for loop in _around(call, found) for name in loop}
    others = [c for c in found.connections if handler_name(c) not in ("", own) and not _around(c, found)]
    if own and own not in looped and others and call.func.attr != "singleShot":  # type: ignore[attr-defined]
        other = inner(handler(next((o for o in others if o.lineno > call.lineno), others[0])))
        assert called is not None and other is not None
        what = f"{ast.unparse(call.func)}({ast.unparse(first)}): {ast.unparse(other)} instead of {own}"
        yield mutant("receiver swapped", call, what, source.of(called, ast.unparse(other)))


def _around(call: ast.Call, found: Found) -> list[tuple[str, ...]]:
    """Names of the columns of the loops whose rows bring the handler of a connection."""
    return [loop.columns for loop in found.loops if call in loop.calls and loop.handler is not None]


def _of_signal(node: ast.expr, where: str, source: Source, mutant: Make) -> Iterator[Mutant]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        name, bracket, rest = node.value.partition("(")
        new = source.of(node, repr(f"{name}Misspelt{bracket}{rest}"))
        yield mutant("signal misspelt", node, f"{node.value} in {where}", new)


def _of_loop(loop: Loop, source: Source, mutant: Make) -> Iterator[Mutant]:
    """Each row is left out, given another row's handler, or a signal that is not there."""
    for number, row in enumerate(loop.rows):
        what = row.words
        yield mutant("connection lost", row.cells[0], what, source.replaced(row.start, row.end, row.nothing))
        if loop.signal is not None and loop.signal < len(row.cells):
            yield from _of_signal(row.cells[loop.signal], what, source, mutant)
        if loop.handler is None or loop.handler >= len(row.cells):
            continue
        mine = row.cells[loop.handler]
        if isinstance(inner(mine), ast.Lambda):
            yield mutant("handler arity", mine, what, source.of(mine, ODD_ARITY))
        theirs = _other_handler(loop, number, ast.unparse(mine))
        if theirs:
            yield mutant("receiver swapped", mine, f"{what}: {theirs} instead", source.of(mine, theirs))


def _other_handler(loop: Loop, number: int, own: str) -> str:
    """The handler of the next row that has another one; empty where there is none."""
    rows: list[Row] = [*loop.rows[number + 1 :], *loop.rows[:number]]
    cells = [
        row.cells[loop.handler] for row in rows if loop.handler is not None and loop.handler < len(row.cells)
    ]
    return next((text for cell in cells if (text := ast.unparse(cell)) != own), "")


def _of_handler(function: ast.FunctionDef, source: Source, mutant) -> Iterator[Mutant]:
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(function.body) > 1:
        first = function.body[1]
    place = (first.lineno, first.col_offset)
    indent = " " * first.col_offset
    for kind, line in (("slow handler", SLEEP), ("widget touched from a thread", THREAD)):
        yield mutant(kind, function, function.name, source.replaced(place, place, f"{line}\n{indent}"))
    arguments = function.args
    surplus = ["_surplus1", "_surplus2", "_surplus3"]
    required = len(arguments.args) - len(arguments.defaults)
    names = [a.arg for a in arguments.args]
    kept = names[:required] + surplus + [f"{n}=None" for n in names[required:]]
    head = ast.get_source_segment(source.text, function) or ""
    opening, closing = head.index("("), _closing(head)
    new_head = head[: opening + 1] + ", ".join(kept) + head[closing:]
    yield mutant("handler arity", function, function.name, source.of(function, new_head))


def _closing(head: str) -> int:
    """Where the brackets of a function's arguments end."""
    depth = 0
    for place, sign in enumerate(head):
        depth += (sign == "(") - (sign == ")")
        if sign == ")" and depth == 0:
            return place
    raise ValueError(head)


def _of_parameter(declared: ast.AnnAssign, source: Source, mutant) -> Iterator[Mutant]:
    name = parameter_name(declared)
    yield mutant("parameter misspelt", declared, name, source.of(declared.target, f"{name}Misspelt"))
    value = declared.value
    if isinstance(value, ast.Constant):
        other = _other(value.value)
        if other is not None:
            yield mutant("default changed", declared, f"{name} = {other!r}", source.of(value, repr(other)))


def _other(value: object) -> object:
    """A value like `value`, but another; None where there is none to think of."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value} changed" if isinstance(value, str) else None
