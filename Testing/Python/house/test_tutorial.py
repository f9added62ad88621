"""The tutorial for Slicer names controls as the panels do, shows their pictures, and tells how to cite."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

PAGE = "docs/tutorial/in-slicer.md"
MODULES = ("AutoOrient", "AutoLandmark", "DeepSSMModule")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
SHOWN = {"text", "title", "placeholderText", "specialValueText"}
"""Properties of widgets that a user reads without waiting for a tooltip."""


@pytest.fixture(scope="module")
def page(repository):
    return (repository / PAGE).read_text(encoding="utf-8")


def texts_of_ui(file: Path) -> set[str]:
    """What stands on the widgets of a .ui file."""
    properties = ElementTree.parse(file).getroot().iter("property")
    found = (one.findtext("string") for one in properties if one.get("name") in SHOWN)
    return {text for text in found if text}


def texts_of_python(file: Path) -> set[str]:
    """All texts of a Python file."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


@pytest.fixture(scope="module")
def controls(repository):
    """Patterns of all texts in the panels; a ``{place}`` stands for anything."""
    modules = [repository / name for name in MODULES]
    folders = [*modules, repository / "craniomark" / "desktop"]
    shown: set[str] = set()
    for place in [*modules, repository / "Resources" / "UI"]:
        for file in place.rglob("*.ui"):
            shown |= texts_of_ui(file)
    for folder in folders:
        shown |= {text for file in folder.rglob("*.py") for text in texts_of_python(file)}
    parts = [re.split(r"\{\w*\}", text) for text in shown if re.sub(r"\{\w*\}|\W", "", text)]
    return [re.compile(".+".join(map(re.escape, part))) for part in parts]


def unknown(text: str, controls: list[re.Pattern[str]]) -> list[str]:
    """Bold names of a page that no panel has."""
    names = {" ".join(name.split()) for name in BOLD.findall(text)}
    return sorted(name for name in names if not any(one.fullmatch(name) for one in controls))


def test_every_control_is_named_as_it_is(page, controls):
    assert len(BOLD.findall(page)) > 30
    assert unknown(page, controls) == []


def test_a_control_that_is_not_there_is_found(controls):
    told = unknown(
        "Press **Orient**, then **Orient it**, at\n**Mouse skull CT\n2** or **Flip Left/Right**.", controls
    )
    assert told == ["Flip Left/Right", "Orient it"]


def test_keys_are_those_of_the_buttons(repository, page):
    ui = ElementTree.parse(repository / "AutoLandmark" / "Resources" / "UI" / "AutoLandmark.ui").getroot()
    widgets = (
        {p.get("name"): p.findtext("string") for p in one.iter("property")} for one in ui.iter("widget")
    )
    keys = {(held.get("text"), held.get("shortcut")) for held in widgets}
    told = set(re.findall(r"\*\*([^*]+)\*\*\s+\(`(\w)`\)", page))
    assert len(told) > 5 and told <= keys


def test_pictures_of_all_modules_are_shown(page):
    pictures = re.findall(r"!\[.+?\]\(.+?/Screenshots/(\w+)-.+?\.png\)", page)
    assert set(pictures) == set(MODULES)


def test_it_goes_from_sample_data_to_a_table_and_tells_how_to_cite(page):
    headings = re.findall(r"^## (.+)$", page, flags=re.MULTILINE)
    for words in (
        "Install",
        "Load a scan",
        "Write the table",
        "How to cite",
        "Where the sample data come from",
    ):
        assert any(words in heading for heading in headings), words
    assert "CITATION.cff" in page and "*Sample Data*" in page


def test_the_help_of_the_modules_leads_to_it(repository):
    from craniomark.desktop.about import ADDRESS, TUTORIAL, acknowledgement, help_text

    assert f"{ADDRESS}/blob/main/{PAGE}" == TUTORIAL and (repository / PAGE).is_file()
    assert TUTORIAL in help_text("x") and "cite" in acknowledgement()
    for name in MODULES:
        text = (repository / name / f"{name}.py").read_text(encoding="utf-8")
        assert "help_text(" in text and "acknowledgement()" in text and "register_samples" in text
