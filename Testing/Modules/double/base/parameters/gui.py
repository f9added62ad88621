"""Parameters tied to widgets: which widgets serve which type, and how."""

import enum
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from double.base.parameters.storage import NodeStorage
from double.base.parameters.validators import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange

Value = Callable[[Any], Any]


class Binding:
    """A parameter and a widget.

    Parameters
    ----------
    widget, parameter : object
        The two.
    signal : str
        By which the widget tells of a change.
    attribute : str
        Property with the value.
    inward, outward : callable
        From the property's value to the parameter's, and back.
    """

    def __init__(
        self,
        widget: Any,
        parameter: Any,
        signal: str,
        attribute: str,
        inward: Value = lambda v: v,
        outward: Value = lambda v: v,
    ) -> None:
        self.widget, self.parameter = widget, parameter
        self._signal, self._attribute, self._in, self._out = signal, attribute, inward, outward
        self._slot: Callable[[], None] | None = None

    def value(self) -> Any:
        return self._in(getattr(self.widget, self._attribute))

    def show(self, value: Any) -> None:
        wanted = self._out(value)
        if getattr(self.widget, self._attribute) != wanted:
            setattr(self.widget, self._attribute, wanted)

    def connect(self, slot: Callable[[], None]) -> None:
        self._slot = lambda: slot()
        self.widget.connect(self._signal, self._slot)

    def disconnect(self) -> None:
        if self._slot is not None:
            self.widget.disconnect(self._signal, self._slot)
            self._slot = None


class NodeBinding(Binding):
    """A parameter that is a node, and a selector."""

    def value(self) -> Any:
        return self.widget.currentNode()

    def show(self, value: Any) -> None:
        if self.widget.currentNode() is not value:
            self.widget.setCurrentNode(value)


def widgets_with_names(gui: Any) -> dict[str, Any]:
    """Widgets of a panel, or of what ``childWidgetVariables`` gives, by the parameter that they name."""
    import qt

    widgets = gui.findChildren(qt.QWidget) if hasattr(gui, "findChildren") else list(vars(gui).values())
    named = [
        (widget.property("SlicerParameterName"), widget) for widget in widgets if hasattr(widget, "property")
    ]
    return {name: widget for name, widget in named if name}


def binding_for(widget: Any, parameter: Any) -> Binding:
    """The binding for a widget and the type of a parameter.

    Raises
    ------
    RuntimeError
        If they do not go together.
    """
    import ctk
    import qt
    import slicer

    shown, kind = type(widget), parameter.storage.kind
    if isinstance(parameter.storage, NodeStorage) and shown is slicer.qMRMLNodeComboBox:
        return NodeBinding(widget, parameter, "currentNodeChanged(vtkMRMLNode*)", "currentNodeID")
    if kind is bool and shown is qt.QCheckBox:
        return Binding(widget, parameter, "toggled(bool)", "checked")
    if kind is bool and shown is qt.QPushButton:
        widget.checkable = True
        return Binding(widget, parameter, "toggled(bool)", "checked")
    if kind is int and shown in (qt.QSpinBox, qt.QSlider):
        _limit(widget, parameter)
        return Binding(widget, parameter, "valueChanged(int)", "value")
    if kind is float and shown in (qt.QDoubleSpinBox, ctk.ctkSliderWidget, slicer.qMRMLSliderWidget):
        _limit(widget, parameter)
        return Binding(widget, parameter, "valueChanged(double)", "value")
    if kind is str and shown is qt.QLineEdit:
        return Binding(widget, parameter, "textChanged(QString)", "text")
    if kind is str and shown in (qt.QTextEdit, qt.QPlainTextEdit):
        return Binding(widget, parameter, "textChanged()", "plainText")
    if shown is qt.QComboBox:
        return _list(widget, parameter, kind)
    if issubclass(kind, PurePath) and shown is ctk.ctkPathLineEdit:
        return Binding(widget, parameter, "currentPathChanged(QString)", "currentPath", kind, str)
    if issubclass(kind, PurePath) and shown is ctk.ctkDirectoryButton:
        return Binding(widget, parameter, "directoryChanged(QString)", "directory", kind, str)
    raise RuntimeError(
        f"parameter {parameter.name} of type {kind.__name__} can not be tied to a {shown.__name__}"
    )


def _limit(widget: Any, parameter: Any) -> None:
    """Give a widget for numbers the bounds of its parameter."""
    bounded: set[str] = set()
    for note in parameter.notes:
        if isinstance(note, (WithinRange, Minimum)):
            widget.minimum = note.minimum
            bounded.add("minimum")
        if isinstance(note, (WithinRange, Maximum)):
            widget.maximum = note.maximum
            bounded.add("maximum")
        if isinstance(note, Decimals):
            widget.decimals = note.value
        if isinstance(note, SingleStep):
            widget.singleStep = note.value
    if bounded != {"minimum", "maximum"} and type(widget).__name__ in (
        "QSlider",
        "ctkSliderWidget",
        "qMRMLSliderWidget",
    ):
        raise RuntimeError(f"a slider needs both bounds; parameter {parameter.name} has not")
    for side, value in (("minimum", -1), ("maximum", 1)):
        if side not in bounded:
            largest = 2**31 - 1 if parameter.storage.kind is int else 1e300
            setattr(widget, side, value * largest)


def _list(widget: Any, parameter: Any, kind: Any) -> Binding:
    """A list of the choices that the parameter has."""
    choice = next((note for note in parameter.notes if isinstance(note, Choice)), None)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        values = list(kind)
        texts = [value.label() if hasattr(value, "label") else value.name for value in values]
    elif choice is not None:
        values = choice.choices
        texts = [str(value) for value in values]
    else:
        raise RuntimeError(f"parameter {parameter.name} needs Choice or an enumeration for a QComboBox")
    widget.clear()
    for text in texts:
        widget.addItem(text)
    signal = "currentIndexChanged(int)"
    return Binding(widget, parameter, signal, "currentIndex", lambda index: values[index], values.index)
