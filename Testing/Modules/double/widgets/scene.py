"""Widgets of Slicer that know the scene."""

from typing import Any

import shiboken6
import vtk
from PySide6 import QtCore, QtWidgets

SCENE_SIGNAL = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged(PyObject)"}


class qMRMLWidget(QtWidgets.QWidget):
    """A panel that hands the scene on to what it holds."""

    mrmlSceneChanged = QtCore.Signal(object)
    signatures = SCENE_SIGNAL

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class Observing:
    """Observers of VTK objects that end with the widget: its C++ side may be gone before the Python side."""

    def _observe(self, watched: Any, event: Any, slot: Any, data: bool = False) -> None:
        def call(caller: Any, event_name: str, node: Any = None) -> None:
            if shiboken6.isValid(self):
                slot(node if data else caller, event_name)

        if data:
            call.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
        self.__dict__.setdefault("_watched", []).append((watched, watched.AddObserver(event, call)))

    def _stop_observing(self, only: Any = None) -> None:
        kept = []
        for watched, tag in self.__dict__.get("_watched", []):
            if only is None or watched is only:
                watched.RemoveObserver(tag)
            else:
                kept.append((watched, tag))
        self.__dict__["_watched"] = kept
