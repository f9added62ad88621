"""Files of Qt Designer, with the classes of CTK and Slicer, and without mercy for what is unknown.

Slicer only logs an unknown class, property, signal or slot. Here it is an error, and the panel is not made.
"""

import xml.etree.ElementTree as ET
from typing import Any

from PySide6 import QtCore, QtUiTools, QtWidgets

from double import connections

DYNAMIC = frozenset({"SlicerParameterName"})
"""Properties that Slicer looks for on any widget."""


class UiError(ValueError):
    """A .ui file names something that does not exist."""


class UiLoader(QtUiTools.QUiLoader):
    """``qt.QUiLoader``."""

    def load(self, source: Any, parent: Any = None) -> Any:
        """Make the widgets of a file.

        Raises
        ------
        UiError
            If the file names a class, property, widget, signal or slot that does not exist.
        """
        root = ET.fromstring(bytes(source.readAll().data()))
        classes = _checked_classes(root)
        wires = _taken_out(root)
        _count_flags(root)
        buffer = QtCore.QBuffer()
        buffer.setData(QtCore.QByteArray(ET.tostring(root)))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        top = super().load(buffer, parent)
        if top is None:
            raise UiError(self.errorString())
        _check_properties(root, top, classes)
        for wire in wires:
            _connect(top, wire)
        return top

    def createWidget(self, kind: str, parent: Any = None, name: str = "") -> Any:
        """Called by Qt for each widget; must not raise, which Qt does not survive."""
        from double.widgets.catalogue import CUSTOM

        if kind not in CUSTOM:
            return super().createWidget(kind, parent, name)
        made = CUSTOM[kind](parent=parent)
        made.setObjectName(name)
        return made


def _checked_classes(root: ET.Element) -> dict[str, str]:
    """Class by name of the widget; each known, each name used once."""
    from double.widgets.catalogue import CUSTOM

    found: dict[str, str] = {}
    for element in root.iter("widget"):
        kind, name = element.get("class", ""), element.get("name", "")
        if kind not in CUSTOM and not isinstance(getattr(QtWidgets, kind, None), type):
            raise UiError(f"widget {name}: there is no class {kind}")
        if name in found:
            raise UiError(f"two widgets are called {name}")
        found[name] = kind
    return found


def _taken_out(root: ET.Element) -> list[dict[str, str]]:
    """The connections of the file, which are made in Python instead."""
    held = root.find("connections")
    if held is None:
        return []
    wires = [{part.tag: part.text or "" for part in wire} for wire in held.findall("connection")]
    root.remove(held)
    return wires


def _count_flags(root: ET.Element) -> None:
    """Flags of CTK's and Slicer's classes as numbers: Qt's loader does not know their names."""
    from double.widgets.catalogue import CUSTOM

    for element in root.iter("property"):
        flags = element.find("set")
        names = (
            [name.strip().split("::") for name in (flags.text or "").split("|")] if flags is not None else []
        )
        if flags is None or names[0][0] not in CUSTOM:
            continue
        value = 0
        for kind, name in names:
            if not isinstance(getattr(CUSTOM[kind], name, None), int):
                raise UiError(f"{kind} has no flag {name}")
            value |= getattr(CUSTOM[kind], name)
        flags.tag, flags.text = "number", str(value)


def _check_properties(root: ET.Element, top: Any, classes: dict[str, str]) -> None:
    for element in root.iter("widget"):
        widget = _named(top, element.get("name", ""))
        for entry in element.findall("property"):
            name = entry.get("name", "")
            dynamic = entry.get("stdset") == "0" and name in DYNAMIC
            if not dynamic and widget.metaObject().indexOfProperty(name) < 0:
                kind = classes[element.get("name", "")]
                raise UiError(f"widget {element.get('name')}: {kind} has no property {name}")


def _named(top: Any, name: str) -> Any:
    found = top if top.objectName == name else top.findChild(QtCore.QObject, name)
    if found is None:
        raise UiError(f"there is no widget {name}")
    return found


def _connect(top: Any, wire: dict[str, str]) -> None:
    sender, receiver = _named(top, wire["sender"]), _named(top, wire["receiver"])
    name = wire["slot"].split("(")[0]
    own = any(name in vars(kind) for kind in type(receiver).__mro__ if kind.__module__.startswith("double."))
    if not own and receiver.metaObject().indexOfSlot(wire["slot"].replace(" ", "")) < 0:
        raise UiError(f"{type(receiver).__name__} {wire['receiver']} has no slot {wire['slot']}")
    try:
        connections.connect(sender, wire["signal"], getattr(receiver, name))
    except connections.NoSignalError as error:
        raise UiError(f"{wire['sender']}: {error}") from None
