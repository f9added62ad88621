"""The double has PythonQt's manners, and hears of what goes wrong unheard."""

import sys
import threading
import time
from pathlib import Path

import pytest

import double
from double import dialogs


@pytest.fixture
def qt(scene):
    import qt

    yield qt
    double.settle()


def test_properties_are_attributes_and_getters_are_not_called(qt):
    label = qt.QLabel("one")
    assert label.text == "one"
    label.text = "two"
    assert label.text == "two" and label.enabled and label.isEnabled()
    with pytest.raises(TypeError, match="not callable"):
        label.text()
    with pytest.raises(ValueError, match=r"QLabel\.text takes QString"):
        label.text = Path("x")
    with pytest.raises(AttributeError, match="can not be set"):
        label.focus = True


def test_slots_get_as_many_arguments_as_they_take(qt):
    button, seen = qt.QPushButton(), []
    button.connect("clicked(bool)", lambda: seen.append("none"))
    button.connect("clicked(bool)", seen.append)
    button.connect("clicked(bool)", lambda checked=5: seen.append(checked))
    button.click()
    assert seen == ["none", False, False]


def test_slots_are_taken_off(qt):
    button, seen = qt.QPushButton(), []

    class Panel:
        def on(self):
            seen.append(1)

    panel = Panel()
    button.connect("clicked()", panel.on)
    button.click()
    assert button.disconnect("clicked()", panel.on) and not button.disconnect("clicked()", panel.on)
    button.click()
    assert seen == [1]


def test_signals_that_are_not_there_are_refused(qt, slicer):
    with pytest.raises(ValueError, match=r"QPushButton has no signal 'clickd\(\)'"):
        qt.QPushButton().connect("clickd()", print)
    with pytest.raises(ValueError, match="has no signal"):
        slicer.qMRMLNodeComboBox().connect("currentNodeChanged(int)", print)


def test_errors_in_slots_timers_observers_and_threads_are_kept(qt, scene):
    def fail(*_given):
        raise LookupError("lost")

    button = qt.QPushButton()
    button.connect("clicked()", fail)
    button.click()
    qt.QTimer.singleShot(0, fail)
    double.settle(lambda: len(double.slot_errors) == 2)
    tag = scene.AddObserver(scene.NodeAddedEvent, fail)
    scene.AddNewNodeByClass("vtkMRMLTextNode")
    scene.RemoveObserver(tag)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [type(each.error) for each in double.slot_errors] == [LookupError] * 4
    with pytest.raises(AssertionError, match="lost"):
        double.assert_clean()
    double.slot_errors.clear()


def test_errors_of_vtk_are_kept(scene):
    import vtk

    filled = vtk.vtkPolyDataNormals()
    filled.Update()
    assert double.vtk_errors
    double.vtk_errors.clear()


def test_slow_slots_are_noticed(qt):
    button = qt.QPushButton()
    button.connect("clicked()", lambda: time.sleep(0.3))
    button.click()
    with pytest.raises(AssertionError, match=r"waited [23]\d\d ms"):
        double.assert_clean()


def click_among_busy_threads(button):
    """Seconds that a click takes while two threads hold the interpreter in turns."""
    over, before = threading.Event(), sys.getswitchinterval()
    threads = [threading.Thread(target=lambda: [None for _ in iter(over.is_set, True)]) for _ in range(2)]
    sys.setswitchinterval(0.1)
    try:
        for thread in threads:
            thread.start()
        start = time.perf_counter()
        button.click()
        return time.perf_counter() - start
    finally:
        over.set()
        sys.setswitchinterval(before)
        for thread in threads:
            thread.join()


def test_waiting_for_the_interpreter_is_not_the_slots_own(qt):
    button, waits = qt.QPushButton(), []
    button.connect("clicked()", lambda: [time.sleep(0.001) for _ in range(3)])
    for _ in range(5):  # a virtual machine that stands still tells nobody: then once more
        double.durations.calls.clear()
        took = click_among_busy_threads(button)
        waits.append((took, double.slow_calls()))
        if took > 0.2 and not double.slow_calls():
            break
    else:
        pytest.fail(str(waits))


