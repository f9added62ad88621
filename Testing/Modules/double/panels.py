"""What tests begin and end with: the program, an open panel, and the proof that nothing went wrong."""

import ctypes
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A module that is shown.

    Attributes
    ----------
    module : object
        As ``slicer.modules.<name>`` has it.
    widget : object
        The module's own widget class.
    parent : QWidget
        The panel.
    """

    module: Any
    parent: Any

    @property
    def widget(self) -> Any:
        return self.parent.self()

    @property
    def ui(self) -> Any:
        return self.widget.ui


def install() -> Any:
    """Start the program, once for the process; returns the module ``slicer``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _keep_constants()
    from double import durations, pictures, qt_module, recorder, slicer_module, threads

    threads.claim()
    durations.install()
    qt_module.install(tempfile.mkdtemp(prefix="double-settings-"))
    slicer = slicer_module.install()
    pictures.dress(slicer.app)
    recorder.install()
    return slicer


def _keep_constants() -> None:
    """Each call of PySide 6.12 takes a reference of None or True away, which Python 3.11 does not survive."""
    if sys.version_info < (3, 12):
        for constant in (None, True, False):
            count = ctypes.c_ssize_t.from_address(id(constant))
            count.value += 2**40


def fresh_scene() -> None:
    """An empty scene, no settings, and nothing on record."""
    import qt
    import slicer

    from double import dialogs, durations, recorder
    from double.base import recorded

    slicer.mrmlScene.Clear(0)
    qt.QSettings().clear()
    slicer.app.testing = False
    settle()
    recorder.clear()
    dialogs.clear()
    recorded.clear()
    durations.calls.clear()


def open_module(path: Path | str) -> Panel:
    """Load a module from its file, tell it that the program has started, and show it."""
    import slicer

    from double import connections, modules

    module = modules.load(Path(path))
    slicer.app.startupCompleted_.emit()
    connections.disconnect(slicer.app, "startupCompleted()")  # a program starts once
    module.widgetRepresentation()
    slicer.app.moduleManager().selectModule(module.name)
    slicer.double_main_window.show()
    settle()
    return Panel(module, module.widgetRepresentation())


def close_module(panel: Panel) -> None:
    """Take the module away, as at the end of the program."""
    from double import modules

    modules.unload(panel.module.name)
    settle()


def settle(until: Callable[[], bool] | None = None, seconds: float = 10.0) -> bool:
    """Let the event loop run: until something holds, or until nothing is left to do.

    No longer than the environment variable CRANIOMARK_TEST_WAIT says, where it is set.

    Returns
    -------
    bool
        False if the time is over and it does not hold.
    """
    from PySide6 import QtCore

    deferred = QtCore.QEvent.Type.DeferredDelete
    end = time.monotonic() + min(seconds, float(os.environ.get("CRANIOMARK_TEST_WAIT", "inf")))
    while True:
        for _ in range(3):
            QtCore.QCoreApplication.processEvents()
            QtCore.QCoreApplication.sendPostedEvents(None, deferred)
        if until is None or until():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.005)


def assert_clean(panel: Panel | None = None) -> None:
    """Nothing went wrong unheard.

    No callback raised, VTK reported no error, no callback was slow, no widget was touched from a thread or
    given an attribute that it does not have, no answer to a dialog is left over, and rendering is not paused.
    """
    import slicer

    from double import dialogs, durations, recorder, stray

    assert not recorder.slot_errors, "\n".join(map(str, recorder.slot_errors))
    assert not recorder.vtk_errors, "\n".join(recorder.vtk_errors)
    slow = durations.slow_calls()
    assert not slow, "\n".join(slow)
    assert not dialogs.left(), f"answers that nobody asked for: {dialogs.left()}"
    assert not slicer.app.isPaused(), "rendering was left paused"
    assert slicer.app.overrideCursor() is None, "the waiting cursor was left"
    if panel is not None:
        strange = stray.stray_attributes(panel.parent)
        assert not strange, f"attributes that the widgets do not have: {strange}"
