"""What Python finds on Qt's objects: PythonQt's names, and a look at the calling thread."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from double import connections, threads

_OF_WINDOWS = (QtWidgets.QWidget, QtGui.QAction, QtCore.QTimer)
_HARMLESS = frozenset({"metaObject", "isWidgetType", "objectName", "property", "thread", "inherits"})


def give_lookup(kinds: list[type]) -> None:
    """Let attributes be found as under PythonQt.

    PySide serves ``connect`` from C++, where a patch of the class is not seen: the lookup itself is wrapped,
    of each class that has its own.
    """
    for kind in kinds:
        if "__getattribute__" in kind.__dict__:
            kind.__getattribute__ = _lookup(kind.__getattribute__)  # type: ignore[method-assign]


def _lookup(original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def lookup(self: Any, name: str) -> Any:
        if name == "connect" or name == "disconnect":
            return partial(_connection, self, name, original)
        if threads.outside() and not name.startswith("__") and name not in _HARMLESS:
            _tell_of_thread(self, name)
        return original(self, name)

    return lookup


def _tell_of_thread(instance: Any, name: str) -> None:
    if isinstance(instance, _OF_WINDOWS):
        threads.report(f"{type(instance).__name__}.{name}")


def _connection(self: Any, name: str, original: Callable[[Any, str], Any], *arguments: Any) -> Any:
    """PythonQt's form where it is called so; PySide's own everywhere else, as Qt's Python code uses it."""
    if arguments and isinstance(arguments[0], str) and not arguments[0][:1].isdigit():
        return getattr(connections, name)(self, *arguments)
    return original(self, name)(*arguments)
