"""Scripted modules: found by their file, made, shown, reloaded and taken away, as Slicer does it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtWidgets

from double import callbacks
from double.widgets.scene import qMRMLWidget


class qSlicerScriptedLoadableModule:
    """A module as Slicer's factory sees it: what the module's own class fills in."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = str(path), path.stem
        self.title, self.helpText, self.acknowledgementText = "", "", ""
        self.categories: list[str] = []
        self.dependencies: list[str] = []
        self.contributors: list[str] = []
        self.associatedNodeTypes: list[str] = []
        self.hidden, self.icon, self.index = False, None, -1
        self._representation: qSlicerScriptedLoadableModuleWidget | None = None

    def widgetRepresentation(self) -> "qSlicerScriptedLoadableModuleWidget":
        if self._representation is None:
            self._representation = qSlicerScriptedLoadableModuleWidget(self)
            self._representation.reload()
        return self._representation

    def logic(self) -> Any:
        return None

    def unload(self) -> None:
        if self._representation is not None:
            self._representation.deleteLater()
            self._representation = None


class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """The panel of a module, in which its widget class builds."""

    def __init__(self, module: qSlicerScriptedLoadableModule) -> None:
        super().__init__()
        self._module, self._python, self._entered = module, None, False
        self.setObjectName(f"{module.name}ModuleWidget")
        QtWidgets.QVBoxLayout(self)

    isEntered = QtCore.Property(bool, lambda self: self._entered)

    def self(self) -> Any:
        """The module's own widget."""
        return self._python

    def reload(self) -> None:
        """Build the panel of the class that is loaded now."""
        import slicer

        name = self._module.name
        entered = self._entered
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget):
                child.setParent(None)
                child.deleteLater()
        kind = getattr(sys.modules[name], f"{name}Widget")
        self.setMRMLScene(slicer.mrmlScene)
        self._python = kind(self)
        setattr(slicer.modules, f"{name}Widget", self._python)
        callbacks.guarded(self._python.setup, f"{name}: setup")()
        self._entered = False
        if entered:
            self.come()

    def come(self) -> None:
        """The module is shown."""
        if not self._entered:
            self._entered = True
            callbacks.guarded(self._python.enter, f"{self._module.name}: enter")()

    def leave(self) -> None:
        """Another module is shown."""
        if self._entered:
            self._entered = False
            callbacks.guarded(self._python.exit, f"{self._module.name}: exit")()


def load(path: Path) -> qSlicerScriptedLoadableModule:
    """Import a module's file, register and fill in the module; no panel is made yet."""
    import slicer

    path = path.resolve()
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    python: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = python
    spec.loader.exec_module(python)
    module = qSlicerScriptedLoadableModule(path)
    setattr(slicer.modules, path.stem.lower(), module)
    slicer.app.moduleManager().loaded[path.stem] = module
    setattr(slicer.modules, f"{path.stem}Instance", getattr(python, path.stem)(module))
    return module


def unload(name: str) -> None:
    """Take a module away, as at the end of the program."""
    import slicer

    manager = slicer.app.moduleManager()
    if manager.selectedModule == name:
        manager.selectModule("")
        manager.window.takeCentralWidget()
    manager.moduleAboutToBeUnloaded.emit(name)
    manager.loaded.pop(name).unload()
    for attribute in (name.lower(), f"{name}Widget", f"{name}Instance"):
        if hasattr(slicer.modules, attribute):
            delattr(slicer.modules, attribute)
    sys.modules.pop(name, None)
