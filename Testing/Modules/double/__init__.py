"""A small double of Slicer's desktop: PySide6 under PythonQt's manners, real MRML, own minimal base classes.

It finds mistakes of the scripted modules without a Slicer. What it does not find stands in
``docs/explanation/desktop-double.md``.

>>> import double
>>> slicer = double.install()
>>> panel = double.open_module("Example/Example.py")
>>> panel.ui.applyButton.click()
>>> double.assert_clean(panel)
"""

from double.base import recorded as calls
from double.dialogs import answer, shown
from double.durations import gaps, slow_calls, timed
from double.panels import Panel, assert_clean, close_module, fresh_scene, install, open_module, settle
from double.pictures import grab
from double.recorder import TouchedFromThreadError, expected, slot_errors, vtk_errors
from double.stray import stray_attributes

__all__ = [
    "Panel",
    "TouchedFromThreadError",
    "answer",
    "assert_clean",
    "calls",
    "close_module",
    "expected",
    "fresh_scene",
    "gaps",
    "grab",
    "install",
    "open_module",
    "settle",
    "shown",
    "slot_errors",
    "slow_calls",
    "stray_attributes",
    "timed",
    "vtk_errors",
]
