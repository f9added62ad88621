"""The selector of nodes, which follows the real scene."""

from typing import Any

from PySide6 import QtCore, QtWidgets

from double.widgets.node_list import Attribute, fits, listed
from double.widgets.own import checked, stored
from double.widgets.scene import Observing

_BATCH_ENDS = ("EndBatchProcessEvent", "EndCloseEvent", "EndImportEvent", "EndRestoreEvent")


class qMRMLNodeComboBox(Observing, QtWidgets.QWidget):
    """Offers nodes of some classes; what is chosen is a node or None."""

    currentNodeChanged = QtCore.Signal(object)
    currentNodeIDChanged = QtCore.Signal(str)
    currentNodeRenamed = QtCore.Signal(str)
    nodeActivated = QtCore.Signal(object)
    nodeAdded = QtCore.Signal(object)
    nodeAddedByUser = QtCore.Signal(object)
    nodeAboutToBeRemoved = QtCore.Signal(object)
    nodeAboutToBeEdited = QtCore.Signal(object)
    validNodeChanged = QtCore.Signal(bool)
    signatures = {
        "currentNodeChanged(vtkMRMLNode*)": "currentNodeChanged(PyObject)",
        "currentNodeChanged(bool)": "validNodeChanged(bool)",
        "nodeActivated(vtkMRMLNode*)": "nodeActivated(PyObject)",
        "nodeAdded(vtkMRMLNode*)": "nodeAdded(PyObject)",
        "nodeAddedByUser(vtkMRMLNode*)": "nodeAddedByUser(PyObject)",
        "nodeAboutToBeRemoved(vtkMRMLNode*)": "nodeAboutToBeRemoved(PyObject)",
        "nodeAboutToBeEdited(vtkMRMLNode*)": "nodeAboutToBeEdited(PyObject)",
    }
    nodeTypes, setNodeTypes = stored(list, "nodeTypes")
    hideChildNodeTypes, setHideChildNodeTypes = stored(list, "hideChildNodeTypes")
    showHidden, setShowHidden = stored(bool, "showHidden")
    showChildNodeTypes, setShowChildNodeTypes = stored(bool, "showChildNodeTypes", True)
    baseName, setBaseName = stored(str, "baseName")
    noneEnabled, setNoneEnabled = stored(bool, "noneEnabled")
    noneDisplay, setNoneDisplay = stored(str, "noneDisplay", "None")
    addEnabled, setAddEnabled = stored(bool, "addEnabled", True)
    removeEnabled, setRemoveEnabled = stored(bool, "removeEnabled", True)
    editEnabled, setEditEnabled = stored(bool, "editEnabled")
    renameEnabled, setRenameEnabled = stored(bool, "renameEnabled")
    selectNodeUponCreation, setSelectNodeUponCreation = stored(bool, "selectNodeUponCreation", True)
    interactionNodeSingletonTag, setInteractionNodeSingletonTag = stored(str, "interactionNodeSingletonTag")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._chosen: Any = None
        self._told = ""
        self._attributes: list[Attribute] = []
        self._box = QtWidgets.QComboBox(self)
        self._box.setSizeAdjustPolicy(self._box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(10)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        self._box.activated.connect(self._picked)
        self.setEnabled(False)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self._stop_observing()
        self._scene = scene
        self.setEnabled(scene is not None)
        if scene is not None:
            self._observe(scene, scene.NodeAddedEvent, self._came, data=True)
            self._observe(scene, scene.NodeAboutToBeRemovedEvent, self._goes, data=True)
            self._observe(scene, scene.NodeRemovedEvent, self._gone, data=True)
            for event in _BATCH_ENDS:
                self._observe(scene, getattr(scene, event), lambda *_: self._refresh())
        self._refresh()

    def nodes(self) -> list[Any]:
        """Those that are offered."""
        return listed(self._scene, *self._filter())

    def nodeCount(self) -> int:
        return len(self.nodes())

    def nodeFromIndex(self, index: int) -> Any:
        return self.nodes()[index] if 0 <= index < self.nodeCount() else None

    def currentNode(self) -> Any:
        return self._chosen

    def setCurrentNode(self, node: Any) -> None:
        if isinstance(node, str):
            node = self._scene.GetNodeByID(node) if self._scene and node else None
        if node is not None and not hasattr(node, "IsA"):
            raise ValueError(f"setCurrentNode takes a node, not {node!r}")
        self._choose(node if node in self.nodes() else None)

    def _get_id(self) -> str:
        return str(self._chosen.GetID()) if self._chosen is not None else ""

    def setCurrentNodeID(self, identity: str) -> None:
        self.setCurrentNode(checked(str, "currentNodeID", identity))

    currentNodeID = QtCore.Property(str, _get_id, setCurrentNodeID, notify=currentNodeIDChanged)

    def setCurrentNodeIndex(self, index: int) -> None:
        self._choose(self.nodeFromIndex(index))

    def addAttribute(self, kind: str, name: str, value: Any = None) -> None:
        """Offer nodes of a class only with this attribute; new ones get it."""
        self._attributes.append((kind, name, value))
        self._refresh()

    def removeAttribute(self, kind: str, name: str) -> None:
        self._attributes = [a for a in self._attributes if a[:2] != (kind, name)]
        self._refresh()

    def addNode(self, kind: str = "") -> Any:
        """Make a node, as the user does by "Create new"."""
        kind = kind or self.nodeTypes[0]
        node = self._scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        node.SetName(self._scene.GenerateUniqueName(self.baseName or node.GetNodeTagName()))
        for of, name, value in self._attributes:
            if node.IsA(of):
                node.SetAttribute(name, "" if value is None else str(value))
        node = self._scene.AddNode(node)
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        if self._chosen is not None:
            self._scene.RemoveNode(self._chosen)

    def pick(self, node: Any) -> None:
        """Choose as a user does, by the list. Of the double only: for tests."""
        row = self._box.findData(node.GetID() if node is not None else "")
        if row < 0 or not self.isEnabled():
            raise ValueError(
                f"{self.property('objectName')} does not offer {node and node.GetName()!r}, or is disabled"
            )
        self._box.setCurrentIndex(row)
        self._picked(row)

    def _filter(self) -> tuple[Any, ...]:
        return (
            self.nodeTypes,
            self._attributes,
            self.showHidden,
            self.showChildNodeTypes,
            self.hideChildNodeTypes,
        )

    def _nodeTypes_set(self) -> None:
        self._refresh()

    _noneEnabled_set = _noneDisplay_set = _showHidden_set = _hideChildNodeTypes_set = _nodeTypes_set
    _showChildNodeTypes_set = _nodeTypes_set

    def _came(self, node: Any, _event: str) -> None:
        if not self._scene.IsBatchProcessing():
            self._refresh()
        if fits(node, *self._filter()):
            self.nodeAdded.emit(node)

    def _goes(self, node: Any, _event: str) -> None:
        if fits(node, *self._filter()):
            self.nodeAboutToBeRemoved.emit(node)

    def _gone(self, node: Any, _event: str) -> None:
        self._stop_observing(node)
        if not self._scene.IsBatchProcessing():
            self._refresh()

    def _changed(self, node: Any, _event: str) -> None:
        row = self._box.findData(node.GetID())
        if (row >= 0) != fits(node, *self._filter()):
            self._refresh()
        elif row >= 0 and self._box.itemText(row) != node.GetName():
            self._box.setItemText(row, node.GetName() or "")
            if node is self._chosen:
                self.currentNodeRenamed.emit(node.GetName() or "")

    def _refresh(self) -> None:
        """Offer what the scene has now; a choice that is gone falls to None, or to the first node."""
        nodes, held = self.nodes(), {id(watched) for watched, _ in self.__dict__.get("_watched", [])}
        self._box.blockSignals(True)
        self._box.clear()
        if self.noneEnabled or not nodes:
            self._box.addItem(self.noneDisplay, "")
        for node in nodes:
            self._box.addItem(node.GetName() or "", node.GetID())
        self._box.blockSignals(False)
        for node in listed(self._scene, self.nodeTypes, hidden=True):
            if id(node) not in held:
                self._observe(node, "ModifiedEvent", self._changed)
        chosen = self._chosen if self._chosen in nodes else None
        self._choose(chosen)

    def _choose(self, node: Any) -> None:
        if node is None and not self.noneEnabled and self.nodes():
            node = self.nodes()[0]
        self._chosen = node
        self._box.setCurrentIndex(max(0, self._box.findData(self._get_id())))
        if self._told != self._get_id():
            self._told = self._get_id()
            self.currentNodeChanged.emit(node)
            self.validNodeChanged.emit(node is not None)
            self.currentNodeIDChanged.emit(self._told)

    def _picked(self, row: int) -> None:
        identity = self._box.itemData(row)
        self._choose(self._scene.GetNodeByID(identity) if identity else None)
        self.nodeActivated.emit(self._chosen)
