"""What there is: the committed lists, and the classes of VTK and MRML as the wheels have them."""

import importlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Known:
    """The lists.

    Attributes
    ----------
    classes : dict
        Of Qt, CTK and Slicer, by name.
    qt : frozenset of str
        Which of them the module ``qt`` has.
    modules : dict
        Names in modules of Python that come with Slicer.
    since : dict
        Slicer version that has a name first, where that is of interest.
    values, logics : dict
        Class of ``slicer.app`` and the like, and of the logic of ``slicer.modules.<name>``.
    """

    classes: dict[str, dict[str, Any]]
    qt: frozenset[str]
    modules: dict[str, list[str]]
    since: dict[str, str]
    values: dict[str, str]
    logics: dict[str, str]

    def _all(self, kind: str, group: str) -> set[str]:
        found: set[str] = set()
        while kind:
            held = self.classes.get(kind, {})
            found |= {*held.get(group, [])}
            kind = held.get("base", "")
        return found

    def properties(self, kind: str) -> set[str]:
        return self._all(kind, "properties")

    def signals(self, kind: str) -> set[str]:
        return self._all(kind, "signals")

    def slots(self, kind: str) -> set[str]:
        return self._all(kind, "slots")

    def members(self, kind: str) -> set[str] | None:
        """All names of a class; None of one that is not known."""
        if kind.startswith("vtk"):
            return vtk_members(kind)
        if kind not in self.classes:
            return None
        plain = {s.split("(")[0] for s in self.signals(kind) | self.slots(kind)}
        return self.properties(kind) | plain | self._all(kind, "names") | FROM_PYTHONQT

    def returned(self, kind: str, method: str) -> str:
        """Class of what a method returns, where it is known."""
        return str(self.classes.get(kind, {}).get("returns", {}).get(method, ""))


FROM_PYTHONQT = {"connect", "disconnect", "delete", "className", "name", "exec_", "property", "tr"}
"""What every object has under PythonQt, and ``exec_``, which dialogs, menus and loops have."""


@cache
def known() -> Known:
    """Read the lists."""
    qt = json.loads((HERE / "qt_names.json").read_text(encoding="utf-8"))["classes"]
    own = json.loads((HERE / "slicer_names.json").read_text(encoding="utf-8"))
    classes = qt | own["classes"]
    return Known(
        classes, frozenset({*qt, "QUiLoader"}), own["modules"], own["since"], own["values"], own["logics"]
    )


@cache
def vtk_members(kind: str) -> set[str] | None:
    """Names of a class of VTK or MRML; None where there is no such class."""
    for module in ("slicer", "vtk"):
        held = getattr(importlib.import_module(module), kind, None)
        if held is not None:
            return {*dir(held)}
    return None


def number(version: str) -> tuple[int, ...]:
    """A version, to be compared."""
    return tuple(int(part) for part in version.split("."))
