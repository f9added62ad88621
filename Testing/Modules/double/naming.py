"""Names that PythonQt gives to Qt's objects beside those of Qt."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from double import callbacks

_find_child, _find_children = QtCore.QObject.findChild, QtCore.QObject.findChildren
_single_shot = QtCore.QTimer.singleShot


def install() -> None:
    """Add them to the classes."""
    base: Any = QtCore.QObject
    base.name = property(lambda self: self.property("objectName"), lambda self, v: self.setObjectName(v))
    base.className = lambda self: self.metaObject().className()
    base.findChild = lambda self, kind, name="": _find_child(self, _class_of(kind), name or None)
    base.findChildren = lambda self, kind, name="": _find_children(self, _class_of(kind), name or None)
    base.delete = lambda self: self.deleteLater()
    timer: Any = QtCore.QTimer
    timer.singleShot = staticmethod(single_shot)
    for kind in (QtWidgets.QDialog, QtWidgets.QMenu, QtWidgets.QApplication, QtCore.QEventLoop):
        kind.exec_ = lambda self, *arguments: self.exec(*arguments)  # type: ignore[attr-defined]
    cursor: Any = QtGui.QCursor
    cursor.className = lambda self: "QCursor"


def _class_of(kind: Any) -> type:
    """A class by itself, or by its name as PythonQt takes it."""
    if isinstance(kind, type):
        return kind
    for module in (QtWidgets, QtGui, QtCore):
        if isinstance(getattr(module, str(kind), None), type):
            return getattr(module, str(kind))  # type: ignore[no-any-return]
    raise ValueError(f"Qt has no class {kind!r}")


def single_shot(milliseconds: int, slot: Any) -> None:
    """``QTimer.singleShot(milliseconds, slot)``, with its errors recorded."""
    _single_shot(int(milliseconds), callbacks.guarded(slot, "QTimer.singleShot"))
