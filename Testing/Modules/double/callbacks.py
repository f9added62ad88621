"""Callables as Qt's signals call them: counted arguments, errors kept, time taken."""

import inspect
from collections.abc import Callable
from typing import Any

from double import durations, recorder

Slot = Callable[..., Any]


def accepted(slot: Slot) -> int | None:
    """How many arguments a signal hands to a slot at most; None for all that it has.

    Plain functions and methods get as many as they name; everything else gets all.
    """
    bound = inspect.ismethod(slot)
    function = slot.__func__ if bound else slot
    if not inspect.isfunction(function):
        return None
    if function.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return function.__code__.co_argcount - (1 if bound else 0)


def name_of(slot: Slot) -> str:
    """What a slot is called, for messages."""
    return str(getattr(slot, "__qualname__", None) or slot)


def guarded(slot: Slot, where: str) -> Slot:
    """`slot`, with the arguments that it takes; errors are recorded, and how long it took."""
    count = accepted(slot)
    label = f"{where} -> {name_of(slot)}"

    def call(*arguments: Any) -> Any:
        with durations.timed(label):
            try:
                return slot(*arguments[:count])
            except Exception as error:
                recorder.record(label, error)
                return None

    return call
