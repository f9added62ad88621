"""Properties of widgets that are written here, known to Qt's metaobject as those of C++ are."""

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

_KINDS: dict[type, tuple[type, ...]] = {
    bool: (bool,), int: (int,), float: (int, float), str: (str,), list: (list, tuple),
}  # fmt: skip
_QT_NAMES: dict[type, Any] = {list: "QStringList"}


def checked(kind: type, name: str, value: Any) -> Any:
    """`value` as `kind`; PythonQt refuses others, paths of pathlib among them."""
    value = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if kind is int and hasattr(value, "value") and not isinstance(value, int):
        value = value.value  # of an enumeration
    if not isinstance(value, _KINDS[kind]):
        raise ValueError(f"property {name} takes {kind.__name__}, not {value!r}")
    return kind(value)


def stored(kind: type, name: str, default: Any = None) -> tuple[Any, Callable[[Any, Any], None]]:
    """A property that holds its value, and its setter.

    A method ``_<name>_set`` is called after a change, where there is one.

    Parameters
    ----------
    kind : type
        bool, int, float, str, or list for a list of strings.
    name : str
        Of the property.
    default : object
        Value before any is set; by default what ``kind()`` gives.
    """
    field = f"_{name}_value"
    start = kind() if default is None else default

    def get(self: Any) -> Any:
        return self.__dict__.get(field, start)

    def put(self: Any, value: Any) -> None:
        self.__dict__[field] = checked(kind, name, value)
        after = getattr(self, f"_{name}_set", None)
        if after:
            after()

    return QtCore.Property(_QT_NAMES.get(kind, kind), get, put), put


def passed(kind: type, inner: str, name: str, other: str = "") -> tuple[Any, Callable[[Any, Any], None]]:
    """A property that an inner widget holds, and its setter.

    Parameters
    ----------
    kind : type
        Of the value.
    inner : str
        Field with the inner widget.
    name, other : str
        Of the property here, and there if it differs.
    """

    def get(self: Any) -> Any:
        return getattr(getattr(self, inner), other or name)

    def put(self: Any, value: Any) -> None:
        setattr(getattr(self, inner), other or name, checked(kind, name, value))

    return QtCore.Property(_QT_NAMES.get(kind, kind), get, put), put
