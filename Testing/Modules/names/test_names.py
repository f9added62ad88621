"""Names in modules are those of Qt, CTK and Slicer; and the check does find others."""

import re
import shutil
from pathlib import Path

import pytest

from names.check import OLDEST, check
from names.known import known
from names.python_check import check_python
from names.ui_check import check_ui, widgets_of

EXAMPLE = Path(__file__).parents[1] / "example" / "Example"
PRODUCT = ("AutoOrient", "AutoLandmark", "DeepSSMModule", "craniomark/desktop", "Resources/UI")
HEAD = "import qt, ctk, slicer, vtk\n"
UI = widgets_of(
    '<ui><widget class="qMRMLWidget" name="top"><widget class="QCheckBox" name="box"/></widget></ui>'
)


def findings(code: str) -> list[str]:
    return [finding.text for finding in check_python(Path("x.py"), HEAD + code, UI, OLDEST)]


@pytest.fixture(scope="module")
def places(repository):
    """Folders of the product whose names are checked."""
    return [repository / each for each in PRODUCT]


def test_modules_name_what_there_is(places):
    found = check(places)
    assert not found, "\n".join(map(str, found))


def test_whatever_uses_slicer_is_checked(repository, places):
    files = [*repository.glob("*/*.py"), *(repository / "craniomark").rglob("*.py")]
    using = re.compile(r"^ *(import|from) (qt|ctk|slicer)\b", re.MULTILINE)
    apart = {"Testing", "build", "dist", ".venv"}
    files = [file for file in files if file.relative_to(repository).parts[0] not in apart]
    users = {file for file in files if using.search(file.read_text(encoding="utf-8"))}
    modules = {file.parent for file in users if file.parent.parent == repository}
    assert modules >= {repository / name for name in PRODUCT[:3]}
    bridge = repository / "craniomark" / "mrml"
    left = {file for file in users if not ({*places, bridge} & {*file.parents})}
    assert not left
    assert {file for file in repository.rglob("*.ui") if not ({"Testing", "build"} & {*file.parts})} == {
        file for place in places for file in place.rglob("*.ui")
    }


@pytest.mark.parametrize(
    "wrong", ["qt.QNoLabel()", "slicer.util.noUtil()", "slicer.app.noMethod()", "ui.noBox.text = 3"]
)
def test_one_wrong_name_in_any_file_is_found(places, tmp_path, wrong):
    copies = [tmp_path / place.name for place in places]
    for place, copy in zip(places, copies, strict=True):
        shutil.copytree(place, copy, ignore=shutil.ignore_patterns("__pycache__"))
    files = [file for copy in copies for file in copy.rglob("*.py")]
    for file in files:
        text = file.read_text(encoding="utf-8")
        file.write_text(
            f"{text}\n\ndef wrong(ui):\n    import qt\n    import slicer\n\n    {wrong}\n", encoding="utf-8"
        )
    found = check(copies)
    assert {finding.file for finding in found} == {*files} and len(found) == len(files)


def test_one_wrong_property_in_any_designer_file_is_found(places, tmp_path):
    for file in (file for place in places for file in place.rglob("*.ui")):
        text = file.read_text(encoding="utf-8")
        assert check_ui(file, text) == []
        for name in re.findall(r'<property name="(toolTip|text|checked|collapsed)"', text):
            bad = text.replace(f'<property name="{name}"', f'<property name="{name}Wrong"', 1)
            assert len(check_ui(tmp_path / file.name, bad)) == 1, name


def test_docstrings_tell_the_classes_of_parameters():
    code = '''
class Picker:
    """Picks.

    Parameters
    ----------
    box : QCheckBox
        To tick.
    other, third : QLabel
        To look at.
    plain : str
        Text.
    """

    def __init__(self, box, other, third, plain, unknown):
        self._box, self.third = box, third
        plain.whatever(); unknown.whatever()

    def on(self):
        self._box.{wrong}
        self.third.txt = ""
'''
    assert findings(code.replace("{wrong}", "checked = True")) == ["QLabel has no txt"]
    assert findings(code.replace("{wrong}", "connect('toggeld(bool)', print)")) == [
        "QCheckBox has no signal toggeld(bool)", "QLabel has no txt",
    ]  # fmt: skip


