"""Check modules: ``python -m names.check FOLDER_OR_FILE...``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from names.kinds import Kinds
from names.python_check import Finding, check_python
from names.ui_check import check_ui, widgets_of

OLDEST = "5.12"
"""Slicer that the extension serves at least."""


def check(places: Sequence[Path], slicer: str = OLDEST) -> list[Finding]:
    """All names in the files of Python and Designer in folders that are not there.

    Parameters
    ----------
    places : sequence of path
        Folders or files; widgets of all ``.ui`` files among them are known to all of them.
    slicer : str
        Oldest version of Slicer.
    """
    python, designer = _files(places, ".py"), _files(places, ".ui")
    widgets: dict[str, Kinds] = {}
    for file in designer:
        for name, kinds in widgets_of(file.read_text(encoding="utf-8")).items():
            widgets[name] = widgets.get(name, frozenset()) | kinds
    found = [f for file in designer for f in check_ui(file, file.read_text(encoding="utf-8"))]
    return found + [
        f for file in python for f in check_python(file, file.read_text(encoding="utf-8"), widgets, slicer)
    ]


def _files(places: Sequence[Path], end: str) -> list[Path]:
    found = []
    for place in places:
        found += [place] if place.is_file() else sorted(place.rglob(f"*{end}"))
    return [file for file in found if file.suffix == end]


if __name__ == "__main__":
    findings = check([Path(word) for word in sys.argv[1:]])
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    raise SystemExit(1 if findings else 0)