def test_what_a_thread_did_that_is_gone_is_no_excuse_and_no_blame(qt):
    begun = threading.Event()

    def work():
        end = time.thread_time() + 0.3
        while time.thread_time() < end:
            pass
        begun.set()
        time.sleep(0.1)

    thread, button = threading.Thread(target=work), qt.QPushButton()
    thread.start()
    begun.wait(60)
    button.connect("clicked()", lambda: thread.join())
    button.click()
    assert not double.slow_calls()


def test_how_long_the_system_takes_to_begin_a_process_is_not_the_slots_own(qt, monkeypatch):
    import _posixsubprocess
    import subprocess

    def slowly(*arguments):
        time.sleep(0.3)
        return _posixsubprocess.fork_exec(*arguments)

    monkeypatch.setattr(subprocess, "_fork_exec", slowly)
    monkeypatch.setattr(subprocess, "_USE_POSIX_SPAWN", False)
    begun, button = [], qt.QPushButton()
    sleeping = [sys.executable, "-c", "import time; time.sleep(0.4)"]
    button.connect("clicked()", lambda: begun.append(subprocess.Popen(sleeping)))
    button.click()
    assert not double.slow_calls()
    begun[0].wait(60)
    button.connect("clicked()", lambda: subprocess.run(sleeping))
    button.click()
    assert len(double.slow_calls()) == 1
    begun[1].wait(60)


def test_gaps_of_the_event_loop_are_measured(qt):
    with double.gaps() as quiet:
        double.settle(lambda: quiet.ticks > 5)
    with double.gaps() as slow:
        qt.QTimer.singleShot(1, lambda: time.sleep(0.4))
        double.settle(lambda: slow.ticks > 5)
    assert slow.worst_ms > 390 and "sleep" in slow.stack
    assert quiet.worst_ms < slow.worst_ms


@pytest.mark.parametrize("touch", ["set", "call", "node"])
def test_threads_keep_their_hands_off(qt, scene, touch):
    label, node = qt.QLabel(), scene.AddNewNodeByClass("vtkMRMLTextNode")

    def work():
        if touch == "set":
            label.text = "x"
        elif touch == "call":
            label.setText("x")
        else:
            node.SetText("x")

    thread = threading.Thread(target=work)
    with double.expected(double.TouchedFromThreadError):
        thread.start()
        thread.join()


def test_strange_attributes_are_found(qt):
    top = qt.QWidget()
    button = qt.QPushButton(top)
    button.enable = False
    assert double.stray_attributes(top) == ["QPushButton.enable"]


def test_questions_need_answers(qt):
    yes, no = qt.QMessageBox.Yes, qt.QMessageBox.No
    double.answer(yes)
    assert qt.QMessageBox.question(None, "Title", "Sure?") == yes
    with double.expected(dialogs.UnansweredError, "Sure"):
        assert qt.QMessageBox.question(None, "Title", "Sure?") == no
    assert [(box.text, box.answer) for box in double.shown] == [("Sure?", yes), ("Sure?", no)]


def test_settings_go_to_a_folder_of_their_own(qt):
    qt.QSettings().setValue("Some/Key", 3)
    assert "double-settings" in qt.QSettings().fileName()
    double.fresh_scene()
    assert not qt.QSettings().contains("Some/Key")


def test_jumps_move_the_slices(scene, slicer):
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    points.AddControlPoint(3, 4, 5)
    slicer.modules.markups.logic().JumpSlicesToNthPointInMarkup(points.GetID(), 0, True)
    manager = slicer.app.layoutManager()
    nodes = {name: manager.sliceWidget(name).mrmlSliceNode() for name in manager.sliceViewNames()}
    placed = [
        nodes[name].GetSliceToRAS().GetElement(row, 3) for row, name in enumerate(("Yellow", "Green", "Red"))
    ]
    assert placed == pytest.approx([3, 4, 5])


