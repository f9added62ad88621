"""The module ``slicer``: the wheel's real MRML and ``slicer.util``, and what only the program itself has."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from double import durations, modules, threads
from double.application import Application, MainWindow
from double.base import i18n, packaging, parameters, scripted, stubs
from double.widgets.catalogue import CTK, MRML


def install() -> Any:
    """Complete the package ``slicer`` and register ``ctk`` and the helper modules; once for the process."""
    import slicer
    import slicer.util

    if hasattr(slicer, "app"):
        return slicer
    sys.modules["ctk"] = _module("ctk", **CTK)
    for name, kind in MRML.items():
        setattr(slicer, name, kind)
    slicer.qSlicerScriptedLoadableModule = modules.qSlicerScriptedLoadableModule
    slicer.qSlicerScriptedLoadableModuleWidget = modules.qSlicerScriptedLoadableModuleWidget
    slicer.app = Application(slicer)
    slicer.mrmlScene = slicer.app.mrmlScene()
    slicer.modules, slicer.selfTests = SimpleNamespace(), {}
    vars(slicer.modules).update(slicer.app.logic_modules)
    slicer.double_main_window = MainWindow(slicer.app.moduleManager())
    _register(slicer)
    _time_observers(slicer.util.VTKObservationMixin)
    threads.watch_scene(slicer.mrmlScene)
    return slicer


def _module(name: str, **content: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


def _register(slicer: Any) -> None:
    """Make the modules of Python that come with the program importable."""
    inside = {
        "ScriptedLoadableModule": scripted, "i18n": i18n, "parameterNodeWrapper": parameters,
        "packaging": packaging, "cli": stubs.cli,
    }  # fmt: skip
    for name, module in inside.items():
        sys.modules[f"slicer.{name}"] = module
        setattr(slicer, name, module)
    sys.modules["PyTorchUtils"], sys.modules["SampleData"] = stubs.torch_utils, stubs.sample_data
    slicer.util.pip_install, slicer.util.pip_uninstall = packaging.pip_install, packaging.pip_uninstall


def _time_observers(mixin: Any) -> None:
    """Let observers that a panel adds be timed, and their errors be recorded with a name."""
    original, field = mixin.addObserver, "_VTKObservationMixin__observations"

    def addObserver(
        self: Any, obj: Any, event: Any, method: Any, group: str = "none", priority: float = 0.0
    ) -> None:
        known = self.hasObserver(obj, event, method)
        original(self, obj, event, method, group, priority)
        if known:
            return
        methods = getattr(self, field)[obj][event]
        group_, tag, priority_ = methods[method]
        obj.RemoveObserver(tag)
        methods[method] = group_, obj.AddObserver(event, _watched(method), priority), priority_

    mixin.addObserver = addObserver


def _watched(method: Any) -> Any:
    """An observer that VTK calls with an object if the method asks for one."""

    def call(*arguments: Any) -> None:
        with durations.timed(f"observer -> {getattr(method, '__qualname__', method)}"):
            method(*arguments)

    kind = getattr(method, "CallDataType", None)
    if kind is not None:

        def with_data(caller: Any, event: str, data: Any) -> None:
            call(caller, event, data)

        with_data.CallDataType = kind  # type: ignore[attr-defined]
        return with_data
    return lambda caller, event: call(caller, event)
