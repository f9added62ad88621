"""Which modules there are, and which one is shown."""

from typing import Any

from PySide6 import QtCore


class FactoryManager:
    """``slicer.app.moduleManager().factoryManager()``."""

    def __init__(self, modules: dict[str, Any]) -> None:
        self._modules = modules

    def loadedModuleNames(self) -> list[str]:
        return list(self._modules)

    def isLoaded(self, name: str) -> bool:
        return name in self._modules


class ModuleManager(QtCore.QObject):
    """``slicer.app.moduleManager()``, and the selector of the main window."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)
    modulesLoaded = QtCore.Signal(list)
    signatures = {
        "moduleAboutToBeUnloaded(QString)": "moduleAboutToBeUnloaded(QString)",
        "modulesLoaded(QStringList)": "modulesLoaded(QVariantList)",
    }

    def __init__(self) -> None:
        super().__init__()
        self.loaded: dict[str, Any] = {}
        self.selectedModule = ""
        self.window: Any = None

    def module(self, name: str) -> Any:
        return self.loaded.get(name)

    def modulesNames(self) -> list[str]:
        return list(self.loaded)

    def factoryManager(self) -> FactoryManager:
        return FactoryManager(self.loaded)

    def selectModule(self, name: str) -> None:
        """Leave the module that is shown and enter another; ``""`` for none."""
        if name and name not in self.loaded:
            raise ValueError(f"there is no module {name}")
        if self.selectedModule in self.loaded:
            self.loaded[self.selectedModule].widgetRepresentation().leave()
        self.selectedModule = name
        if name:
            representation = self.loaded[name].widgetRepresentation()
            self.window.takeCentralWidget()
            self.window.setCentralWidget(representation)
            representation.setVisible(True)
            representation.come()
