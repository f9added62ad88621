"""Calls that a test must not really make: recorded, with the signature of the real function."""

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

results: dict[str, Any] = {}
"""By name of the function: what it returns, or the error that it raises; set by tests."""
_calls: list[tuple[str, dict[str, Any]]] = []
_changed: list[tuple[Any, str, Any]] = []


def of(name: str) -> list[dict[str, Any]]:
    """Arguments of the calls of one function."""
    return [arguments for called, arguments in _calls if called == name]


def clear() -> None:
    """Forget calls and results."""
    _calls.clear()
    results.clear()


def begin() -> None:
    """Put recorders in the place of what installs and downloads."""
    from slicer import packaging

    for name, default in (("pip_check", True), ("pip_ensure", None), ("pip_install", None)):
        _replace(packaging, name, recorder(name, getattr(packaging, name), default))
    import SampleData

    name = "SampleDataLogic.registerCustomSampleDataSource"
    real = SampleData.SampleDataLogic.registerCustomSampleDataSource
    _replace(SampleData.SampleDataLogic, name.split(".")[1], staticmethod(recorder(name, real, None)))
    _changed.append((sys.modules, "PyTorchUtils", sys.modules.get("PyTorchUtils")))
    sys.modules["PyTorchUtils"] = _torch_utils()


def end() -> None:
    """Put back what was there."""
    for owner, name, before in reversed(_changed):
        if owner is sys.modules:
            sys.modules.pop(name, None)
            if before is not None:
                sys.modules[name] = before
        else:
            setattr(owner, name, before)
    _changed.clear()


def recorder(name: str, real: Callable[..., Any], default: Any) -> Callable[..., Any]:
    """A function that records its calls and returns `default`; it takes what `real` takes, and no more."""
    signature = inspect.signature(real)

    @wraps(real)
    def call(*arguments: Any, **named: Any) -> Any:
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        _calls.append((name, {key: value for key, value in bound.arguments.items() if key != "self"}))
        result = results.get(name, default)
        if isinstance(result, BaseException):
            raise result
        return result

    return call


def _replace(owner: Any, name: str, new: Any) -> None:
    _changed.append((owner, name, inspect.getattr_static(owner, name)))
    setattr(owner, name, new)


def _torch_utils() -> ModuleType:
    """The extension PyTorch, which need not be installed."""

    class PyTorchUtilsLogic:
        pass

    def installTorch(
        self: Any, askConfirmation: bool = False, forceComputationBackend: str | None = None,
        torchVersionRequirement: str | None = None, torchvisionVersionRequirement: str | None = None,
    ) -> Any:  # fmt: skip
        """Install it."""

    PyTorchUtilsLogic.installTorch = recorder(  # type: ignore[attr-defined]
        "PyTorchUtilsLogic.installTorch", installTorch, object()
    )
    made = ModuleType("PyTorchUtils")
    made.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
    return made
