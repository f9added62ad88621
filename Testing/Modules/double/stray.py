"""Attributes set on widgets that have none of this name, such as ``button.enable = False``."""

from typing import Any

from PySide6 import QtCore


def stray_attributes(top: Any) -> list[str]:
    """What was set on a widget or its children and is no property: PythonQt would refuse it.

    Names with an underscore belong to widgets that are written in Python.
    """
    objects = [top, *top.findChildren(QtCore.QObject)]
    names = {each.objectName for each in objects}  # Qt's loader puts children there
    found = []
    for each in objects:
        for name in getattr(each, "__dict__", {}):
            if not name.startswith("_") and name not in names and not hasattr(type(each), name):
                found.append(f"{each.objectName or type(each).__name__}.{name}")
    return found
