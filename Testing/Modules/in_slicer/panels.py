"""What tests begin and end with, in a running Slicer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from in_slicer import answers, errors, records

OTHER_MODULE = "Data"
SETTINGS = "CranioMark"
_kept_settings: dict[str, Any] = {}
_begun: list[bool] = []


class Widgets:
    """The widgets of a panel by name, as tests use them; `pick` chooses a node as a user does."""

    def __init__(self, ui: Any) -> None:
        self._ui = ui

    def __getattr__(self, name: str) -> Any:
        widget = getattr(self._ui, name)
        return Selector(widget) if hasattr(widget, "setCurrentNode") else widget


class Selector:
    """A node selector."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget

    def __getattr__(self, name: str) -> Any:
        return getattr(self._widget, name)

    def pick(self, node: Any) -> None:
        """Choose a node."""
        self._widget.setCurrentNode(node)


@dataclass(frozen=True)
class Panel:
    """A module that is shown: the module, and the widget that holds its panel."""

    module: Any
    parent: Any

    @property
    def widget(self) -> Any:
        """The module's own widget class; another one after a reload."""
        import slicer

        return getattr(slicer.modules, f"{self.module.name}Widget")

    @property
    def ui(self) -> Widgets:
        return Widgets(self.widget.ui)


def install() -> Any:
    """Begin, once: what would ask or install is recorded, the user's settings are put aside."""
    import slicer

    if not _begun:
        _begun.append(True)
        errors.begin()
        answers.begin()
        records.begin()
        _put_settings_aside()
    return slicer


def uninstall() -> None:
    """End: everything as it was."""
    if _begun:
        _begun.clear()
        records.end()
        answers.end()
        errors.end()
        _bring_settings_back()


def fresh_scene() -> None:
    """An empty scene, no settings of CranioMark, and nothing on record."""
    import slicer

    slicer.mrmlScene.Clear(0)
    slicer.app.userSettings().remove(SETTINGS)
    settle()
    errors.clear()
    answers.clear()
    records.clear()


def open_module(path: Path | str) -> Panel:
    """Load a module from its file, or load it anew, and show it."""
    import qt
    import slicer

    path = Path(path)
    if not hasattr(slicer.modules, path.stem.lower()):
        factory = slicer.app.moduleManager().factoryManager()
        factory.registerModule(qt.QFileInfo(str(path)))
        factory.loadModules([path.stem])
    elif hasattr(slicer.modules, f"{path.stem}Widget"):
        slicer.util.reloadScriptedModule(path.stem)
    module = getattr(slicer.modules, path.stem.lower())
    if Path(module.path).resolve() != path.resolve():
        raise RuntimeError(f"{path.stem} is loaded from {module.path}: remove the installed extension first")
    slicer.util.selectModule(path.stem)
    _register_samples()
    settle()
    return Panel(module, module.widgetRepresentation())


def close_module(panel: Panel) -> None:
    """Take the panel away; Slicer keeps the module, and loads it anew for the next test."""
    import slicer

    widget = panel.widget
    slicer.util.selectModule(OTHER_MODULE)
    widget.cleanup()
    widget.cleanup = lambda: None  # the reload before the next test would call it again
    settle()


def settle(until: Callable[[], bool] | None = None, seconds: float = 10.0) -> bool:
    """Let the event loop run until something holds; False if the time is over."""
    import slicer

    end = time.monotonic() + seconds
    while True:
        for _ in range(3):
            slicer.app.processEvents()
        if until is None or until():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.005)


def assert_clean(panel: Panel | None = None) -> None:
    """No callback raised, and no answer to a dialog is left over."""
    del panel
    assert not errors.slot_errors, "\n".join(map(str, errors.slot_errors))
    assert not answers.left(), f"answers that nobody asked for: {answers.left()}"


def slow_calls() -> list[str]:
    """Not measured here: see `gaps`."""
    return []


def stray_attributes(_top: Any) -> list[str]:
    """Always none: PythonQt itself refuses them."""
    return []


def _register_samples() -> None:
    """As at the start of the program, which is over."""
    from craniomark.desktop.samples import register_samples

    register_samples()


def _put_settings_aside() -> None:
    import slicer

    settings = slicer.app.userSettings()
    keys = [key for key in settings.allKeys() if key.startswith(f"{SETTINGS}/")]
    _kept_settings.update({key: settings.value(key) for key in keys})


def _bring_settings_back() -> None:
    import slicer

    settings = slicer.app.userSettings()
    settings.remove(SETTINGS)
    for key, value in _kept_settings.items():
        settings.setValue(key, value)
    _kept_settings.clear()
