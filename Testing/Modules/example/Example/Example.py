"""A small module in the manner of Slicer's scripted modules, on which the double is proved."""

import os
from pathlib import Path
from typing import Annotated

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class Example(ScriptedLoadableModule):
    """Tells Slicer about the module."""

    def __init__(self, parent):
        super().__init__(parent)
        self.parent.title = _("Example")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Examples")]
        self.parent.helpText = _("Counts the points of a list that are higher than a limit.")
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """Offer a data set."""
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="Example", sampleName="Points", uris="https://example.org/points.mrk.json",
        fileNames="points.mrk.json", nodeNames="Points", checksums="SHA256:00",
    )  # fmt: skip


@parameterNodeWrapper
class ExampleParameterNode:
    """What the panel remembers in the scene."""

    points: slicer.vtkMRMLMarkupsFiducialNode
    output: slicer.vtkMRMLTextNode
    limit: Annotated[float, WithinRange(-100, 100)] = 5.0
    repeats: Annotated[int, WithinRange(1, 9)] = 2
    below: bool = False
    axis: Annotated[str, Choice(["R", "A", "S"])] = "S"
    remark: str = ""


class ExampleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._parameterNode = None
        self._guiTag = None
        self._process = None

    def setup(self):
        super().setup()
        panel = slicer.util.loadUI(self.resourcePath("UI/Example.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = ExampleLogic()
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)
        self.ui.clearButton.connect("clicked()", self.onClear)
        self.ui.saveButton.connect("clicked()", self.onSave)
        self.ui.waitButton.connect("toggled(bool)", self.onWait)
        self.ui.pointsSelector.connect("currentNodeChanged(vtkMRMLNode*)", self.onPoints)
        self.initializeParameterNode()

    def cleanup(self):
        self.onWait(False)
        self.setParameterNode(None)
        self.removeObservers()

    def enter(self):
        self.initializeParameterNode()

    def exit(self):
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        self.setParameterNode(ExampleParameterNode(self.logic.getParameterNode()))

    def setParameterNode(self, node):
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(
                self._parameterNode.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onChanged
            )
        self._parameterNode = node
        if node:
            self._guiTag = node.connectGui(self.ui)
            self.addObserver(node.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onChanged)
        self.onChanged()

    def onChanged(self, caller=None, event=None):
        node = self._parameterNode
        ready = bool(node and node.points)
        self.ui.applyButton.enabled = ready
        self.ui.applyButton.toolTip = _("Count the points") if ready else _("Choose a list of points first")
        self.ui.clearButton.enabled = bool(node and node.output)

    def onPoints(self, node):
        self.ui.infoLabel.text = _("{n} points").format(n=node.GetNumberOfControlPoints()) if node else ""

    def onApply(self, checked=False):
        with slicer.util.tryWithErrorDisplay(_("The points could not be counted."), waitCursor=True):
            node = self._parameterNode
            for _number in range(node.repeats):
                count = self.logic.count(node.points, node.limit, node.axis, node.below)
            if node.output is None:
                node.output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "Count")
            node.output.SetText(f"{count} {node.remark}".strip())
            self.ui.resultLabel.text = _("{count} points found").format(count=count)

    def onClear(self):
        self._parameterNode.output.SetText("")
        self.ui.resultLabel.text = ""

    def onSave(self):
        path = qt.QFileDialog.getSaveFileName(self.parent, _("Save the count"), "", "Text (*.txt)")
        if path:
            Path(path).write_text(self.ui.resultLabel.text, encoding="utf-8")

    def onWait(self, on):
        if on and not self._process:
            self._process = qt.QProcess()
            self._process.connect("finished(int,QProcess::ExitStatus)", self.onWaited)
            self._process.start(self.logic.python, ["-c", "import time; time.sleep(0.3); print('waited')"])
        elif not on and self._process:
            self._process.disconnect("finished(int,QProcess::ExitStatus)", self.onWaited)
            self._process.kill()
            self._process.waitForFinished(1000)
            self._process = None

    def onWaited(self, code, status):
        self.ui.resultLabel.text = bytes(self._process.readAllStandardOutput().data()).decode().strip()
        self._process = None
        self.ui.waitButton.checked = False


class ExampleLogic(ScriptedLoadableModuleLogic):
    """The work, without the panel."""

    python = os.environ.get("EXAMPLE_PYTHON", "python3")

    def count(self, points, limit, axis, below):
        """How many points lie above a limit, or below it."""
        if not points:
            raise ValueError("there are no points")
        column = "RAS".index(axis)
        values = slicer.util.arrayFromMarkupsControlPoints(points)[:, column]
        return int((values < limit).sum() if below else (values > limit).sum())


class ExampleTest(ScriptedLoadableModuleTest):
    """The module's own test."""

    def runTest(self):
        self.setUp()
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
        points.AddControlPoint(0, 0, 10)
        self.assertEqual(ExampleLogic().count(points, 5, "S", False), 1)
        self.delayDisplay("Test passed")
