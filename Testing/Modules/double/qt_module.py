"""The module ``qt``: all of Qt's classes in one namespace, under PythonQt's calling convention."""

import sys
from types import ModuleType

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from double import attributes, dialogs, naming, properties, ui_loader

SOURCES = (QtCore, QtGui, QtWidgets, QtUiTools)


def qobject_classes() -> list[type]:
    """All classes of Qt that have properties and signals.

    PySide makes them when they are asked for: `dir` tells of all.
    """
    found: dict[str, type] = {}
    for module in SOURCES:
        for name in dir(module):
            kind = getattr(module, name)
            if isinstance(kind, type) and issubclass(kind, QtCore.QObject):
                found[name] = kind
    return list(found.values())


def install(settings_folder: str) -> ModuleType:
    """Patch Qt's classes, once for the process, and register the module.

    Parameters
    ----------
    settings_folder : str
        Where ``QSettings`` are kept.
    """
    if "qt" in sys.modules:
        return sys.modules["qt"]
    kinds = qobject_classes()
    for kind in kinds:
        properties.give_attributes(kind)
    naming.install()
    dialogs.install()
    attributes.give_lookup(kinds)
    settings = QtCore.QSettings
    settings.setDefaultFormat(settings.Format.IniFormat)
    for scope in (settings.Scope.UserScope, settings.Scope.SystemScope):
        settings.setPath(settings.Format.IniFormat, scope, settings_folder)
    module = ModuleType("qt", __doc__)
    for source in SOURCES:
        for name in dir(source):
            if not name.startswith("_"):
                setattr(module, name, getattr(source, name))
    module.QUiLoader = ui_loader.UiLoader  # type: ignore[attr-defined]
    sys.modules["qt"] = module
    return module
