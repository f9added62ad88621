"""Names in a module's Python that Qt, CTK, Slicer or VTK do not have."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from names.kinds import Kinds, Scope, is_ui, parts_of
from names.known import Known, known, number


@dataclass(frozen=True)
class Finding:
    """A name that is not there.

    Attributes
    ----------
    file : pathlib.Path
        Where.
    line : int
        In it.
    text : str
        What is wrong.
    """

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def check_python(file: Path, text: str, widgets: Mapping[str, Kinds], slicer: str) -> list[Finding]:
    """Check a file.

    Parameters
    ----------
    file : path
        For messages.
    text : str
        Its content.
    widgets : mapping
        Classes of the widgets of the module's ``.ui`` files, by name.
    slicer : str
        Oldest version of Slicer that the module serves.
    """
    tree, lists = ast.parse(text), known()
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found: dict[tuple[int, str], Finding] = {}
    for nodes, scope in parts_of(tree, lists, widgets):
        for node in nodes:
            for told in _told(node, scope, lists, widgets, id(node) in called, slicer):
                line = getattr(node, "lineno", 1)
                found[line, told] = Finding(file, line, told)
    return sorted(found.values(), key=lambda finding: finding.line)


def _told(
    node: ast.AST, scope: Scope, lists: Known, widgets: Mapping[str, Kinds], called: bool, slicer: str
) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _of_import(node, lists, slicer)
    elif isinstance(node, ast.Attribute):
        if is_ui(node.value) and widgets and node.attr not in widgets:
            yield f"no .ui file has a widget {node.attr}"
        for owner in scope.of(node.value):
            yield from _of_attribute(owner, node.attr, lists, called, slicer)
        if node.attr in ("connect", "disconnect") and isinstance(node.value, ast.Attribute):
            signal = node.value.attr
            for owner in scope.of(node.value.value):
                if signal in {s.split("(")[0] for s in lists.signals(owner)}:
                    yield f"{owner}.{signal}.{node.attr}: write connect('{signal}(...)', ...) instead"
    elif isinstance(node, ast.Call):
        yield from _of_call(node, scope, lists, slicer)


def _of_import(node: ast.Import | ast.ImportFrom, lists: Known, slicer: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] in ("PySide6", "PyQt5", "PythonQt"):
                yield f"{alias.name} is not in Slicer: import qt"
        return
    module = node.module or ""
    if module.split(".")[0] in ("PySide6", "PyQt5"):
        yield f"{module} is not in Slicer: import qt"
    if module in lists.modules or module in ("qt", "ctk"):
        for alias in node.names:
            yield from _of_attribute(f"module:{module}", alias.name, lists, False, slicer)


def _of_attribute(owner: str, name: str, lists: Known, called: bool, slicer: str) -> Iterator[str]:
    if owner.startswith("module:"):
        module = owner.removeprefix("module:")
        if not name.startswith("_") and not _in_module(module, name, lists):
            yield f"{module} has no {name}"
        since = lists.since.get(f"{module}.{name}") or lists.since.get(module) or "0"
        if number(since) > number(slicer):
            yield f"{module}.{name} is there since Slicer {since}, not in {slicer}"
        return
    if owner.startswith("slicermodule:"):
        return
    kind = owner.removeprefix("class:")
    members = lists.members(kind)
    if members is not None and name not in members and not name.startswith("__"):
        yield f"{kind} has no {name}"
    elif (
        called
        and not owner.startswith("class:")
        and not kind.startswith("vtk")
        and name in lists.properties(kind)
    ):
        yield f"{kind}.{name} is a property, not to be called"


def _in_module(module: str, name: str, lists: Known) -> bool:
    if module == "qt":
        return name in lists.qt
    if module == "ctk":
        return name.startswith("ctk") and name in lists.classes
    if module == "slicer.modules":
        return True
    if module in ("slicer", "vtk") and name.startswith(("vtk", "VTK")):
        return name.startswith("VTK") or name in ("vtkCommand",) or lists.members(name) is not None
    if module == "vtk":
        return name in ("util", "numpy_support")
    if module == "slicer" and name.startswith("q"):
        return name in lists.classes
    return name in lists.modules.get(module, []) or name == "*"


def _of_call(node: ast.Call, scope: Scope, lists: Known, slicer: str) -> Iterator[str]:
    if not isinstance(node.func, ast.Attribute):
        return
    owners = scope.of(node.func.value)
    if node.func.attr in ("connect", "disconnect") and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            for owner in owners:
                signals = lists.signals(owner)
                if signals and first.value.replace(" ", "") not in signals:
                    yield f"{owner} has no signal {first.value}"
    for owner in owners:
        for keyword in node.keywords:
            whole = f"{owner.removeprefix('module:')}.{node.func.attr}({keyword.arg})"
            since = lists.since.get(whole, "0")
            if number(since) > number(slicer):
                yield f"{whole} is there since Slicer {since}, not in {slicer}"
