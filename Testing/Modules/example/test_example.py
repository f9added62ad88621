"""The double, proved on a small module: every control has an effect that is asserted."""

import sys
from pathlib import Path

import pytest

import double

MODULE = Path(__file__).parent / "Example" / "Example.py"
LIMIT_MS = 100.0


@pytest.fixture
def panel(opened):
    opened_panel = opened(MODULE)
    opened_panel.widget.logic.python = sys.executable
    return opened_panel


@pytest.fixture
def points(scene):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "Three")
    for place in ((9, 0, 1), (9, 0, 6), (0, 0, 7)):
        node.AddControlPoint(*place)
    return node


def counted(scene):
    return scene.GetFirstNodeByName("Count").GetText()


def test_a_panel_begins_with_nothing_chosen(panel):
    ui = panel.ui
    assert not ui.applyButton.enabled and not ui.clearButton.enabled
    assert ui.applyButton.toolTip == "Choose a list of points first"
    assert (ui.limitSlider.value, ui.repeatsSpinBox.value, ui.axisComboBox.currentText) == (5.0, 2, "S")
    assert (ui.limitSlider.minimum, ui.limitSlider.maximum) == (-100, 100)
    assert (ui.repeatsSpinBox.minimum, ui.repeatsSpinBox.maximum) == (1, 9)
    assert ui.limitSlider.decimals == 1 and ui.limitSlider.suffix == " mm"
    assert not ui.optionsCollapsibleButton.collapsed and ui.limitSlider.visible


def test_sample_data_is_offered(panel):
    (offered,) = double.calls.of("SampleDataLogic.registerCustomSampleDataSource")
    assert (offered["sampleName"], offered["nodeNames"]) == ("Points", "Points")
    assert panel.module.title == "Example" and panel.module.categories == ["Examples"]


def test_selectors_follow_the_scene(panel, points, scene):
    selector = panel.ui.pointsSelector
    assert selector.nodes() == [points] and selector.currentNode() is None
    scene.AddNewNodeByClass("vtkMRMLModelNode")
    hidden = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    hidden.SetHideFromEditors(True)
    hidden.Modified()
    assert selector.nodeCount() == 1
    selector.pick(points)
    assert panel.ui.infoLabel.text == "3 points"
    assert panel.widget._parameterNode.points is points and panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "Count the points"
    scene.RemoveNode(points)
    assert selector.currentNode() is None and not panel.ui.applyButton.enabled
    assert panel.ui.infoLabel.text == ""


def test_who_may_add_and_remove_nodes(panel, scene):
    assert not panel.ui.pointsSelector.addEnabled and not panel.ui.pointsSelector.removeEnabled
    assert panel.ui.outputSelector.addEnabled and panel.ui.outputSelector.removeEnabled
    other = scene.AddNewNodeByClass("vtkMRMLTextNode")
    assert panel.ui.outputSelector.nodes() == [other] and panel.ui.outputSelector.currentNode() is None
    made = panel.ui.outputSelector.addNode()
    assert made.GetName() == "Count" and panel.widget._parameterNode.output is made
    panel.ui.outputSelector.removeCurrentNode()
    assert panel.widget._parameterNode.output is None


def test_apply_counts(panel, points, scene):
    panel.ui.pointsSelector.pick(points)
    panel.ui.applyButton.click()
    assert counted(scene) == "2" and panel.ui.resultLabel.text == "2 points found"
    assert panel.ui.outputSelector.currentNode() is scene.GetFirstNodeByName("Count")


@pytest.mark.parametrize(
    ("name", "value", "parameter", "stored", "count"),
    [
        ("limitSlider", 6.5, "limit", 6.5, "1"),
        ("belowCheckBox", True, "below", True, "1"),
        ("axisComboBox", 0, "axis", "R", "2"),
        ("remarkLineEdit", "so far", "remark", "so far", "2 so far"),
    ],
)
def test_each_option_has_its_effect(panel, points, scene, name, value, parameter, stored, count):
    widget = getattr(panel.ui, name)
    ways = {"limitSlider": "value", "belowCheckBox": "checked", "axisComboBox": "currentIndex"}
    setattr(widget, ways.get(name, "text"), value)
    assert getattr(panel.widget._parameterNode, parameter) == stored
    panel.ui.pointsSelector.pick(points)
    panel.ui.applyButton.click()
    assert counted(scene) == count
    if name == "axisComboBox":
        panel.ui.axisComboBox.currentText = "A"
        panel.ui.applyButton.click()
        assert counted(scene) == "0"


def test_repeats_are_counted(panel, points, monkeypatch):
    seen = []
    monkeypatch.setattr(type(panel.widget.logic), "count", lambda *given: seen.append(given) or 0)
    panel.ui.pointsSelector.pick(points)
    panel.ui.repeatsSpinBox.value = 3
    panel.ui.applyButton.click()
    assert len(seen) == 3


