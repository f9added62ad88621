"""Which class an expression has, as far as can be told without running it.

A kind is ``"module:qt"``, ``"class:QLabel"`` for the class itself, or ``"QLabel"`` for an object of it. An
empty set says that nothing is known, and nothing is then checked.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from names.known import Known

Kinds = frozenset[str]
NOTHING: Kinds = frozenset()


@dataclass
class Scope:
    """What is known of the names in a file.

    Attributes
    ----------
    known : Known
        The lists.
    widgets : mapping
        Classes of the widgets of ``.ui`` files, by name.
    names : dict
        Kinds of variables, by name.
    fields : dict
        Kinds of ``self.<name>``.
    """

    known: Known
    widgets: Mapping[str, Kinds]
    names: dict[str, Kinds] = field(default_factory=dict)
    fields: dict[str, Kinds] = field(default_factory=dict)

    def of(self, node: ast.AST) -> Kinds:
        """Kinds of an expression."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, NOTHING)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.IfExp):
            return self.of(node.body) | self.of(node.orelse)
        return NOTHING

    def _attribute(self, node: ast.Attribute) -> Kinds:
        if is_ui(node.value):
            return self.widgets.get(node.attr, NOTHING)
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.fields.get(node.attr, NOTHING)
        found = [self._member(owner, node.attr) for owner in self.of(node.value)]
        return frozenset(kind for kind in found if kind)

    def _member(self, owner: str, name: str) -> str:
        if owner == "module:slicer.modules":
            return f"slicermodule:{name}"
        if not owner.startswith("module:"):
            return ""
        whole = f"{owner.removeprefix('module:')}.{name}"
        if whole in self.known.values:
            return self.known.values[whole]
        if whole in self.known.modules or whole == "slicer.modules":
            return f"module:{whole}"
        is_class = name in self.known.classes or (name.startswith("vtk") and name != "vtkCommand")
        return f"class:{name}" if is_class else ""

    def _call(self, node: ast.Call) -> Kinds:
        made = {kind.removeprefix("class:") for kind in self.of(node.func) if kind.startswith("class:")}
        if isinstance(node.func, ast.Attribute):
            for owner in self.of(node.func.value):
                if owner.startswith("slicermodule:") and node.func.attr == "logic":
                    made.add(self.known.logics.get(owner.removeprefix("slicermodule:"), ""))
                else:
                    made.add(self.known.returned(owner, node.func.attr))
        return frozenset(made - {""})


def is_ui(node: ast.AST) -> bool:
    """Whether an expression is what ``childWidgetVariables`` gave."""
    return (isinstance(node, ast.Name) and node.id == "ui") or (
        isinstance(node, ast.Attribute) and node.attr == "ui"
    )


def parts_of(
    tree: ast.Module, known: Known, widgets: Mapping[str, Kinds]
) -> list[tuple[list[ast.AST], Scope]]:
    """The nodes of each method and function, and those outside of them, with what is known of names there."""
    functions = [node for node in _outermost(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    outside = Scope(known, widgets)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in ("qt", "ctk", "slicer", "vtk") or alias.name in known.modules:
                    outside.names[alias.asname or alias.name] = frozenset({f"module:{alias.name}"})
    groups = [[node for node in ast.walk(tree) if id(node) not in inside]]
    groups += [list(ast.walk(function)) for function in functions]
    owners = {
        id(each): node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for each in node.body
    }
    scopes = [outside, *(Scope(known, widgets, fields=outside.fields) for _ in functions)]
    for function, scope in zip(functions, scopes[1:], strict=True):
        scope.names = _told(function, owners.get(id(function)), known)
    for _ in range(3):  # what is learnt serves to learn more
        for nodes, scope in zip(groups, scopes, strict=True):
            scope.names = outside.names | scope.names
            unsure: set[str] = set()
            for node in nodes:
                if isinstance(node, ast.Assign):
                    for target, value in _pairs(node):
                        _learn(scope, target, scope.of(value), unsure)
                elif isinstance(node, ast.For):
                    _learn_loop(scope, node, unsure)
    return list(zip(groups, scopes, strict=True))


def _told(function: ast.FunctionDef, owner: ast.ClassDef | None, known: Known) -> dict[str, Kinds]:
    """Classes of parameters as the docstring tells them, ``box : QComboBox``."""
    text = ast.get_docstring(function) or ""
    if owner is not None and function.name == "__init__":
        text = f"{text}\n{ast.get_docstring(owner) or ''}"
    arguments = {each.arg for each in function.args.args}
    found = re.findall(r"^(\w+(?:, \w+)*) : (\w+)", text, re.MULTILINE)
    is_class = [(names, kind) for names, kind in found if kind in known.classes or kind.startswith("vtk")]
    return {
        name: frozenset({kind}) for names, kind in is_class for name in names.split(", ") if name in arguments
    }


def _pairs(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """What is assigned to what, one by one."""
    found = []
    for target in node.targets:
        several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        if several and len(target.elts) == len(node.value.elts):  # type: ignore[attr-defined]
            found += list(zip(target.elts, node.value.elts, strict=True))  # type: ignore[attr-defined]
        else:
            found.append((target, node.value))
    return found


def _outermost(tree: ast.AST) -> list[ast.AST]:
    """Functions of a file and methods of its classes, but none within these."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        found += [node] if isinstance(node, ast.FunctionDef) else _outermost(node)
    return found


def _learn(scope: Scope, target: ast.AST, kinds: Kinds, unsure: set[str]) -> None:
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
        if kinds:
            scope.fields[target.attr] = scope.fields.get(target.attr, NOTHING) | kinds
    elif isinstance(target, ast.Name) and target.id != "ui":
        if not kinds:
            unsure.add(target.id)
        if target.id in unsure:
            scope.names.pop(target.id, None)
        else:
            scope.names[target.id] = scope.names.get(target.id, NOTHING) | kinds


def _learn_loop(scope: Scope, node: ast.For, unsure: set[str]) -> None:
    """Loops over rows that stand there: ``for button, action in ((ui.a, self.b), ...)``."""
    if not isinstance(node.iter, (ast.Tuple, ast.List)):
        return
    several = isinstance(node.target, ast.Tuple)
    targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
    for place, target in enumerate(targets):
        cells = [
            row.elts[place] if several else row
            for row in node.iter.elts
            if not several or hasattr(row, "elts")
        ]
        kinds = [scope.of(cell) for cell in cells]
        if kinds and all(kinds):
            _learn(scope, target, frozenset().union(*kinds), unsure)