def test_volumes_are_saved_and_loaded(scene, slicer, tmp_path):
    import numpy as np

    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    node = slicer.util.addVolumeFromArray(voxels, name="small")
    assert slicer.util.saveNode(node, str(tmp_path / "small.nrrd"))
    back = slicer.util.loadVolume(str(tmp_path / "small.nrrd"))
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(back), voxels)
    with pytest.raises(RuntimeError, match="Failed to load"):
        slicer.util.loadVolume(str(tmp_path / "none.nrrd"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("QSpinBox", "QSpinBax", "no class QSpinBax"),
        ('"noneEnabled"', '"noneEnable"', "has no property noneEnable"),
        ("<sender>Example", "<sender>Exampel", "no widget Exampel"),
        ("<signal>mrmlSceneChanged", "<signal>sceneChanged", "has no signal"),
        ("<slot>setMRMLScene", "<slot>setScene", "has no slot setScene"),
    ],
)
def test_designer_files_that_are_wrong_are_refused(scene, slicer, tmp_path, old, new, told):
    held = Path(__file__).parents[1] / "example" / "Example" / "Resources" / "UI" / "Example.ui"
    path = tmp_path / "wrong.ui"
    path.write_text(held.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        slicer.util.loadUI(str(path))


def test_a_path_line_takes_texts_and_asks(qt):
    import ctk

    line, seen = ctk.ctkPathLineEdit(), []
    line.connect("currentPathChanged(QString)", seen.append)
    line.currentPath = "one"
    with pytest.raises(ValueError, match="takes str"):
        line.currentPath = Path("two")
    line.filters = ctk.ctkPathLineEdit.Dirs
    double.answer("three")
    line.browse()
    assert seen == ["one", "three"] and double.shown[0].kind == "getExistingDirectory"


def test_a_section_folds(qt):
    import ctk

    button = ctk.ctkCollapsibleButton("Section")
    inside, hidden = qt.QLabel("a"), qt.QLabel("b")
    layout = qt.QVBoxLayout(button)
    layout.addWidget(inside)
    layout.addWidget(hidden)
    hidden.hide()
    button.show()
    button.collapsed = True
    assert not inside.visible
    button.click()
    assert not button.collapsed and inside.visible and not hidden.visible
    button.close()


def test_installations_are_only_recorded(scene, slicer):
    slicer.packaging.pip_ensure("torch>=2", requester="Example")
    (call,) = double.calls.of("pip_ensure")
    assert (call["requirements"], call["requester"]) == ("torch>=2", "Example")
    double.calls.results["pip_ensure"] = RuntimeError("declined")
    with pytest.raises(RuntimeError, match="declined"):
        slicer.packaging.pip_ensure("torch>=2")
    with pytest.raises(TypeError):
        slicer.packaging.pip_ensure("torch>=2", requestor="Example")


def test_parameters_of_every_type_are_kept(scene, slicer):
    import enum
    from typing import Annotated

    from slicer.parameterNodeWrapper import Default, Minimum, parameterNodeWrapper

    class Way(enum.Enum):
        FAST = 1
        GOOD = 2

    class All:
        on: bool = True
        count: Annotated[int, Minimum(1), Default(4)]
        size: float
        text: str = "a"
        place: Path
        way: Way
        node: slicer.vtkMRMLModelNode
        several: list[float]

    All.__annotations__ = dict(All.__annotations__)
    kind = parameterNodeWrapper(All)
    held = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    all_ = kind(held)
    assert (all_.on, all_.count, all_.size, all_.text, all_.way) == (True, 4, 0.0, "a", Way.FAST)
    assert all_.node is None and all_.several == []
    model = scene.AddNewNodeByClass("vtkMRMLModelNode")
    new = {
        "on": False,
        "count": 7,
        "size": 0.5,
        "text": "ä",
        "place": Path("b"),
        "way": Way.GOOD,
        "node": model,
    }
    for name, value in (new | {"several": [1.0, 2.5]}).items():
        setattr(all_, name, value)
    again = kind(held)
    assert {name: getattr(again, name) for name in new} == new and again.several == [1.0, 2.5]
    for name, value in (("count", 0), ("count", "x"), ("way", 1), ("node", scene), ("on", 1), ("several", 3)):
        with pytest.raises((TypeError, ValueError)):
            setattr(all_, name, value)
