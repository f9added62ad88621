"""DeepSSMModule: shape models, networks that see shapes in images, and where on the surface they err."""

import sys
from pathlib import Path
from typing import Annotated

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import Default, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


def findLibrary() -> None:
    """Let Python find the library beside this file, or in the folder above."""
    here = Path(__file__).resolve().parent
    for folder in (here, here.parent):
        if (folder / "craniomark" / "__init__.py").is_file() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


findLibrary()


class DeepSSMModule(ScriptedLoadableModule):
    """Tells Slicer about the module."""

    def __init__(self, parent):
        super().__init__(parent)
        parent.title = _("DeepSSMModule")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Morphometrics")]
        parent.dependencies = []
        parent.contributors = ["CranioMark contributors"]
        what = _(
            "Makes shape models of skulls, trains networks that predict shapes from images (DeepSSM), and "
            "shows in colours where a predicted surface is off."
        )
        try:
            from craniomark.desktop.about import acknowledgement, help_text, shape_controls
            from craniomark.desktop.samples import register_samples
        except ImportError:  # the panel says so
            parent.helpText = what
            return
        parent.helpText = help_text(what, shape_controls())
        parent.acknowledgementText = acknowledgement()
        slicer.app.connect("startupCompleted()", register_samples)


@parameterNodeWrapper
class DeepSSMModuleParameterNode:
    """What the user has chosen; saved with the scene. Folders are kept in the settings."""

    boundingBox: slicer.vtkMRMLMarkupsROINode
    particleCount: Annotated[int, WithinRange(256, 4096), Default(1024)]
    imageSize: Annotated[int, WithinRange(60, 512), Default(64)]
    samples: Annotated[int, WithinRange(0, 100000), Default(100)]
    percent: Annotated[float, WithinRange(1.0, 100.0), Default(95.0)]
    mixture: Annotated[int, WithinRange(0, 50), Default(0)]
    seed: Annotated[int, WithinRange(0, 999999), Default(0)]
    downFactor: Annotated[float, WithinRange(0.05, 1.0), Default(1.0)]
    batchSize: Annotated[int, WithinRange(1, 512), Default(8)]
    epochs: Annotated[int, WithinRange(1, 100000), Default(100)]
    learningRate: Annotated[float, WithinRange(0.000001, 1.0), Default(0.001)]
    fineTune: bool = True
    stochastic: bool = False
    modelFrame: bool = True
    signedErrors: bool = True
    colourEnd: Annotated[float, WithinRange(0.0, 100.0), Default(0.0)]
    threshold: Annotated[float, WithinRange(0.0, 100.0), Default(0.0)]
    opacity: Annotated[float, WithinRange(0.0, 1.0), Default(0.35)]
    exportLandmarks: bool = True
    skull: slicer.vtkMRMLDisplayableNode
    shapeModel: str = ""


class DeepSSMModuleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Ties the widgets of the panel to the presenters, which do the thinking."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = self.desk = self.ui = self.steps = self.heat = self.modes = self.predict = None
        self._parameters = self._tag = None

    def setup(self):
        """Make the panel."""
        super().setup()
        self.panel = slicer.util.loadUI(self.resourcePath("UI/DeepSSMModule.ui"))
        self.layout.addWidget(self.panel)
        try:
            from craniomark.desktop import shared
            from craniomark.desktop.panel import MessageLine, guarded
            from craniomark.desktop.shape_heat_panel import ShapeHeatPanel
            from craniomark.desktop.shape_modes_panel import ShapeModesPanel
            from craniomark.desktop.shape_predict_panel import ShapePredictPanel
            from craniomark.desktop.shape_steps_panel import ShapeStepsPanel
        except ImportError as error:
            self.tellMissing(error)
            return
        self.ui = slicer.util.childWidgetVariables(self.panel)
        self.panel.setMRMLScene(slicer.mrmlScene)
        shared.start_pump()
        self.logic = DeepSSMModuleLogic()
        self.desk = self.logic.desk
        self.message = MessageLine(self.ui.messageLabel)
        self.steps = ShapeStepsPanel(self.ui, self.desk, self.message, self.box, self.refresh)
        self.heat = ShapeHeatPanel(self.ui, self.desk, self.message, self.steps.choices)
        self.modes = ShapeModesPanel(self.ui, self.desk, self.message, self.steps.choices)
        self.predict = ShapePredictPanel(self.ui, self.desk, self.message, self.skull, self.onShapeModel)
        self.ui.cancelButton.connect("clicked()", guarded(self.message, self.onCancel))
        for box in (self.ui.networkBox, self.ui.samplerBox):
            box.connect("currentIndexChanged(int)", self.refresh)
        self.desk.connect(self.refresh, self.onTold)
        self.desk.shown = self.onShown
        for event, slot in (
            (slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose),
            (slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose),
        ):
            self.addObserver(slicer.mrmlScene, event, slot)
        self.initializeParameterNode()

    def tellMissing(self, error):
        """Say in the panel why it does nothing."""
        text = _(
            "The CranioMark library was not found beside this module, or could not be loaded ({error}). "
            "Install the extension CranioMark again."
        )
        ui = slicer.util.childWidgetVariables(self.panel)
        for section in ("data", "augment", "train", "test", "analysis", "modes", "export", "predict"):
            getattr(ui, f"{section}Section").visible = False
        ui.cancelButton.visible = ui.progressBar.visible = False
        ui.messageLabel.text = text.format(error=error)

    def enter(self):
        """Show what there is now."""
        if self.ui is not None:
            self.initializeParameterNode()

    def exit(self):
        """Let the parameters go; work goes on."""
        self.setParameterNode(None)

    def cleanup(self):
        """Take the panel away; what a step has made so far is kept."""
        if self.ui is None:
            return
        self.setParameterNode(None)
        self.removeObservers()
        self.desk.disconnect()

    def onSceneStartClose(self, caller, event):
        """Let go of what will not be there any more."""
        self.setParameterNode(None)
        self.ui.scoresTable.setMRMLTableNode(None)
        self.ui.pickButton.checked = False
        self.ui.vertexLabel.text = self.ui.shareLabel.text = ""
        self.desk.scene_closed()

    def onSceneEndClose(self, caller, event):
        """Begin anew in the empty scene."""
        self.onShown()
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Take the parameters of the scene."""
        self.setParameterNode(self.logic.getParameterNode())
        self.refresh()

    def setParameterNode(self, parameters):
        """Tie the widgets to other parameters, or to none."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._tag)
            self.removeObserver(self._parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onModified)
        self._parameters = parameters
        if parameters is not None:
            self._tag = parameters.connectGui(self.ui)
            self.addObserver(parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onModified)
            self.predict.picker.refresh(parameters.shapeModel)

    def onModified(self, caller=None, event=None):
        """Follow the parameters."""
        if self._parameters is not None and self._parameters.shapeModel != self.predict.picker.path:
            self.predict.picker.refresh(self._parameters.shapeModel)
        self.refresh()

    def box(self):
        """The chosen box; None where there is none."""
        return self._parameters.boundingBox if self._parameters is not None else None

    def skull(self):
        """The chosen skull; None where there is none."""
        return self._parameters.skull if self._parameters is not None else None

    def onShapeModel(self, path):
        """Keep which model was chosen."""
        if self._parameters is not None:
            self._parameters.shapeModel = path

    def onCancel(self):
        """Stop."""
        self.desk.cancel()

    def onTold(self, kind, words, details):
        """Tell how a step ended."""
        self.message.tell(kind, words, details)
        self.refresh()

    def onShown(self):
        """Show what was found."""
        self.steps.show_scores()
        self.modes.refresh()
        self.heat.refresh()
        if self.desk.heat.surface is not None:
            self.heat.show()
        else:
            self.modes.show()

    def refresh(self, *_arguments):
        """Show what the presenters tell."""
        desk, ui = self.desk, self.ui
        self.steps.refresh()
        self.heat.refresh()
        self.modes.refresh()
        self.predict.refresh()
        self.steps.follow_losses()
        ui.progressBar.visible = desk.busy
        ui.cancelButton.visible = desk.can_stop
        ui.progressBar.value = round(1000 * desk.fraction)
        ui.statusLabel.text = desk.status
        ui.statusLabel.visible = bool(ui.statusLabel.text)
        if desk.reader.outcome is not None and not desk.reader.busy:
            self.message.fault(desk.reader.outcome.message)


class DeepSSMModuleLogic(ScriptedLoadableModuleLogic):
    """The presenters on Slicer's scene."""

    def __init__(self):
        super().__init__()
        from craniomark.desktop import shared
        from craniomark.desktop.requirements import ensure
        from craniomark.desktop.shape_desk import ShapeDesk

        self.desk = ShapeDesk(shared.board(), lambda: slicer.mrmlScene, ensure)

    def getParameterNode(self):
        """The parameters of the scene."""
        return DeepSSMModuleParameterNode(super().getParameterNode())


class DeepSSMModuleTest(ScriptedLoadableModuleTest):
    """A test that a user can run: Reload and Test."""

    def runTest(self):
        """Make a box around points, and read it back."""
        self.setUp()
        self.test_boundingBox()

    def test_boundingBox(self):
        """The box holds the points, with a margin of 1 mm, in LPS."""
        import numpy as np

        from craniomark.desktop.bounding_box import box_around, box_of

        self.delayDisplay("Make a box")
        node = box_around(slicer.mrmlScene, np.array([[0.0, 1, 2], [10, 12, 15]]), None)
        self.assertEqual(box_of(node), (-1.0, 0.0, 1.0, 11.0, 13.0, 16.0))
        self.delayDisplay("Test passed")
