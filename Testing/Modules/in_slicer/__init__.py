"""What stands in place of `double` in a real Slicer: the same functions, on Slicer's own classes.

Nothing is imitated here but what a test must not do: ask a person, install packages, register downloads.
``run_in_slicer.py`` puts this package in the place of ``double``, so that the same tests run.
"""

from in_slicer import durations
from in_slicer import records as calls
from in_slicer.answers import answer, shown
from in_slicer.durations import gaps, timed
from in_slicer.errors import expected, slot_errors, vtk_errors
from in_slicer.panels import (
    Panel,
    assert_clean,
    close_module,
    fresh_scene,
    install,
    open_module,
    settle,
    slow_calls,
    stray_attributes,
    uninstall,
)
from in_slicer.pictures import grab

__all__ = [
    "Panel",
    "answer",
    "assert_clean",
    "calls",
    "close_module",
    "durations",
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
    "uninstall",
    "vtk_errors",
]
