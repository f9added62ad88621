"""``slicer.app``: the application with its scene, settings and managers."""

import tempfile
from typing import Any

from PySide6 import QtCore, QtWidgets

from double import logics
from double.file_io import FileManager
from double.layout import LayoutManager
from double.module_manager import ModuleManager

VERSION = (5, 12, 0)
"""Of the Slicer that is imitated: the oldest that the extension supports."""


class CommandOptions:
    """How Slicer was started."""

    runPythonAndExit = False
    noMainWindow = False


class Application(QtWidgets.QApplication):
    """Qt's application, and what Slicer adds to it."""

    startupCompleted_ = QtCore.Signal()
    mrmlSceneChanged = QtCore.Signal(object)
    signatures = {
        "startupCompleted()": "startupCompleted_()",
        "mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged(PyObject)",
    }

    def __init__(self, slicer: Any) -> None:
        super().__init__(["Slicer"])
        self.setOrganizationName("NA-MIC")
        self.setApplicationName("Slicer")
        self.setQuitOnLastWindowClosed(False)
        self.applicationVersion = ".".join(map(str, VERSION))
        self.majorVersion, self.minorVersion = VERSION[:2]
        self.revision = "0"
        self.documentationBaseUrl = "https://slicer.readthedocs.io/en/latest/"
        self.temporaryPath = tempfile.mkdtemp(prefix="double-")
        self.slicerHome = self.extensionsInstallPath = self.temporaryPath
        self.testing = False
        self.paused = 0
        self._options = CommandOptions()
        self._slicer, self._scene = slicer, slicer.vtkMRMLScene()
        self._logic = slicer.vtkSlicerApplicationLogic()
        self._logic.SetHomeDirectory(self.temporaryPath)
        self._logic.SetTemporaryPath(self.temporaryPath)
        self._logic.SetMRMLScene(self._scene)
        self._layout = LayoutManager(slicer, self._scene, self._logic)
        self.logic_modules = logics.make(slicer, self._scene, self._logic)
        self._files = FileManager(self._scene, self.logic_modules)
        self._modules = ModuleManager()

    def mrmlScene(self) -> Any:
        return self._scene

    def applicationLogic(self) -> Any:
        return self._logic

    def layoutManager(self) -> LayoutManager:
        return self._layout

    def coreIOManager(self) -> FileManager:
        return self._files

    ioManager = coreIOManager

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def commandOptions(self) -> CommandOptions:
        return self._options

    def testingEnabled(self) -> bool:
        """False, so that messages are recorded as they are shown; `testing` changes it."""
        return self.testing

    def settings(self) -> QtCore.QSettings:
        return QtCore.QSettings()

    userSettings = revisionUserSettings = settings

    def pauseRender(self) -> None:
        self.paused += 1

    def resumeRender(self) -> None:
        if not self.paused:
            raise RuntimeError("rendering was resumed but not paused")
        self.paused -= 1

    def isPaused(self) -> bool:
        return self.paused > 0

    def isInstalled(self) -> bool:
        return True

    def moduleDocumentationUrl(self, name: str) -> str:
        return f"{self.documentationBaseUrl}user_guide/modules/{name.lower()}.html"

    def restart(self) -> None:
        raise RuntimeError("the application was asked to restart")


class MainWindow(QtWidgets.QMainWindow):
    """The window, with the panel of the module that is shown."""

    def __init__(self, modules: ModuleManager) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._modules = modules
        modules.window = self

    def moduleSelector(self) -> ModuleManager:
        return self._modules
