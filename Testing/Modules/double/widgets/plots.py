"""The view of a plot chart: curves as plain lines."""

import math
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from double.widgets.scene import Observing, qMRMLWidget

Points = list[tuple[float, float]]
_EDGE = 44


class qMRMLPlotView(Observing, QtWidgets.QWidget):
    """Draws the chart of a plot view node."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._node: Any = None
        self.setMinimumHeight(160)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene

    def mrmlPlotViewNode(self) -> Any:
        return self._node

    def setMRMLPlotViewNode(self, node: Any) -> None:
        self._stop_observing()
        self._node = node
        if node is not None:
            self._observe(node, "ModifiedEvent", lambda *_: self.update())
        self.update()

    def fitToContent(self) -> None:
        self.update()

    def chart(self) -> Any:
        """The chart that is shown. Of the double only: for tests."""
        return self._node.GetPlotChartNode() if self._node is not None else None

    def curves(self) -> list[tuple[str, tuple[float, float, float], Points]]:
        """Name, colour and points of what is drawn. Of the double only: for tests."""
        chart, found = self.chart(), []
        for number in range(chart.GetNumberOfPlotSeriesNodes() if chart else 0):
            series = chart.GetNthPlotSeriesNode(number)
            found.append(
                (series.GetName(), series.GetColor(), _points(series, bool(chart.GetYAxisLogScale())))
            )
        return found

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        area = QtCore.QRectF(self.rect.adjusted(_EDGE, 24, -12, -24))  # type: ignore[attr-defined]
        painter.fillRect(self.rect, QtGui.QColor("white"))
        painter.drawRect(area)
        chart = self.chart()
        if chart is None:
            return
        painter.drawText(_EDGE, 16, chart.GetTitle() or "")
        points = [point for _, _, curve in self.curves() for point in curve]
        if not points:
            return
        low = [min(values) for values in zip(*points, strict=True)]
        span = [
            max(values) - least or 1.0 for values, least in zip(zip(*points, strict=True), low, strict=True)
        ]
        self._draw_ticks(painter, area, low, span, bool(chart.GetYAxisLogScale()))
        for number, (name, colour, curve) in enumerate(self.curves()):
            painter.setPen(QtGui.QPen(QtGui.QColor.fromRgbF(*colour), 1.6))
            placed = [
                QtCore.QPointF(
                    area.left() + area.width() * (x - low[0]) / span[0],
                    area.bottom() - area.height() * (y - low[1]) / span[1],
                )
                for x, y in curve
            ]
            painter.drawPolyline(placed)
            painter.drawText(area.topRight() + QtCore.QPointF(-90, 16 + 14 * number), name or "")

    def _draw_ticks(
        self,
        painter: QtGui.QPainter,
        area: QtCore.QRectF,
        low: list[float],
        span: list[float],
        logarithmic: bool,
    ) -> None:
        """Numbers along both axes."""
        grey, align = QtGui.QPen(QtGui.QColor("#d8d8d8")), QtCore.Qt.AlignmentFlag
        for number in range(5):
            x, y = area.left() + area.width() * number / 4, area.bottom() - area.height() * number / 4
            right, above = low[0] + span[0] * number / 4, low[1] + span[1] * number / 4
            painter.setPen(grey)
            if 0 < number < 4:
                painter.drawLine(QtCore.QPointF(area.left(), y), QtCore.QPointF(area.right(), y))
            painter.setPen(QtGui.QPen(QtGui.QColor("#141414")))
            text = f"{10**above if logarithmic else above:.2g}"
            painter.drawText(
                QtCore.QRectF(0, y - 8, _EDGE - 5, 16), align.AlignRight | align.AlignVCenter, text
            )
            painter.drawText(
                QtCore.QRectF(x - 30, area.bottom() + 4, 60, 16), align.AlignHCenter, f"{right:.0f}"
            )


def _points(series: Any, logarithmic: bool) -> Points:
    table = series.GetTableNode().GetTable() if series.GetTableNode() else None
    if table is None:
        return []
    x, y = (
        table.GetColumnByName(series.GetXColumnName() or ""),
        table.GetColumnByName(series.GetYColumnName() or ""),
    )
    if y is None:
        return []
    rows = range(table.GetNumberOfRows())
    pairs = [(float(x.GetTuple1(r)) if x else float(r), float(y.GetTuple1(r))) for r in rows]
    if logarithmic:
        pairs = [(a, math.log10(b)) for a, b in pairs if b > 0]
    return [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]


class qMRMLPlotWidget(qMRMLWidget):
    """A plot view with its bar."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._view = qMRMLPlotView(self)
        QtWidgets.QVBoxLayout(self).addWidget(self._view)

    def plotView(self) -> qMRMLPlotView:
        return self._view

    def mrmlPlotViewNode(self) -> Any:
        return self._view.mrmlPlotViewNode()

    def setMRMLPlotViewNode(self, node: Any) -> None:
        self._view.setMRMLPlotViewNode(node)