def test_parameters_reach_the_widgets(panel):
    node = panel.widget._parameterNode
    node.limit, node.repeats, node.below, node.axis, node.remark = -4.5, 7, True, "A", "x"
    ui = panel.ui
    assert (ui.limitSlider.value, ui.repeatsSpinBox.value, ui.belowCheckBox.checked) == (-4.5, 7, True)
    assert (ui.axisComboBox.currentText, ui.remarkLineEdit.text) == ("A", "x")


@pytest.mark.parametrize(("name", "value"), [("limit", 101.0), ("repeats", 0), ("axis", "X")])
def test_validators_refuse(panel, name, value):
    with pytest.raises(ValueError, match="value must be"):
        setattr(panel.widget._parameterNode, name, value)
    with pytest.raises(AttributeError, match="no parameter"):
        setattr(panel.widget._parameterNode, name + "s", value)


def test_clear_empties_the_output(panel, points, scene):
    panel.ui.pointsSelector.pick(points)
    panel.ui.applyButton.click()
    assert panel.ui.clearButton.enabled
    panel.ui.clearButton.click()
    assert scene.GetFirstNodeByName("Count").GetText() == "" and panel.ui.resultLabel.text == ""


def test_save_asks_for_a_file(panel, points, tmp_path):
    panel.ui.pointsSelector.pick(points)
    panel.ui.applyButton.click()
    double.answer(tmp_path / "count.txt", "")
    panel.ui.saveButton.click()
    panel.ui.saveButton.click()
    assert (tmp_path / "count.txt").read_text() == "2 points found"
    assert [box.kind for box in double.shown] == ["getSaveFileName"] * 2


def test_a_fault_is_told_once_in_a_box(panel, points, monkeypatch):
    def broken(*_given):
        raise ValueError("no idea")

    monkeypatch.setattr(type(panel.widget.logic), "count", broken)
    panel.ui.pointsSelector.pick(points)
    with double.expected(ValueError, "no idea"):
        panel.ui.applyButton.click()
    (box,) = double.shown
    assert box.text == "The points could not be counted.\n\nno idea"


def test_a_process_runs_beside_the_panel(panel):
    with double.gaps() as gaps:
        panel.ui.waitButton.click()
        assert double.settle(lambda: panel.ui.resultLabel.text == "waited", 30)
    assert not panel.ui.waitButton.checked
    assert gaps.ticks > 5 and gaps.worst_ms < LIMIT_MS, gaps.stack


def test_a_process_can_be_stopped(panel):
    panel.ui.waitButton.click()
    panel.ui.waitButton.click()
    assert panel.widget._process is None
    double.settle()
    assert panel.ui.resultLabel.text == ""


def test_the_scene_is_closed_and_goes_on(panel, points, scene, slicer):
    panel.ui.pointsSelector.pick(points)
    panel.ui.limitSlider.value = 6.5
    before = panel.widget._parameterNode
    scene.Clear(0)
    assert panel.ui.limitSlider.value == 5.0 and panel.widget._parameterNode is not before
    assert panel.ui.pointsSelector.currentNode() is None and not panel.ui.applyButton.enabled
    panel.ui.limitSlider.value = 2.5
    assert panel.widget._parameterNode.limit == 2.5
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    panel.ui.pointsSelector.pick(node)
    assert panel.ui.applyButton.enabled


def test_a_closing_scene_is_let_go_first(panel, scene, monkeypatch):
    """The panel must not write into a scene that is being closed."""
    seen = []
    scene.AddObserver(scene.StartCloseEvent, lambda *_: seen.append(panel.widget._parameterNode), -1.0)
    scene.Clear(0)
    assert seen == [None]


def test_another_module_in_between(panel, points, scene, slicer):
    panel.ui.limitSlider.value = 6.5
    slicer.util.selectModule("")
    panel.ui.limitSlider.value = 1.0
    assert panel.widget._parameterNode is None
    scene.Clear(0)
    assert panel.widget._parameterNode is None
    slicer.util.selectModule("Example")
    assert panel.ui.limitSlider.value == 5.0


def test_the_module_is_reloaded(panel, points, slicer):
    panel.ui.pointsSelector.pick(points)
    panel.ui.limitSlider.value = 6.5
    panel.ui.waitButton.click()
    old = panel.widget
    old.onReload()
    double.settle()
    assert panel.widget is not old and slicer.modules.ExampleWidget is panel.widget
    assert not old.Observations and old._process is None
    assert panel.ui.limitSlider.value == 6.5 and panel.ui.pointsSelector.currentNode() is points
    panel.ui.applyButton.click()
    assert panel.ui.resultLabel.text == "1 points found"


def test_the_test_of_the_module_itself_passes(panel, slicer):
    slicer.selfTests["Example"]()


def test_the_panel_can_be_photographed(panel, tmp_path):
    import qt

    image = qt.QImage(str(double.grab(panel.parent, tmp_path / "example.png")))
    assert image.width() == 840 and image.height() > 500
