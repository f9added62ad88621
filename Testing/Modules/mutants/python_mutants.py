"""Mistakes in a module's Python."""

import ast
from collections.abc import Iterator
from pathlib import Path

from mutants.mutant import Mutant, Source
from mutants.python_source import Found, handler, handler_name, parameter_name, search

SLEEP = "import time as _time; _time.sleep(0.3)"
THREAD = (
    "import threading as _threading, slicer as _slicer; "
    "_other = _threading.Thread(target=lambda: _slicer.util.mainWindow().setToolTip('')); "
    "_other.start(); _other.join(5)"
)


def of_python(file: Path, text: str, parameters: frozenset[str] = frozenset()) -> Iterator[Mutant]:
    """All mistakes that are planted into a file.

    Parameters
    ----------
    file : path
        Within the repository.
    text : str
        Its content.
    parameters : frozenset of str
        Names of parameters that other files declare.
    """
    source, found = Source(text), search(text, parameters)

    def mutant(kind: str, node: ast.AST, what: str, new: str) -> Mutant:
        return Mutant(kind, file, node.lineno, what, new)  # type: ignore[attr-defined]

    for call in found.connections:
        yield mutant("connection lost", call, ast.unparse(call), source.of(call, "None"))
        yield from _of_connection(call, found, source, mutant)
    for rows in found.rows:
        yield from _of_rows(rows, source, mutant)
    for function in found.handlers:
        yield from _of_handler(function, source, mutant)
    for where, node in found.widgets:
        yield mutant(
            "widget misspelt",
            node,
            f"{node.attr} in {where}",
            source.of(node, ast.unparse(node) + "Misspelt"),
        )
    for where, node in found.states:
        what = f"{ast.unparse(node)} in {where}"
        yield mutant("property misspelt", node, what, source.of(node, ast.unparse(node) + "Misspelt"))
    for declared in found.parameters:
        yield from _of_parameter(declared, source, mutant)
    for where, node in found.parameter_uses:
        new = source.of(node, ast.unparse(node) + "Misspelt")
        yield mutant("parameter misspelt", node, f"{node.attr} in {where}", new)


def _of_connection(call: ast.Call, found: Found, source: Source, mutant) -> Iterator[Mutant]:
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        name, bracket, rest = first.value.partition("(")
        yield mutant(
            "signal misspelt", call, first.value, source.of(first, repr(f"{name}Misspelt{bracket}{rest}"))
        )
    given, own = handler(call), handler_name(call)
    if isinstance(given, ast.Lambda):
        new = source.of(given, "(lambda _1, _2, _3, _4, _5, _6: None)")
        yield mutant("handler arity", call, ast.unparse(given), new)
    others = [handler(c) for c in found.connections if handler_name(c) not in ("", own)]
    same = [other for other in others if other is not None and call.func.attr != "singleShot"]  # type: ignore[attr-defined]
    if own and same:
        later = next((o for o in same if o.lineno > call.lineno), same[0])
        assert given is not None
        what = f"{ast.unparse(call.func)}({ast.unparse(first)}): {ast.unparse(later)} instead of {own}"  # type: ignore[attr-defined]
        yield mutant("receiver swapped", call, what, source.of(given, ast.unparse(later)))


def _of_rows(rows: list[ast.Tuple], source: Source, mutant) -> Iterator[Mutant]:
    """Each row of a loop that connects is left out, and given what the next one calls."""
    for number, row in enumerate(rows):
        what, other = ast.unparse(row), rows[(number + 1) % len(rows)]
        yield mutant("connection lost", row, what, source.of(row, f"*(({what},)[:0])"))
        if other is not row and len(row.elts) > 1 and len(other.elts) > 1:
            mine, theirs = row.elts[1], ast.unparse(other.elts[1])
            yield mutant("receiver swapped", row, f"{what}: {theirs} instead", source.of(mine, theirs))


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
