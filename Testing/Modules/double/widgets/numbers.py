"""Widgets for numbers."""

from typing import Any

from PySide6 import QtCore, QtWidgets

from double.widgets.own import checked, passed, stored

_STEPS = 1000


def _limit(name: str) -> Any:
    """A bound, which the slider follows."""

    def get(self: Any) -> float:
        return float(self._spin.property(name))

    def put(self: Any, value: float) -> None:
        setattr(self._spin, name, checked(float, name, value))
        self._place()

    return QtCore.Property(float, get, put), put


class ctkSliderWidget(QtWidgets.QWidget):
    """A slider beside a spin box of the same value."""

    valueChanged = QtCore.Signal(float)
    valueIsChanging = QtCore.Signal(float)
    decimals, setDecimals = passed(int, "_spin", "decimals")
    singleStep, setSingleStep = passed(float, "_spin", "singleStep")
    prefix, setPrefix = passed(str, "_spin", "prefix")
    suffix, setSuffix = passed(str, "_spin", "suffix")
    pageStep, setPageStep = stored(float, "pageStep", 10.0)
    tracking, setTracking = stored(bool, "tracking", True)
    spinBoxVisible, setSpinBoxVisible = stored(bool, "spinBoxVisible", True)
    popupSlider, setPopupSlider = stored(bool, "popupSlider")
    tickInterval, setTickInterval = stored(float, "tickInterval")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._spin = QtWidgets.QDoubleSpinBox(self)
        self._slider.setRange(0, _STEPS)
        self._spin.setRange(0.0, 100.0)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider, 1)
        row.addWidget(self._spin)
        self._spin.valueChanged.connect(self._changed)
        self._slider.sliderMoved.connect(self._moved)

    def _get(self) -> float:
        return float(self._spin.property("value"))

    def setValue(self, value: float) -> None:
        self._spin.setValue(checked(float, "value", value))

    value = QtCore.Property(float, _get, setValue)
    minimum, setMinimum = _limit("minimum")
    maximum, setMaximum = _limit("maximum")

    def setRange(self, minimum: float, maximum: float) -> None:
        self._spin.setRange(minimum, maximum)
        self._place()

    def reset(self) -> None:
        """Back to zero, as far as the range has it."""
        self.setValue(0.0)

    def spinBox(self) -> QtWidgets.QDoubleSpinBox:
        """The spin box inside."""
        return self._spin

    def _spinBoxVisible_set(self) -> None:
        self._spin.setVisible(self.spinBoxVisible)

    def _changed(self, value: float) -> None:
        self._place()
        self.valueChanged.emit(value)

    def _moved(self, position: int) -> None:
        self.setValue(self.minimum + (self.maximum - self.minimum) * position / _STEPS)

    def _place(self) -> None:
        span = (self.maximum - self.minimum) or 1.0
        self._slider.setValue(round(_STEPS * (self._get() - self.minimum) / span))


class qMRMLSliderWidget(ctkSliderWidget):
    """A slider that knows of a scene and of a kind of quantity, e.g. ``length``."""

    quantity, setQuantity = stored(str, "quantity")

    def setMRMLScene(self, scene: Any) -> None:
        """Units of the scene: not imitated."""
        self._scene = scene


class ctkDoubleSpinBox(QtWidgets.QWidget):
    """A spin box."""

    valueChanged = QtCore.Signal(float)
    value, setValue = passed(float, "_spin", "value")
    minimum, setMinimum = passed(float, "_spin", "minimum")
    maximum, setMaximum = passed(float, "_spin", "maximum")
    decimals, setDecimals = passed(int, "_spin", "decimals")
    singleStep, setSingleStep = passed(float, "_spin", "singleStep")
    prefix, setPrefix = passed(str, "_spin", "prefix")
    suffix, setSuffix = passed(str, "_spin", "suffix")
    readOnly, setReadOnly = passed(bool, "_spin", "readOnly")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._spin = QtWidgets.QDoubleSpinBox(self)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._spin)
        self._spin.valueChanged.connect(self.valueChanged.emit)

    def setRange(self, minimum: float, maximum: float) -> None:
        self._spin.setRange(minimum, maximum)


class ctkRangeWidget(QtWidgets.QWidget):
    """Two spin boxes for the ends of an interval."""

    valuesChanged = QtCore.Signal(float, float)
    minimumValueChanged = QtCore.Signal(float)
    maximumValueChanged = QtCore.Signal(float)
    minimumValue, setMinimumValue = passed(float, "_low", "minimumValue", "value")
    maximumValue, setMaximumValue = passed(float, "_high", "maximumValue", "value")
    minimum, setMinimum = passed(float, "_low", "minimum")
    maximum, setMaximum = passed(float, "_high", "maximum")
    decimals, setDecimals = stored(int, "decimals", 2)
    singleStep, setSingleStep = stored(float, "singleStep", 1.0)
    suffix, setSuffix = stored(str, "suffix")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._low, self._high = QtWidgets.QDoubleSpinBox(self), QtWidgets.QDoubleSpinBox(self)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for spin, signal in ((self._low, self.minimumValueChanged), (self._high, self.maximumValueChanged)):
            row.addWidget(spin)
            spin.valueChanged.connect(signal.emit)
            spin.valueChanged.connect(lambda _: self.valuesChanged.emit(self.minimumValue, self.maximumValue))

    def setValues(self, minimum: float, maximum: float) -> None:
        self.setMinimumValue(minimum)
        self.setMaximumValue(maximum)

    def setRange(self, minimum: float, maximum: float) -> None:
        for spin in (self._low, self._high):
            spin.setRange(minimum, maximum)
