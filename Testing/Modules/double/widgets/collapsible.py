"""Sections that fold."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from double.widgets.own import stored

HEADER, TITLE, HIGHEST = 26, 18, 16777215


class _Folding:
    """Hides and shows the children; children that were hidden by themselves stay so."""

    _folded: list[QtWidgets.QWidget]

    def _fold(self, fold: bool) -> None:
        children: list[Any] = [c for c in self.children() if isinstance(c, QtWidgets.QWidget)]  # type: ignore[attr-defined]
        if fold:
            self._folded = [c for c in children if not c.isHidden()]
            for child in self._folded:
                child.hide()
        else:
            for child in self.__dict__.get("_folded", []):
                child.show()
            self._folded = []
        self.updateGeometry()  # type: ignore[attr-defined]

    def childEvent(self, event: QtCore.QChildEvent) -> None:
        child: Any = event.child()
        if event.polished() and not self.isChecked() and isinstance(child, QtWidgets.QWidget):
            self.__dict__.setdefault("_folded", []).append(child)
            child.hide()


class ctkCollapsibleButton(_Folding, QtWidgets.QAbstractButton):
    """A heading; a click on it folds what is under it."""

    contentsCollapsed = QtCore.Signal(bool)
    contentsFrameShape, setContentsFrameShape = stored(int, "contentsFrameShape")
    contentsFrameShadow, setContentsFrameShadow = stored(int, "contentsFrameShadow")
    contentsLineWidth, setContentsLineWidth = stored(int, "contentsLineWidth", 1)
    collapsedHeight, setCollapsedHeight = stored(int, "collapsedHeight", 10)

    def __init__(self, text: Any = None, parent: Any = None) -> None:
        super().__init__(text if isinstance(text, QtWidgets.QWidget) else parent)
        if isinstance(text, str):
            self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setContentsMargins(0, HEADER, 0, 0)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Maximum)
        self.toggled.connect(self._switched)

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def setCollapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = QtCore.Property(bool, _is_collapsed, setCollapsed, notify=contentsCollapsed)

    def _switched(self, open_: bool) -> None:
        self._fold(not open_)
        self.contentsCollapsed.emit(not open_)

    def hitButton(self, position: QtCore.QPoint) -> bool:
        return position.y() <= HEADER

    def sizeHint(self) -> QtCore.QSize:
        return self._size("totalSizeHint")

    def minimumSizeHint(self) -> QtCore.QSize:
        return self._size("totalMinimumSize")

    def _size(self, of_layout: str) -> QtCore.QSize:
        size = QtCore.QSize(self.fontMetrics().horizontalAdvance(self.property("text")) + 40, HEADER)
        layout: Any = self.layout()
        if layout is not None and self.isChecked():
            size = size.expandedTo(getattr(layout, of_layout)())  # the heading is a margin of the widget
        return size

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter, style = QtWidgets.QStylePainter(self), QtWidgets.QStyle
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.rect = QtCore.QRect(0, 0, self.property("width"), HEADER - 2)
        painter.drawControl(style.ControlElement.CE_PushButtonBevel, option)
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QtCore.QRect(8, 7, 11, 11)
        down, right = (
            style.PrimitiveElement.PE_IndicatorArrowDown,
            style.PrimitiveElement.PE_IndicatorArrowRight,
        )
        painter.drawPrimitive(down if self.isChecked() else right, arrow)
        painter.drawText(
            QtCore.QRect(28, 0, self.property("width"), HEADER - 2),
            QtCore.Qt.AlignmentFlag.AlignVCenter,
            self.property("text"),
        )


class ctkCollapsibleGroupBox(_Folding, QtWidgets.QGroupBox):
    """A group box that folds by its title's tick."""

    collapsedHeight, setCollapsedHeight = stored(int, "collapsedHeight", 14)

    def __init__(self, title: Any = None, parent: Any = None) -> None:
        super().__init__(title if isinstance(title, QtWidgets.QWidget) else parent)
        if isinstance(title, str):
            self.setTitle(title)
        self.setCheckable(True)
        self.toggled.connect(self._switched)

    def _switched(self, open_: bool) -> None:
        self._fold(not open_)
        self.setFlat(not open_)
        self.setMaximumHeight(HIGHEST if open_ else TITLE)

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def setCollapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = QtCore.Property(bool, _is_collapsed, setCollapsed)
