"""Mistakes in a module's ``.ui`` file."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

from mutants.mutant import Mutant

LOOKS = frozenset({"geometry", "sizePolicy", "margin", "spacing", "orientation", "sizeHint", "sizeType"})
Change = Callable[[ET.Element], str | None]


def of_ui(file: Path, text: str, used: str) -> Iterator[Mutant]:
    """All mistakes that are planted into a file.

    Parameters
    ----------
    file : path
        Within the repository.
    text : str
        Its content.
    used : str
        The module's Python: names of widgets count that occur there.
    """
    for kind, path, change in (*_names(used), *_properties(), *_connections()):
        for number in range(len(ET.fromstring(text).findall(path))):
            root = ET.fromstring(text)
            element = root.findall(path)[number]
            what = change(root, element)  # type: ignore[call-arg]
            if what is not None:
                yield Mutant(kind, file, _line(text, what), what, ET.tostring(root, encoding="unicode"))


def _line(text: str, what: str) -> int:
    """About where it is."""
    name = re.search(r"\w+", what)
    for number, line in enumerate(text.splitlines(), 1):
        if (name and f'"{name.group()}"' in line) or (name and f">{name.group()}<" in line):
            return number
    return 1


def _names(used: str):
    def rename(_root: ET.Element, widget: ET.Element) -> str | None:
        name = widget.get("name", "")
        if not re.search(rf"\bui\.{name}\b|[\"']{name}[\"']", used):
            return None
        widget.set("name", f"{name}Misspelt")
        return name

    return [("widget renamed", ".//widget", rename)]


def _owner(root: ET.Element, part: ET.Element) -> str:
    return next((w.get("name", "") for w in root.iter("widget") if part in list(w)), "")


def _properties():
    def misspell(root: ET.Element, entry: ET.Element) -> str | None:
        name = entry.get("name", "")
        if name in LOOKS or not _owner(root, entry):
            return None
        what = f"{_owner(root, entry)}.{name}"
        entry.set("name", f"{name}Misspelt")
        return what

    def flip(root: ET.Element, entry: ET.Element) -> str | None:
        value = entry.find("bool")
        if value is None or not _owner(root, entry):
            return None
        value.text = "false" if value.text == "true" else "true"
        return f"{_owner(root, entry)}.{entry.get('name')} = {value.text}"

    def lose(root: ET.Element, entry: ET.Element) -> str | None:
        if entry.get("name") != "SlicerParameterName":
            return None
        owner = next(w for w in root.iter("widget") if entry in list(w))
        owner.remove(entry)
        return f"{owner.get('name')} without its parameter"

    def misname(root: ET.Element, entry: ET.Element) -> str | None:
        value = entry.find("string")
        if entry.get("name") != "SlicerParameterName" or value is None:
            return None
        value.text = f"{value.text}Misspelt"
        return f"{_owner(root, entry)}: {value.text}"

    def swap(root: ET.Element, entry: ET.Element) -> str | None:
        if entry.get("name") != "SlicerParameterName":
            return None
        entries = [e for e in root.iter("property") if e.get("name") == "SlicerParameterName"]
        other = entries[(entries.index(entry) + 1) % len(entries)]
        mine, theirs = entry.find("string"), other.find("string")
        if other is entry or mine is None or theirs is None:
            return None
        mine.text, theirs.text = theirs.text, mine.text
        return f"{_owner(root, entry)} and {_owner(root, other)} swapped"

    return [
        ("property misspelt", ".//property", misspell),
        ("value flipped", ".//property", flip),
        ("parameter lost", ".//property", lose),
        ("parameter misspelt", ".//property", misname),
        ("parameters swapped", ".//property", swap),
    ]


def _connections():
    def words(wire: ET.Element) -> str:
        return " ".join((wire.findtext(part) or "") for part in ("sender", "signal", "receiver", "slot"))

    def lose(root: ET.Element, wire: ET.Element) -> str | None:
        held = root.find("connections")
        assert held is not None
        held.remove(wire)
        return words(wire)

    def changed(part: str) -> object:
        def change(_root: ET.Element, wire: ET.Element) -> str | None:
            element, what = wire.find(part), words(wire)
            if element is None:
                return None
            name, bracket, rest = (element.text or "").partition("(")
            element.text = f"{name}Misspelt{bracket}{rest}"
            return f"{part} of {what}"

        return change

    def swap(root: ET.Element, wire: ET.Element) -> str | None:
        receiver, what = wire.find("receiver"), words(wire)
        others = [e.text for e in root.iter("receiver") if receiver is not None and e.text != receiver.text]
        if receiver is None or not others:
            return None
        receiver.text = others[0]
        return f"{what} to {others[0]}"

    kinds = [
        ("connection misspelt", ".//connection", changed(part))
        for part in ("sender", "signal", "receiver", "slot")
    ]
    return [("connection lost", ".//connection", lose), *kinds, ("receiver swapped", ".//connection", swap)]
