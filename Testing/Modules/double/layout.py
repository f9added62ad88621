"""The layout manager: real layout logic, slice nodes and slice logics; no views are drawn."""

from typing import Any

from PySide6 import QtCore

from double.widgets.plots import qMRMLPlotWidget
from double.widgets.tables import qMRMLTableWidget

SLICES = ("Red", "Green", "Yellow")
SIZE = (256, 256, 1)


class SliceWidget:
    """What stands for a slice view: its node and its logic."""

    def __init__(self, logic: Any) -> None:
        self._logic = logic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def sliceLogic(self) -> Any:
        return self._logic

    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()

    def sliceController(self) -> "SliceWidget":
        return self

    def sliceView(self) -> "View":
        return View()


class View:
    """A view that nobody sees; counts what it is asked for."""

    resets = 0

    def forceRender(self) -> None:
        """Nothing is drawn."""

    scheduleRender = forceRender

    def resetFocalPoint(self) -> None:
        View.resets += 1

    resetCamera = resetFocalPoint


class ThreeDWidget:
    """What stands for a 3D view."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def mrmlViewNode(self) -> Any:
        return self._node

    def threeDView(self) -> View:
        return View()


class LayoutManager(QtCore.QObject):
    """``slicer.app.layoutManager()``."""

    layoutChanged = QtCore.Signal(int)

    def __init__(self, slicer: Any, scene: Any, logic: Any) -> None:
        super().__init__()
        self._slicer, self._scene, self._application = slicer, scene, logic
        self._layouts = slicer.vtkMRMLLayoutLogic()
        self._layouts.SetMRMLScene(scene)
        self._slices: dict[str, SliceWidget] = {}
        self._plots: dict[str, qMRMLPlotWidget] = {}
        self._tables: dict[str, qMRMLTableWidget] = {}
        import vtk

        self._collection = vtk.vtkCollection()
        logic.SetSliceLogics(self._collection)
        scene.AddObserver(scene.EndCloseEvent, lambda *_: self.follow())
        self.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)

    def follow(self) -> None:
        """Give each slice node of the scene a logic, and drop those whose node is gone."""
        for name in SLICES:
            node = self._scene.GetSingletonNode(name, "vtkMRMLSliceNode")
            if node is not None and (
                name not in self._slices or self._slices[name].mrmlSliceNode() is not node
            ):
                self._add_slice(name, node)

    def _add_slice(self, name: str, node: Any) -> None:
        logic = self._slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(self._application)
        logic.SetMRMLScene(self._scene)
        if name in self._slices:
            self._collection.RemoveItem(self._slices[name].sliceLogic())
        node.SetDimensions(*SIZE)
        logic.SetSliceNode(node)
        logic.ResizeSliceNode(*SIZE[:2])
        self._collection.AddItem(logic)
        self._slices[name] = SliceWidget(logic)

    def layoutLogic(self) -> Any:
        return self._layouts

    def _get_layout(self) -> int:
        return int(self._layouts.GetLayoutNode().GetViewArrangement())

    def setLayout(self, number: int) -> None:
        self._layouts.GetLayoutNode().SetViewArrangement(number)
        self.follow()
        self.layoutChanged.emit(number)

    layout = QtCore.Property(int, _get_layout, setLayout)

    def sliceViewNames(self) -> list[str]:
        self.follow()
        return list(self._slices)

    def sliceWidget(self, name: str) -> Any:
        self.follow()
        return self._slices.get(name)

    def mrmlSliceLogics(self) -> Any:
        self.follow()
        return self._collection

    def resetSliceViews(self) -> None:
        for widget in self._slices.values():
            widget.sliceLogic().FitSliceToAll()

    def resetThreeDViews(self) -> None:
        View.resets += 1

    def _nodes(self, kind: str) -> list[Any]:
        return [
            self._scene.GetNthNodeByClass(n, kind) for n in range(self._scene.GetNumberOfNodesByClass(kind))
        ]

    threeDViewCount = QtCore.Property(int, lambda self: len(self._nodes("vtkMRMLViewNode")))
    plotViewCount = QtCore.Property(int, lambda self: len(self._nodes("vtkMRMLPlotViewNode")))
    tableViewCount = QtCore.Property(int, lambda self: len(self._nodes("vtkMRMLTableViewNode")))

    def threeDWidget(self, index: int) -> Any:
        nodes = self._nodes("vtkMRMLViewNode")
        return ThreeDWidget(nodes[index]) if index < len(nodes) else None

    def activeMRMLThreeDViewNode(self) -> Any:
        return (self._nodes("vtkMRMLViewNode") or [None])[0]

    def plotWidget(self, index: int) -> Any:
        nodes = self._nodes("vtkMRMLPlotViewNode")
        if index >= len(nodes):
            return None
        widget = self._plots.setdefault(nodes[index].GetID(), qMRMLPlotWidget())
        if widget.mrmlPlotViewNode() is not nodes[index]:
            widget.setMRMLPlotViewNode(nodes[index])
        return widget

    def tableWidget(self, index: int) -> Any:
        nodes = self._nodes("vtkMRMLTableViewNode")
        if index >= len(nodes):
            return None
        widget = self._tables.setdefault(nodes[index].GetID(), qMRMLTableWidget())
        widget.tableView().setMRMLTableNode(nodes[index].GetTableNode())
        return widget

    def setLayoutEnabled(self, _enabled: bool) -> None:
        """Nothing is laid out here."""
