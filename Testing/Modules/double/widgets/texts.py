"""Buttons, lists and texts of CTK that differ little from Qt's."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from double.widgets.own import stored


class ctkComboBox(QtWidgets.QComboBox):
    """A list that may say something while nothing is chosen."""

    defaultText, setDefaultText = stored(str, "defaultText")
    forceDefault, setForceDefault = stored(bool, "forceDefault")
    scrollWheelEnabled, setScrollWheelEnabled = stored(bool, "scrollWheelEnabled", True)

    def _defaultText_set(self) -> None:
        self.setPlaceholderText(self.defaultText)


class ctkCheckableComboBox(QtWidgets.QComboBox):
    """A list whose entries can be ticked."""

    checkedIndexesChanged = QtCore.Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.model().dataChanged.connect(lambda *_: self.checkedIndexesChanged.emit())

    def checkedIndexes(self) -> list[QtCore.QModelIndex]:
        """Those that are ticked."""
        model, ticked = self.model(), QtCore.Qt.CheckState.Checked
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        return [index for index in rows if self.checkState(index) == ticked]

    def checkState(self, index: QtCore.QModelIndex) -> QtCore.Qt.CheckState:
        """Whether one is."""
        held = self.model().data(index, QtCore.Qt.ItemDataRole.CheckStateRole)
        return QtCore.Qt.CheckState(held or 0)

    def setCheckState(self, index: QtCore.QModelIndex, state: QtCore.Qt.CheckState) -> None:
        """Tick one, or not."""
        self.model().setData(index, QtCore.Qt.CheckState(state), QtCore.Qt.ItemDataRole.CheckStateRole)


class ctkMessageBox(QtWidgets.QMessageBox):
    """A box that need not be shown again."""

    dontShowAgain, setDontShowAgain = stored(bool, "dontShowAgain")
    dontShowAgainVisible, setDontShowAgainVisible = stored(bool, "dontShowAgainVisible")
    dontShowAgainSettingsKey, setDontShowAgainSettingsKey = stored(str, "dontShowAgainSettingsKey")


class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    """A text that is as high as it needs."""

    collapsible, setCollapsible = stored(bool, "collapsible")
    collapsed, setCollapsed = stored(bool, "collapsed", True)

    def sizeHint(self) -> QtCore.QSize:
        width = max(100, self.property("width"))
        document: Any = self.document().clone()
        document.setTextWidth(width - 8)
        return QtCore.QSize(width, int(document.size().height()) + 8)


class ctkSearchBox(QtWidgets.QLineEdit):
    """A line to search with."""

    showSearchIcon, setShowSearchIcon = stored(bool, "showSearchIcon")
    alwaysShowClearIcon, setAlwaysShowClearIcon = stored(bool, "alwaysShowClearIcon")


class ctkPushButton(QtWidgets.QPushButton):
    """A button that gives its text room."""

    buttonTextAlignment, setButtonTextAlignment = stored(int, "buttonTextAlignment")
    elideMode, setElideMode = stored(int, "elideMode")


class ctkMenuButton(QtWidgets.QPushButton):
    """A button with a menu beside it."""


class ctkCheckBox(QtWidgets.QCheckBox):
    """A tick with two pictures."""


class ctkDynamicSpacer(QtWidgets.QWidget):
    """Room that is taken or given."""

    active, setActive = stored(bool, "active")


class ctkColorPickerButton(QtWidgets.QPushButton):
    """A button with a colour."""

    colorChanged = QtCore.Signal(QtGui.QColor)
    displayColorName, setDisplayColorName = stored(bool, "displayColorName", True)

    def _get(self) -> QtGui.QColor:
        return self.__dict__.get("_color", QtGui.QColor("black"))  # type: ignore[no-any-return]

    def setColor(self, color: QtGui.QColor) -> None:
        if color != self._get():
            self._color = QtGui.QColor(color)
            self.colorChanged.emit(self._color)

    color = QtCore.Property(QtGui.QColor, _get, setColor)
