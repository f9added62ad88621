"""Names in a ``.ui`` file that Qt, CTK or Slicer do not have."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from names.kinds import Kinds
from names.known import known
from names.python_check import Finding

DYNAMIC = {"SlicerParameterName"}


def widgets_of(text: str) -> dict[str, Kinds]:
    """Class of each widget of a file, by its name."""
    found = {}
    for element in ET.fromstring(text).iter("widget"):
        found[element.get("name", "")] = frozenset({element.get("class", "")})
    return found


def check_ui(file: Path, text: str) -> list[Finding]:
    """Check a file: classes, properties, signals, slots and the names of the widgets that these join."""
    root = ET.fromstring(text)
    return [Finding(file, _line(text, said), said) for said in (*_of_widgets(root), *_of_connections(root))]


def _line(text: str, said: str) -> int:
    word = f'"{said.split(":")[0]}"'
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line), 1)


def _of_widgets(root: ET.Element) -> Iterator[str]:
    lists, seen = known(), set()
    declared = {e.findtext("class") for e in root.iter("customwidget")}
    for element in root.iter("widget"):
        kind, name = element.get("class", ""), element.get("name", "")
        if name in seen:
            yield f"{name}: two widgets have this name"
        seen.add(name)
        if kind not in lists.classes:
            yield f"{name}: there is no class {kind}"
            continue
        if not kind.startswith("Q") and kind not in declared:
            yield f"{name}: {kind} is missing under customwidgets"
        for entry in element.findall("property"):
            given = entry.get("name", "")
            dynamic = given in DYNAMIC and entry.get("stdset") == "0"
            if not dynamic and given not in lists.properties(kind):
                yield f"{name}: {kind} has no property {given}"


def _of_connections(root: ET.Element) -> Iterator[str]:
    lists = known()
    kinds = {e.get("name", ""): e.get("class", "") for e in root.iter("widget")}
    for wire in root.iter("connection"):
        for end, part, there in (("sender", "signal", lists.signals), ("receiver", "slot", lists.slots)):
            name, wanted = wire.findtext(end) or "", (wire.findtext(part) or "").replace(" ", "")
            if name not in kinds:
                yield f"{name}: the {end} of a connection is no widget of the file"
            elif wanted not in there(kinds[name]):
                yield f"{name}: {kinds[name]} has no {part} {wanted}"
