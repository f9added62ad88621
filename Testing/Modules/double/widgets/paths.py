"""Widgets for files and folders."""

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from double.widgets.own import checked, stored


class ctkPathLineEdit(QtWidgets.QWidget):
    """A line for a path, with a button that opens a dialog."""

    currentPathChanged = QtCore.Signal(str)
    validInputChanged = QtCore.Signal(bool)
    Dirs, Files, Drives, NoSymLinks = 0x1, 0x2, 0x4, 0x8
    Readable, Writable, Executable, Hidden = 0x10, 0x20, 0x40, 0x100
    NoDotAndDotDot, NoDot, NoDotDot = 0x1000, 0x2000, 0x4000
    label, setLabel = stored(str, "label")
    filters, setFilters = stored(int, "filters", 0x7)
    nameFilters, setNameFilters = stored(list, "nameFilters")
    settingKey, setSettingKey = stored(str, "settingKey")
    showBrowseButton, setShowBrowseButton = stored(bool, "showBrowseButton", True)
    showHistoryButton, setShowHistoryButton = stored(bool, "showHistoryButton", True)
    minimumContentsLength, setMinimumContentsLength = stored(int, "minimumContentsLength")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._line, self._button, self._valid = QtWidgets.QComboBox(self), QtWidgets.QToolButton(self), False
        self._line.setEditable(True)
        self._line.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self._line.setMinimumContentsLength(12)
        self._button.setText("...")
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line)
        row.addWidget(self._button)
        self._line.editTextChanged.connect(self._changed)
        self._button.clicked.connect(lambda *_: self.browse())

    def _get(self) -> str:
        return str(self._line.property("currentText"))

    def setCurrentPath(self, path: str) -> None:
        self._line.setEditText(checked(str, "currentPath", path))

    currentPath = QtCore.Property(str, _get, setCurrentPath)

    def _showBrowseButton_set(self) -> None:
        self._button.setVisible(self.showBrowseButton)

    def _changed(self, text: str) -> None:
        valid = bool(text) and (Path(text).exists() or bool(self.filters & self.Writable))
        if valid != self._valid:
            self._valid = valid
            self.validInputChanged.emit(valid)
        self.currentPathChanged.emit(text)

    def browse(self) -> None:
        """Ask for a folder, a file to read or one to write, as the filters say."""
        kind = "getExistingDirectory"
        if self.filters & self.Files:
            kind = "getSaveFileName" if self.filters & self.Writable else "getOpenFileName"
        chosen = getattr(QtWidgets.QFileDialog, kind)(self, self.label or "Select", self._get())
        if chosen:
            self.setCurrentPath(chosen)

    def addCurrentPathToHistory(self) -> None:
        """Keep the path among those that the line offers."""
        if self._get() and self._line.findText(self._get()) < 0:
            self._line.addItem(self._get())

    def retrieveHistory(self) -> None:
        """Nothing: the double keeps no history between runs."""

    def comboBox(self) -> QtWidgets.QComboBox:
        """The line itself."""
        return self._line


class ctkDirectoryButton(QtWidgets.QWidget):
    """A button that shows a folder and asks for another."""

    directoryChanged = QtCore.Signal(str)
    directorySelected = QtCore.Signal(str)
    caption, setCaption = stored(str, "caption")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._directory, self._button = ".", QtWidgets.QPushButton(".", self)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._button)
        self._button.clicked.connect(lambda *_: self.browse())

    def _get(self) -> str:
        return self._directory

    def setDirectory(self, folder: str) -> None:
        folder = checked(str, "directory", folder)
        if folder != self._directory:
            self._directory = folder
            self._button.setText(folder)
            self.directoryChanged.emit(folder)

    directory = QtCore.Property(str, _get, setDirectory)

    def browse(self) -> None:
        """Ask for a folder."""
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self, self.caption, self._directory)
        if chosen:
            self.setDirectory(chosen)
            self.directorySelected.emit(chosen)
