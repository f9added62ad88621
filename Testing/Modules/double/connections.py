"""``connect('signal(type)', slot)``, as PythonQt has it."""

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6 import QtCore

from double.callbacks import guarded

Key = tuple[int, str]
_made: dict[Key, list[tuple[Callable[..., Any], Any]]] = {}
"""Slot and its guarded form, by address of the sender and signature."""

_native_connect, _native_disconnect = QtCore.QObject.connect, QtCore.QObject.disconnect


class NoSignalError(ValueError):
    """A class has no signal of this signature."""


def signature_of(sender: QtCore.QObject, wanted: str) -> str:
    """The signature by which Qt knows a signal.

    Widgets of the double declare in ``signatures`` the signals whose arguments are of C++ classes that Qt for
    Python does not know.

    Raises
    ------
    NoSignalError
        If there is none.
    """
    normal = bytes(QtCore.QMetaObject.normalizedSignature(wanted).data()).decode()
    meta = sender.metaObject()
    for kind in type(sender).__mro__:
        normal = getattr(kind, "signatures", {}).get(normal, normal)
    if meta.indexOfSignal(normal) < 0:
        raise NoSignalError(f"{meta.className()} has no signal {wanted!r}; it has {', '.join(signals(meta))}")
    return normal


def signals(meta: QtCore.QMetaObject) -> list[str]:
    """Signatures of all signals of a class."""
    methods = [meta.method(index) for index in range(meta.methodCount())]
    chosen = [m for m in methods if m.methodType() == QtCore.QMetaMethod.MethodType.Signal]
    return [bytes(m.methodSignature().data()).decode() for m in chosen]


def connect(sender: QtCore.QObject, wanted: str, slot: Callable[..., Any]) -> bool:
    """Call `slot` when `sender` gives the signal."""
    signature = signature_of(sender, wanted)
    if not callable(slot):
        raise TypeError(f"{slot!r} can not be called: no slot for {wanted}")
    call = guarded(slot, f"{type(sender).__name__}.{wanted}")
    key = (shiboken6.getCppPointer(sender)[0], signature)
    if not any(held == key for held in _made):
        _forget_with(sender, key)
    _made.setdefault(key, []).append((slot, call))
    _native_connect(sender, QtCore.SIGNAL(signature), call)
    return True


def _forget_with(sender: QtCore.QObject, key: Key) -> None:
    """Addresses are used again: connections are forgotten with their sender."""
    _native_connect(sender, QtCore.SIGNAL("destroyed()"), lambda: _made.pop(key, None))


def disconnect(sender: QtCore.QObject, wanted: str, slot: Callable[..., Any] | None = None) -> bool:
    """Undo `connect`; without a slot, for all slots of the signal."""
    signature = signature_of(sender, wanted)
    key = (shiboken6.getCppPointer(sender)[0], signature)
    held = _made.get(key, [])
    going = [pair for pair in held if slot is None or pair[0] == slot]
    for pair in going:
        _native_disconnect(sender, QtCore.SIGNAL(signature), pair[1])
        held.remove(pair)
    return bool(going)