def test_the_example_names_what_there_is():
    assert check([EXAMPLE]) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("qt.QPushButon('x')", "qt has no QPushButon"),
        ("ctk.ctkPathEdit()", "ctk has no ctkPathEdit"),
        ("slicer.qMRMLNodeCombo()", "slicer has no qMRMLNodeCombo"),
        ("slicer.util.loadVolumes('x')", "slicer.util has no loadVolumes"),
        ("slicer.vtkMRMLVolumeNod()", "slicer has no vtkMRMLVolumeNod"),
        ("slicer.vtkMRMLModelNode().GetPolydata()", "vtkMRMLModelNode has no GetPolydata"),
        ("slicer.mrmlScene.AddNode2(None)", "vtkMRMLScene has no AddNode2"),
        ("slicer.app.layoutManager().sliceWidget('Red').sliceNode()", "qMRMLSliceWidget has no sliceNode"),
        ("slicer.modules.markups.logic().JumpSlices()", "vtkSlicerMarkupsLogic has no JumpSlices"),
        ("ui.bax.checked = True", "no .ui file has a widget bax"),
        ("ui.box.cheked = True", "QCheckBox has no cheked"),
        ("ui.box.checked()", "QCheckBox.checked is a property, not to be called"),
        ("ui.box.connect('toggeld(bool)', print)", "QCheckBox has no signal toggeld(bool)"),
        (
            "ui.box.toggled.connect(print)",
            "QCheckBox.toggled.connect: write connect('toggled(...)', ...) instead",
        ),
        ("t = qt.QTimer()\nt.setIntervall(3)", "QTimer has no setIntervall"),
        ("for b, f in ((ui.box, print),):\n    b.connect('x()', f)", "QCheckBox has no signal x()"),
        ("qt.Qt.CursorShape.WaitCursor", "Qt has no CursorShape"),
        ("slicer.util.LazyImport('torch')", "slicer.util.LazyImport is there since Slicer 5.13, not in 5.12"),
        ("import PySide6.QtCore", "PySide6.QtCore is not in Slicer: import qt"),
        ("from slicer.parameterNodeWrapper import Range", "slicer.parameterNodeWrapper has no Range"),
        ("from slicer.packaging import pip_assure", "slicer.packaging has no pip_assure"),
    ],
)
def test_wrong_names_are_found(code, told):
    assert findings(code) == [told]


@pytest.mark.parametrize(
    "code",
    [
        "b = qt.QPushButton('x')\nb.connect('clicked(bool)', print)\nb.enabled = b.isEnabled()",
        "qt.QTimer.singleShot(0, print)",
        "qt.QMessageBox.Yes | qt.Qt.WaitCursor | qt.QProcess.NotRunning",
        "slicer.util.launchConsoleProcess(['x'], blocking=False)",
        "slicer.mrmlScene.AddObserver(vtk.vtkCommand.ModifiedEvent, print)",
        "slicer.app.processEvents()\nslicer.modules.markups.logic().JumpSlicesToLocation(0, 0, 0, True)",
        "unknown.whatever.itsName()",
    ],
)
def test_right_names_pass(code):
    assert findings(code) == []


def test_older_slicers_lack_more():
    code = HEAD + "slicer.packaging.pip_ensure('x')\nslicer.util.launchConsoleProcess(['x'], blocking=False)"
    told = {finding.text.split(" is")[0] for finding in check_python(Path("x.py"), code, {}, "5.10")}
    assert told >= {"slicer.packaging.pip_ensure", "slicer.util.launchConsoleProcess(blocking)"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('class="QSpinBox"', 'class="QSpinBax"', "repeatsSpinBox: there is no class QSpinBax"),
        ('"noneEnabled"', '"noneEnable"', "pointsSelector: qMRMLNodeComboBox has no property noneEnable"),
        (
            'name="SlicerParameterName" stdset="0"',
            'name="SlicerParameterName"',
            "no property SlicerParameterName",
        ),
        ('name="limitSlider"', 'name="axisComboBox"', "axisComboBox: two widgets have this name"),
        ("<receiver>pointsSelector", "<receiver>points", "points: the receiver of a connection is no widget"),
        (
            "<signal>mrmlSceneChanged",
            "<signal>sceneChanged",
            "Example: qMRMLWidget has no signal sceneChanged",
        ),
        ("<slot>setMRMLScene", "<slot>setScene", "pointsSelector: qMRMLNodeComboBox has no slot setScene"),
        (
            "<class>ctkSliderWidget",
            "<class>ctkSlider",
            "limitSlider: ctkSliderWidget is missing under customwidgets",
        ),
    ],
)
def test_wrong_names_in_designer_files_are_found(old, new, told):
    text = (EXAMPLE / "Resources" / "UI" / "Example.ui").read_text(encoding="utf-8")
    assert old in text
    found = [finding.text for finding in check_ui(Path("x.ui"), text.replace(old, new))]
    assert any(told in each for each in found), found


def test_the_double_has_no_more_than_the_real_widgets(slicer):
    """Otherwise a module could pass here that fails in Slicer."""
    from double.widgets.catalogue import CUSTOM

    lists = known()
    only_here = {"currentNodeChanged(PyObject)", "validNodeChanged(bool)", "selectionChanged_()"}
    for name, kind in CUSTOM.items():
        meta = kind.staticMetaObject
        own = {meta.property(n).name() for n in range(meta.propertyOffset(), meta.propertyCount())}
        assert own <= lists.properties(name), (name, own - lists.properties(name))
        methods = [meta.method(n) for n in range(meta.methodOffset(), meta.methodCount())]
        given = {
            bytes(m.methodSignature().data()).decode() for m in methods if m.methodType().name == "Signal"
        }
        plain = {s for s in given if "PyObject" not in s} - only_here
        assert plain <= lists.signals(name), (name, plain - lists.signals(name))
        assert {*getattr(kind, "signatures", {})} <= lists.signals(name), name
