"""The tutorial works word by word: its steps are read from the page and done, from the scan to the CSV."""

import csv
import os
import re
from pathlib import Path

import pytest
from watching import points

import double

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = REPOSITORY / "docs" / "tutorial" / "in-slicer.md"
FIRST, LAST = "## 3.", "## What next"
FOLDER = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mmllm"
WAIT = 540.0
STEPS = re.compile(
    r"Open the module \*\*(?P<module>.+?)\*\*"
    r"|Open the section \*\*(?P<section>.+?)\*\*"
    r"|At \*\*(?P<place>.+?)\*\* (?:choose|type) (?P<what>the scan|a folder|your name|\*\*.+?\*\*)"
    r"|Press \*\*(?P<button>.+?)\*\*(?: \(`(?P<key>\w)`\))?"
    r"|(?P<drag>drag it in a slice)"
)
IMPERATIVES = re.compile(
    r"(?:^|[.:] |\d\. )(?:Press|Open the|At) \*\*|Open the (?:module|section) \*\*", re.MULTILINE
)


def steps():
    """The steps of the page, in order."""
    text = PAGE.read_text(encoding="utf-8")
    part = " ".join(text[text.index(FIRST) : text.index(LAST)].split())
    return [match.groupdict() for match in STEPS.finditer(part)]


class Reader:
    """Somebody who does what the page says, and nothing else."""

    def __init__(self, opened, volume, folder):
        self._opened, self._volume, self._folder = opened, volume, folder
        self._panel = None

    def do(self, step):
        """One step; what it needs must be there, visible and enabled."""
        if step["module"]:
            name = step["module"]
            self._panel = self._opened(REPOSITORY / name / f"{name}.py")
        elif step["section"]:
            self._section(step["section"]).collapsed = False
        elif step["place"]:
            self._fill(step["place"], step["what"].strip("*"))
        elif step["button"]:
            self._press(step["button"], step["key"])
        elif step["drag"]:
            self._drag()
        assert double.settle(lambda: not self._panel.widget.desk.busy, WAIT), step
        assert self._panel.widget.message.kind != "fault", (step, self._panel.widget.message.text)

    def _shown(self, kind, text, name="text"):
        """The one widget of a kind that is visible and shows a text."""
        found = [one for one in self._panel.parent.findChildren(kind) if getattr(one, name) == text]
        found = [one for one in found if one.isVisibleTo(self._panel.parent)]
        assert len(found) == 1, f"{len(found)} visible {kind} with {text!r}"
        return found[0]

    def _section(self, text):
        import ctk

        return self._shown(ctk.ctkCollapsibleButton, text)

    def _press(self, text, key):
        button = self._shown("QPushButton", text)
        assert button.enabled, f"{text!r} can't be pressed"
        assert key is None or button.shortcut.toString() == key, f"{text!r} has no key {key}"
        button.click()

    def _fill(self, place, what):
        if what == "your name":
            self._shown("QLineEdit", place, "placeholderText").text = "Anna"
            return
        field = self._field(self._shown("QLabel", place))
        assert field.enabled
        if what == "the scan":
            field = getattr(self._panel.ui, field.objectName)
            field.pick(self._volume)
        elif what == "a folder":
            field.currentPath = str(self._folder / place.strip(":"))
        else:
            assert field.findText(what) >= 0, f"{place} offers no {what!r}"
            field.setCurrentIndex(field.findText(what))

    def _field(self, label):
        """What stands beside a label of a form."""
        widgets = [one for one in self._panel.parent.findChildren("QWidget") if one is not label]
        for form in self._panel.parent.findChildren("QFormLayout"):
            for widget in widgets:
                if form.indexOf(widget) >= 0 and form.labelForField(widget) == label:
                    return widget
        raise AssertionError(f"nothing stands beside {label.text!r}")

    def _drag(self):
        node, current = points(self._panel), self._panel.widget.desk.review.session.current
        labels = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]
        assert not node.GetNthControlPointLocked(labels.index(current))
        x, y, z = node.GetNthControlPointPosition(labels.index(current))
        node.SetNthControlPointPosition(labels.index(current), x + 0.2, y, z)
        node.InvokeEvent(node.PointEndInteractionEvent)


def test_the_page_has_no_step_that_is_not_done():
    text = PAGE.read_text(encoding="utf-8")
    part = " ".join(text[text.index(FIRST) : text.index(LAST)].split())
    assert len(IMPERATIVES.findall(part)) <= len(steps()) and len(steps()) >= 18


def follow(opened, volume, folder):
    """Do all steps; returns the table that they end with."""
    reader = Reader(opened, volume, folder)
    for step in steps():
        reader.do(step)
    (table,) = (folder / "Folder").iterdir()
    assert f"`{table.name}`" in PAGE.read_text(encoding="utf-8")
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def clean_start(boards, monkeypatch):
    """Forget what other tests have installed and registered."""
    import SampleData
    from craniomark.desktop import requirements, shared

    monkeypatch.setattr(SampleData, "_craniomark", False, raising=False)
    monkeypatch.setattr(requirements, "_complete", set())
    shared._held.pop("training", None)


def test_the_tutorial_leads_to_a_table(clean_start, opened, volume, tmp_path):
    (row,) = follow(opened, volume, tmp_path)
    assert "skull" in row.values() and "NA" in row.values()


@pytest.fixture
def real_child(clean_start):
    """Let panels use a child that computes."""
    from craniomark.desktop import shared
    from craniomark.desktop.board import JobBoard

    held = dict(shared._held)
    shared._held.clear()
    shared._held["board"] = JobBoard()
    yield
    shared.close()
    shared._held.update(held)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="CRANIOMARK_DATA has no mouse CTs")
def test_the_tutorial_leads_from_a_real_scan_to_a_table(real_child, opened, scene, tmp_path):
    from craniomark.ground.volumes import read_volume
    from craniomark.mrml import add_volume

    path = sorted(path for path in FOLDER.glob("*.nii.gz") if "-LM" not in path.name)[0]
    volume = add_volume(scene, read_volume(path), path.name.removesuffix(".nii.gz"))
    (row,) = follow(opened, volume, tmp_path)
    assert len(row) > 30 and path.name.removesuffix(".nii.gz") in row.values()


def test_the_sample_that_it_names_is_offered(clean_start, opened):
    opened(REPOSITORY / "AutoLandmark" / "AutoLandmark.py")
    offered = double.calls.of("SampleDataLogic.registerCustomSampleDataSource")
    text = PAGE.read_text(encoding="utf-8")
    assert offered and all(f"**{one['sampleName']}**" in text for one in offered)
    assert f"**{offered[0]['category']}**" in text
