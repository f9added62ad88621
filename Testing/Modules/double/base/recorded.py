"""Calls of what must not be done in tests: installing, downloading, running other programs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any


@dataclass(frozen=True)
class RecordedCall:
    """A call, with the values of all its arguments."""

    name: str
    arguments: dict[str, Any]


calls: list[RecordedCall] = []
results: dict[str, Any] = {}
"""By name of the function: what it returns, or the error that it raises; set by tests."""


def clear() -> None:
    """Forget calls and results."""
    calls.clear()
    results.clear()


def of(name: str) -> list[dict[str, Any]]:
    """Arguments of the calls of one function."""
    return [call.arguments for call in calls if call.name == name]


def recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Record the calls of a function, whose signature is checked; its own result is the default."""
    import inspect

    signature = inspect.signature(function)
    name = function.__qualname__

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        values = {key: value for key, value in bound.arguments.items() if key != "self"}
        calls.append(RecordedCall(name, values))
        result = results.get(name)
        if isinstance(result, BaseException):
            raise result
        return function(*arguments, **named) if result is None else result

    return call
