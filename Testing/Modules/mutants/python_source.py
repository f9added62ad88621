"""What there is in a module's Python that can be got wrong: connections, handlers, widgets, parameters."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from mutants.tables import Loop, inner, loops_in, name_of

CONNECTING = {"connect": 1, "addObserver": 2, "AddObserver": 1, "singleShot": 1}
"""Methods that have something called later, and the place of it among their arguments."""
SHOWN = ("enter", "exit")


@dataclass
class Found:
    """Parts of a file's syntax tree.

    Attributes
    ----------
    connections : list of ast.Call
        Of signals and observers.
    loops : list of Loop
        Loops that connect, ``for button, action in ((ui.a, self.b), ...)``: each row is a connection.
    callbacks : list of (str, ast.Attribute)
        Methods that are handed to others to be called later, with the function's name.
    handlers : list of ast.FunctionDef
        Functions that all these call, and those that Slicer calls.
    widgets : list of (str, ast.Attribute)
        Uses of ``ui.<name>``, one in each function, with the function's name.
    states : list of (str, ast.Attribute)
        Properties of widgets that are set, with the function's name.
    parameters : list of ast.AnnAssign
        Of wrappers of parameter nodes.
    parameter_uses : list of (str, ast.Attribute)
        Reads and writes of parameters, one in each function.
    """

    connections: list[ast.Call] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    callbacks: list[tuple[str, ast.Attribute]] = field(default_factory=list)
    handlers: list[ast.FunctionDef] = field(default_factory=list)
    widgets: list[tuple[str, ast.Attribute]] = field(default_factory=list)
    states: list[tuple[str, ast.Attribute]] = field(default_factory=list)
    parameters: list[ast.AnnAssign] = field(default_factory=list)
    parameter_uses: list[tuple[str, ast.Attribute]] = field(default_factory=list)


def search(
    text: str, parameters: frozenset[str] = frozenset(), called: frozenset[str] = frozenset()
) -> Found:
    """Look through a file.

    Parameters
    ----------
    text : str
        The file.
    parameters : frozenset of str
        Names of parameters that other files declare.
    called : frozenset of str
        Names of functions that other files connect.
    """
    tree = ast.parse(text)
    found = Found()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            "parameterNodeWrapper" in ast.unparse(d) for d in node.decorator_list
        ):
            found.parameters += [each for each in node.body if isinstance(each, ast.AnnAssign)]
        if is_connection(node):
            found.connections.append(node)  # type: ignore[arg-type]
    found.loops = loops_in(tree, is_connection, handler)
    found.callbacks = _callbacks(tree, found)
    names = parameters | {parameter_name(each) for each in found.parameters}
    calls = called | _called(found)
    for function, owner in _functions(tree):
        if function.name in calls or (function.name in SHOWN and "Widget" in owner):
            found.handlers.append(function)
        found.widgets += _first_each(owner, function, is_widget)
        found.states += [
            (_place(owner, function), target) for target in _set_in(function) if is_widget(target.value)
        ]
        found.parameter_uses += _first_each(owner, function, lambda node: _is_parameter(node, names))
    return found


def _called(found: Found) -> set[str]:
    """Names of all functions that are called later."""
    cells = [cell for loop in found.loops for row in loop.rows for cell in row.cells]
    given = [*(handler(call) for call in found.connections), *cells, *(node for _, node in found.callbacks)]
    return {name for each in given for name in names_in(each)}


def foreign(text: str) -> frozenset[str]:
    """Names of functions of other files that a file connects, such as ``self.models.browse``."""
    found = search(text)
    cells = [cell for loop in found.loops for row in loop.rows for cell in row.cells]
    given = [inner(one) for one in (*(handler(call) for call in found.connections), *cells)]
    owned = [
        one
        for one in given
        if isinstance(one, ast.Attribute) and not (isinstance(one.value, ast.Name) and one.value.id == "self")
    ]
    plain = [one.id for one in given if isinstance(one, ast.Name)]
    return frozenset({one.attr for one in owned if not is_widget(one)} | {*plain})


def _callbacks(tree: ast.AST, found: Found) -> list[tuple[str, ast.Attribute]]:
    """Methods of a class that it hands on: ``presenter.listen(self.refresh)``."""
    taken = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    parts = [handler(call) for call in found.connections]
    parts += [cell for loop in found.loops for row in loop.rows for cell in row.cells]
    taken |= {id(node) for part in parts if part is not None for node in ast.walk(part)}
    handed = []
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        methods = {
            each.name for each in owner.body if isinstance(each, ast.FunctionDef) and not each.decorator_list
        }
        for function, _ in _functions(owner, owner.name):
            for node in ast.walk(function):
                here = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
                if here and node.attr in methods and id(node) not in taken and _is_self(node.value):
                    taken.add(id(node))
                    handed.append((_place(owner.name, function), node))
    return handed


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def is_connection(node: ast.AST) -> bool:
    """Whether a node is a call that has a handler called later."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in CONNECTING and handler(node) is not None


def handler(call: ast.Call) -> ast.expr | None:
    """The handler of a connection."""
    place = CONNECTING[call.func.attr]  # type: ignore[attr-defined]
    return call.args[place] if len(call.args) > place else None


def handler_name(call: ast.Call) -> str:
    """Its name where it is a method or a function, within wrappers too, and not written in place."""
    return name_of(inner(handler(call)))


def names_in(node: ast.AST | None) -> set[str]:
    """All names in an expression, such as ``guarded(self.message, self.onApply)``."""
    parts = list(ast.walk(node)) if node is not None else []
    return {n.attr for n in parts if isinstance(n, ast.Attribute)} | {
        n.id for n in parts if isinstance(n, ast.Name)
    }


def parameter_name(declared: ast.AnnAssign) -> str:
    """Name of a parameter."""
    return declared.target.id if isinstance(declared.target, ast.Name) else ""


def is_widget(node: ast.AST) -> bool:
    """Whether a node is ``ui.<name>`` or ``self.ui.<name>``."""
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "ui") or (
        isinstance(owner, ast.Name) and owner.id == "ui"
    )


def _is_parameter(node: ast.AST, names: frozenset[str]) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr not in names:
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return "node" in owner.lower() or "parameters" in owner.lower()


def _functions(tree: ast.AST, owner: str = "") -> Iterator[tuple[ast.FunctionDef, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node, owner
        yield from _functions(node, node.name if isinstance(node, ast.ClassDef) else owner)


def _place(owner: str, function: ast.FunctionDef) -> str:
    return f"{owner}.{function.name}" if owner else function.name


def _set_in(function: ast.FunctionDef) -> list[ast.Attribute]:
    """Attributes that a function sets."""
    statements = [node for node in ast.walk(function) if isinstance(node, (ast.Assign, ast.AugAssign))]
    targets = [t for s in statements for t in (s.targets if isinstance(s, ast.Assign) else [s.target])]
    return [target for target in targets if isinstance(target, ast.Attribute)]


def _first_each(owner: str, function: ast.FunctionDef, wanted: object) -> list[tuple[str, ast.Attribute]]:
    """The first use of each name in a function."""
    seen: dict[str, ast.Attribute] = {}
    for node in ast.walk(function):
        if wanted(node) and node.attr not in seen:  # type: ignore[operator, attr-defined]
            seen[node.attr] = node  # type: ignore[attr-defined, assignment]
    return [(_place(owner, function), node) for node in seen.values()]
