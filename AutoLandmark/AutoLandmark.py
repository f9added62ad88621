"""AutoLandmark: finds the landmarks of skull CTs, and lets people review the doubtful ones."""

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


class AutoLandmark(ScriptedLoadableModule):
    """Tells Slicer about the module."""

    def __init__(self, parent):
        super().__init__(parent)
        parent.title = _("AutoLandmark")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Morphometrics")]
        parent.dependencies = []
        parent.contributors = ["CranioMark contributors"]
        what = _(
            "Finds the landmarks of skull CTs in any pose, with an estimate of each one's error, and lets "
            "you review the doubtful ones first."
        )
        try:
            from craniomark.desktop.about import acknowledgement, help_text, landmark_controls
            from craniomark.desktop.samples import register_samples
        except ImportError:  # the panel says so
            parent.helpText = what
            return
        parent.helpText = help_text(what, landmark_controls())
        parent.acknowledgementText = acknowledgement()
        slicer.app.connect("startupCompleted()", register_samples)


@parameterNodeWrapper
class AutoLandmarkParameterNode:
    """What the user has chosen; saved with the scene.

    inputVolume : the scan, or the surface model of a skull
    model : folder of the model; empty for the one that fits
    orient, refine, mirror : how landmarks are predicted
    colourLimit : error estimate from which points are coloured as doubtful, mm; 0 for flagged ones only
    """

    inputVolume: slicer.vtkMRMLDisplayableNode
    model: str = ""
    orient: bool = True
    refine: bool = True
    mirror: bool = False
    colourLimit: Annotated[float, WithinRange(0.0, 10.0), Default(0.0)]


class AutoLandmarkWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Ties the widgets of the panel to the presenters, which do the thinking."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = self.desk = self.ui = self.trainPanel = None
        self._parameters = self._tag = None

    def setup(self):
        """Make the panel."""
        super().setup()
        self.panel = slicer.util.loadUI(self.resourcePath("UI/AutoLandmark.ui"))
        self.layout.addWidget(self.panel)
        try:
            from craniomark.desktop import shared
            from craniomark.desktop.cohort_panel import CohortPanel
            from craniomark.desktop.folder_panel import FolderPanel
            from craniomark.desktop.model_picker import ModelPicker
            from craniomark.desktop.panel import MessageLine
            from craniomark.desktop.review_panel import ReviewPanel
            from craniomark.desktop.train_panel import TrainPanel
        except ImportError as error:
            self.tellMissing(error)
            return
        self.ui = slicer.util.childWidgetVariables(self.panel)
        self.panel.setMRMLScene(slicer.mrmlScene)
        shared.start_pump()
        self.logic = AutoLandmarkLogic()
        self.desk = self.logic.desk
        self.message = MessageLine(self.ui.messageLabel)
        self.models = ModelPicker(self.ui.modelBox, self.ui.modelCard, "landmark", "ct", self.onModel)
        self.trainPanel = TrainPanel(self.ui.trainPlace, shared.training())
        shared.training().on_model.append(self.onTrained)
        self.fillLines()
        self.reviewPanel = ReviewPanel(self.ui, self.desk, self.message, self.choice)
        self.cohortPanel = CohortPanel(self.ui, self.desk, self.message, self.trainPanel)
        self.folderPanel = FolderPanel(self.ui, self.desk, self.message, self.options, self.onSpecimen)
        self.connectButtons()
        self.desk.connect(self.refresh)
        self.desk.predict.ready = self.onPredicted
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
        for widget in (
            ui.scanSection, ui.optionsSection, ui.reviewSection, ui.exportSection, ui.repeatSection,
            ui.manySection, ui.trainSection, ui.predictButton, ui.cancelButton, ui.progressBar,
        ):  # fmt: skip
            widget.visible = False
        ui.messageLabel.text = text.format(error=error)

    def fillLines(self):
        """Show the folder that was chosen last."""
        from craniomark.desktop.panel import remembered

        self.ui.resultsLine.currentPath = remembered("Landmark/Results", str(Path.home() / "CranioMark"))

    def connectButtons(self):
        """Connect the widgets that are no parameters."""
        from craniomark.desktop.panel import guarded

        ui = self.ui
        for button, action in (
            (ui.predictButton, self.onPredict),
            (ui.cancelButton, self.onCancel),
            (ui.browseModelButton, self.models.browse),
        ):
            button.connect("clicked()", guarded(self.message, action))
        ui.resultsLine.connect("currentPathChanged(QString)", self.refresh)

    def enter(self):
        """Show what there is now."""
        if self.ui is not None:
            self.initializeParameterNode()

    def exit(self):
        """Let the parameters go; work and review go on."""
        self.setParameterNode(None)

    def cleanup(self):
        """Take the panel away; a training goes on, the rest stops, and the review is saved."""
        if self.ui is None:
            return
        from craniomark.desktop import shared

        self.reviewPanel.keep_note()
        self.setParameterNode(None)
        self.removeObservers()
        self.desk.disconnect()
        self.trainPanel.close()
        shared.training().on_model.remove(self.onTrained)

    def onSceneStartClose(self, caller, event):
        """Let go of what will not be there any more; the review is saved."""
        self.reviewPanel.keep_note()
        self.setParameterNode(None)
        self.ui.repeatTable.setMRMLTableNode(None)
        self.ui.repeatTable.visible = False
        self.desk.scene_closed()

    def onSceneEndClose(self, caller, event):
        """Begin anew in the empty scene."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Take the parameters of the scene, and the first volume where none is chosen."""
        self.setParameterNode(self.logic.getParameterNode())
        if self._parameters.inputVolume is None:
            first = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if first is not None and not first.IsA("vtkMRMLLabelMapVolumeNode"):
                self._parameters.inputVolume = first
        self.models.refresh(self._parameters.model)
        self.onModified()

    def setParameterNode(self, parameters):
        """Tie the widgets to other parameters, or to none."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._tag)
            self.removeObserver(self._parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onModified)
        self._parameters = parameters
        if parameters is not None:
            self._tag = parameters.connectGui(self.ui)
            self.addObserver(parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onModified)

    def onModified(self, caller=None, event=None):
        """Follow the parameters."""
        if self._parameters is not None and self._parameters.colourLimit != self.desk.review.limit_mm:
            self.desk.review.colour(self._parameters.colourLimit)
        if self._parameters is not None:
            from craniomark.desktop.inputs import is_surface

            self.models.read("surface" if is_surface(self.volume) else "ct")
        self.refresh()

    @property
    def volume(self):
        """The chosen volume; None where there is none."""
        return self._parameters.inputVolume if self._parameters is not None else None

    @property
    def results(self):
        """Folder of results."""
        return self.ui.resultsLine.currentPath

    def options(self):
        """How landmarks are predicted."""
        from craniomark.desktop.predicting import Options

        chosen = self._parameters
        return Options(chosen.model or None, chosen.orient, chosen.refine, chosen.mirror)

    def choice(self):
        """What reviews are opened with: volume, folder of results and model."""
        model = self._parameters.model if self._parameters is not None else ""
        return self.volume, self.results, model or None

    def onModel(self, path):
        """Keep the choice in the scene."""
        if self._parameters is not None:
            self._parameters.model = path
        self.refresh()

    def onTrained(self, path):
        """Choose the model that was made."""
        from craniomark.desktop.panel import know_model

        know_model(path)
        self.models.choose(str(path))

    def onPredict(self):
        """Predict the chosen volume."""
        from craniomark.desktop.panel import remember

        self.message.clear()
        self.desk.predict.predict(self.volume, self.results, self.options())
        remember("Landmark/Results", self.results)

    def onPredicted(self, predicted):
        """Show the points, and begin with the most doubtful one."""
        review = self.desk.review
        review.open(predicted.volume, str(predicted.folder), self.ui.observerLine.text)
        if predicted.fresh is not None:
            review.take(predicted.fresh, "predict")
        self.desk.later(self.showSlices)

    def showSlices(self):
        """Show the volume in the slices, at the point under review."""
        review = self.desk.review
        if review.session is not None and review.volume is not None and not review.on_surface:
            slicer.util.setSliceViewerLayers(background=review.volume, fit=True)
            review.go(review.session.current)

    def onCancel(self):
        """Stop."""
        self.desk.cancel()

    def onSpecimen(self, entry):
        """Load the scan of a specimen, and open its review."""
        from craniomark.desktop.inputs import scan_in_scene
        from craniomark.desktop.results import SPECIMEN

        if self._parameters is None:  # the user has gone to another module meanwhile
            return
        volume = scan_in_scene(slicer.mrmlScene, entry.id, entry.scan, self.desk.review.volume)
        volume.SetAttribute(SPECIMEN, entry.id)
        self._parameters.inputVolume = volume
        self.ui.modeBox.setCurrentIndex(0)
        self.reviewPanel.open(lambda: self.desk.later(self.showSlices))

    def refresh(self, *_arguments):
        """Show what the presenters tell."""
        ui, desk = self.ui, self.desk
        there, busy, work = self.volume is not None, desk.busy, desk.shown
        enabled = (
            (ui.predictButton, there and not busy),
            (ui.cancelButton, busy or desk.folder.paused),
            (ui.inputSelector, not busy),
            (ui.modelBox, not busy),
            (ui.browseModelButton, not busy),
            (ui.optionsSection, not busy),
            (ui.openButton, there and not busy),
        )
        for widget, on in enabled:
            widget.enabled = on
        ready = _("Find the landmarks of the volume.")
        ui.predictButton.toolTip = ready if there else _("Choose a volume first.")
        ui.progressBar.visible = ui.cancelButton.visible = busy or desk.folder.paused
        ui.progressBar.value = round(1000 * work.fraction)
        ui.statusLabel.text = work.status
        ui.statusLabel.visible = bool(work.status)
        for panel in (self.reviewPanel, self.cohortPanel, self.folderPanel):
            panel.refresh()
        self.showOutcome()

    def showOutcome(self):
        """Tell how the last work ended, once."""
        outcome = self.desk.take_outcome()
        if outcome is None:
            return
        if outcome.kind == "fault":
            self.message.fault(outcome.message, outcome.details)
        else:
            (self.message.note if outcome.kind == "note" else self.message.doubt)(outcome.message)


class AutoLandmarkLogic(ScriptedLoadableModuleLogic):
    """The presenters on Slicer's scene."""

    def __init__(self):
        super().__init__()
        from craniomark.desktop import shared
        from craniomark.desktop.cards import model_cards
        from craniomark.desktop.landmark_desk import LandmarkDesk
        from craniomark.desktop.panel import known_models
        from craniomark.desktop.requirements import ensure

        self.desk = LandmarkDesk(
            shared.board(), lambda: slicer.mrmlScene, ensure, lambda: model_cards(known_models())
        )

    def getParameterNode(self):
        """The parameters of the scene."""
        return AutoLandmarkParameterNode(super().getParameterNode())


class AutoLandmarkTest(ScriptedLoadableModuleTest):
    """A test that a user can run: Reload and Test."""

    def runTest(self):
        """Review a point, and take the decision back."""
        self.setUp()
        self.test_acceptAndUndo()

    def test_acceptAndUndo(self):
        """A point is accepted; undo brings it back."""
        import tempfile

        import numpy as np

        from craniomark.ground.landmarks import LandmarkSet, write_landmarks

        self.delayDisplay("Review a point")
        volume = slicer.util.addVolumeFromArray(np.zeros((2, 3, 4), np.int16), name="specimen")
        with tempfile.TemporaryDirectory() as folder:
            write_landmarks(LandmarkSet(("a", "b"), np.eye(3)[:2]), Path(folder) / "specimen.csv")
            review = AutoLandmarkLogic().desk.review
            session = review.open(volume, folder)
            review.accept()
            self.assertEqual(session.progress.reviewed, 1)
            review.undo()
            self.assertEqual(session.progress.reviewed, 0)
            review.close()
        self.delayDisplay("Test passed")
