"""The view of a table node."""

from typing import Any

from PySide6 import QtCore, QtWidgets

from double.widgets.own import stored
from double.widgets.scene import Observing, qMRMLWidget


class _Rows(QtCore.QAbstractTableModel):
    """The cells of a vtkTable."""

    def __init__(self, view: Any) -> None:
        super().__init__(view)
        self._node: Any = None

    def _table(self) -> Any:
        return self._node.GetTable() if self._node is not None else None

    def rowCount(self, _parent: Any = None) -> int:
        return int(self._table().GetNumberOfRows()) if self._table() else 0

    def columnCount(self, _parent: Any = None) -> int:
        return int(self._table().GetNumberOfColumns()) if self._table() else 0

    def data(self, index: Any, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (QtCore.Qt.ItemDataRole.DisplayRole, QtCore.Qt.ItemDataRole.EditRole):
            return None
        return self._table().GetValue(index.row(), index.column()).ToString()

    def headerData(self, section: int, orientation: Any, role: int = 0) -> Any:
        if role != QtCore.Qt.ItemDataRole.DisplayRole or orientation != QtCore.Qt.Orientation.Horizontal:
            return None
        return self._table().GetColumnName(section) if self._table() else None


class qMRMLTableView(Observing, QtWidgets.QTableView):
    """Shows a table node and follows it."""

    signatures = {"mrmlTableNodeChanged(vtkMRMLNode*)": "mrmlTableNodeChanged(PyObject)"}
    mrmlTableNodeChanged = QtCore.Signal(object)
    selectionChanged_ = QtCore.Signal()
    transposed, setTransposed = stored(bool, "transposed")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows, self._scene = _Rows(self), None
        self.setModel(self._rows)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene

    def mrmlTableNode(self) -> Any:
        return self._rows._node

    def setMRMLTableNode(self, node: Any) -> None:
        self._stop_observing()
        self._rows._node = node
        if node is not None:
            self._observe(node, "ModifiedEvent", lambda *_: self._refresh())
        self._refresh()
        self.mrmlTableNodeChanged.emit(node)

    def _refresh(self) -> None:
        self._rows.beginResetModel()
        self._rows.endResetModel()


class qMRMLTableWidget(qMRMLWidget):
    """A table view with its bar."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._view = qMRMLTableView(self)
        QtWidgets.QVBoxLayout(self).addWidget(self._view)

    def tableView(self) -> qMRMLTableView:
        return self._view
