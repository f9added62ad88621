"""Properties of Qt's classes as attributes, as PythonQt gives them.

PySide has getters (``text()``); under PythonQt ``text`` is the value, and can be set. Each property that a
class declares becomes a descriptor of the class itself, so that objects which Qt makes follow it too.
"""

from typing import Any

from double import threads

VIRTUAL = frozenset({"sizeHint", "minimumSizeHint"})
"""Qt calls these methods itself: they stay methods."""


class PropertyAttribute:
    """A property of Qt, read and written as an attribute.

    Parameters
    ----------
    name : str
        Of the property.
    original : object
        What the class has under this name: static methods like ``QTimer.singleShot`` are still found there.
    """

    def __init__(self, name: str, original: Any) -> None:
        self._name, self._original = name, original

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self._original
        return instance.property(self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        kind = type(instance).__name__
        if threads.outside() and instance.isWidgetType():
            threads.report(f"{kind}.{self._name}")
        meta = instance.metaObject()
        about = meta.property(meta.indexOfProperty(self._name))
        if not about.isWritable():
            raise AttributeError(f"{kind}.{self._name} can not be set")
        if not instance.setProperty(self._name, plain(value)):
            raise ValueError(f"{kind}.{self._name} takes {about.typeName()}, not {value!r}")


def plain(value: Any) -> Any:
    """Numbers of numpy as Python's, which is what Qt knows."""
    return value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value


def give_attributes(kind: type) -> int:
    """Turn the properties that a class declares into attributes; returns how many."""
    meta = kind.staticMetaObject  # type: ignore[attr-defined]
    count = 0
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        name = meta.property(index).name()
        if name in VIRTUAL:
            continue
        setattr(kind, name, PropertyAttribute(name, getattr(kind, name, None)))
        count += 1
    return count
