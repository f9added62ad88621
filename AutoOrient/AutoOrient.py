"""AutoOrient: turns skull CTs of any pose upright, by a transform; voxels stay as they are."""

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


class AutoOrient(ScriptedLoadableModule):
    """Tells Slicer about the module."""

    def __init__(self, parent):
        super().__init__(parent)
        parent.title = _("AutoOrient")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Morphometrics")]
        parent.dependencies = []
        parent.contributors = ["CranioMark contributors"]
        what = _(
            "Turns skull CTs of any pose upright. The pose is a transform of the volume: voxels and sizes "
            "stay as they are."
        )
        try:
            from craniomark.desktop.about import acknowledgement, help_text
            from craniomark.desktop.samples import register_samples
        except ImportError:  # the panel says so
            parent.helpText = what
            return
        parent.helpText = help_text(what)
        parent.acknowledgementText = acknowledgement()
        slicer.app.connect("startupCompleted()", register_samples)


@parameterNodeWrapper
class AutoOrientParameterNode:
    """What the user has chosen; saved with the scene.

    inputVolume : the scan
    fixedVolume : what it is registered to
    model : folder of the model; empty for the one that fits
    resampleSpacing : voxel size of resampled volumes, mm; 0 for that of the scan
    alsoResample : whether a registered volume is also resampled on the other's grid
    keepPoses : whether poses that lie in the output folder are not searched for again
    """

    inputVolume: slicer.vtkMRMLScalarVolumeNode
    fixedVolume: slicer.vtkMRMLScalarVolumeNode
    model: str = ""
    resampleSpacing: Annotated[float, WithinRange(0.0, 10.0), Default(0.0)]
    keepPoses: bool = True
    alsoResample: bool = False


class AutoOrientWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Ties the widgets of the panel to the presenters, which do the thinking."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = self.desk = self.ui = self.registerPanel = self.maskPanel = self.trainPanel = None
        self._parameters = self._tag = None
        self._told = 0

    def setup(self):
        """Make the panel."""
        super().setup()
        self.panel = slicer.util.loadUI(self.resourcePath("UI/AutoOrient.ui"))
        self.layout.addWidget(self.panel)
        try:
            from craniomark.desktop import shared
            from craniomark.desktop.mask_panel import MaskPanel
            from craniomark.desktop.model_picker import ModelPicker
            from craniomark.desktop.outcome_table import OutcomeTable
            from craniomark.desktop.panel import MessageLine
            from craniomark.desktop.register_panel import RegisterPanel
            from craniomark.desktop.train_panel import TrainPanel
        except ImportError as error:
            self.tellMissing(error)
            return
        self.ui = slicer.util.childWidgetVariables(self.panel)
        self.panel.setMRMLScene(slicer.mrmlScene)
        shared.start_pump()
        self.logic = AutoOrientLogic()
        self.desk = self.logic.desk
        self.desk.connect(self.refresh, self.onTold)
        self.message = MessageLine(self.ui.messageLabel)
        self.models = ModelPicker(self.ui.modelBox, self.ui.modelCard, "orient", "ct", self.onModel)
        self.table = OutcomeTable(self.ui.resultTable, self.desk)
        self.registerPanel = RegisterPanel(self.ui, self.desk, self.message, self.begin, self.chosen)
        self.maskPanel = MaskPanel(self.ui, self.desk, self.message, self.begin, self.chosen)
        self.trainPanel = TrainPanel(self.ui.trainPlace, shared.training())
        shared.training().on_model.append(self.onTrained)
        self.connectButtons()
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
        for section in ("scan", "correct", "keep", "register", "mask", "many", "train"):
            getattr(ui, f"{section}Section").visible = False
        for widget in (ui.orientButton, ui.cancelButton, ui.progressBar):
            widget.visible = False
        ui.messageLabel.text = text.format(error=error)

    def connectButtons(self):
        """Connect the widgets that are no parameters."""
        from craniomark.desktop.panel import guarded, remembered

        ui = self.ui
        for button, action in (
            (ui.orientButton, self.onOrient),
            (ui.cancelButton, self.onCancel),
            (ui.flipButton, self.onFlip),
            (ui.undoButton, self.onUndo),
            (ui.hardenButton, self.onHarden),
            (ui.resampleButton, self.onResample),
            (ui.sceneButton, self.onScene),
            (ui.folderButton, self.onFolder),
            (ui.browseModelButton, self.models.browse),
        ):
            button.connect("clicked()", guarded(self.message, action))
        ui.handlesButton.connect("clicked(bool)", guarded(self.message, self.onHandles))
        for line, key in ((ui.folderLine, "Orient/Folder"), (ui.outLine, "Orient/Out")):
            line.currentPath = remembered(key)
            line.connect("currentPathChanged(QString)", self.refresh)

    def enter(self):
        """Show what there is now."""
        if self.ui is not None:
            self.initializeParameterNode()

    def exit(self):
        """Let the parameters go; work goes on."""
        self.setParameterNode(None)

    def cleanup(self):
        """Take the panel away; a training goes on, orienting stops."""
        if self.ui is None:
            return
        self.setParameterNode(None)
        self.removeObservers()
        self.desk.disconnect()
        self.trainPanel.close()
        self.trainPanel.presenter.on_model.remove(self.onTrained)

    def onSceneStartClose(self, caller, event):
        """Let go of what will not be there any more."""
        self.setParameterNode(None)
        self.table.clear()
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

    def onModified(self, caller=None, event=None):
        """Follow the parameters."""
        self.refresh()

    @property
    def volume(self):
        """The chosen volume; None where there is none."""
        return self._parameters.inputVolume if self._parameters is not None else None

    def chosen(self):
        """The chosen volume, and the path of the chosen model or None."""
        return self.volume, (self._parameters.model or None) if self._parameters is not None else None

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

    def onOrient(self):
        """Orient the chosen volume."""
        self.begin()
        self.desk.poses.orient([self.volume], self._parameters.model or None)

    def onScene(self):
        """Orient all volumes of the scene."""
        self.begin()
        self.desk.poses.orient(self.desk.volumes(), self._parameters.model or None)

    def onFolder(self):
        """Orient the scans of a folder."""
        from craniomark.desktop.panel import remember

        self.begin()
        folder, out = self.ui.folderLine.currentPath, self.ui.outLine.currentPath
        keep = self._parameters.keepPoses
        self.desk.folder.orient(folder, out, self._parameters.model or None, keep)
        remember("Orient/Folder", folder)
        remember("Orient/Out", out)

    def begin(self):
        """Forget what was told before."""
        self.message.clear()
        self.desk.forget()
        self._told = 0

    def onCancel(self):
        """Stop."""
        self.desk.cancel()

    def onFlip(self):
        """Exchange left and right."""
        self.desk.poses.flip(self.volume)
        self.message.note(_("Left and right are exchanged."))

    def onHandles(self, shown):
        """Show the handles, or hide them."""
        try:
            self.desk.poses.show_handles(self.volume, shown)
        finally:
            self.refresh()
        if shown:
            self.message.note(_("Drag the handles in the views to turn and move the skull."))
        else:
            self.message.clear()

    def onUndo(self):
        """Take the last step back."""
        self.message.note(_("Undone: {step}.").format(step=self.desk.poses.steps.next_words))
        self.desk.poses.undo()
        self.refresh()

    def onHarden(self):
        """Write the pose into the volume."""
        self.desk.poses.harden(self.volume)
        self.message.note(_("The pose is part of the volume now; its voxels are as they were."))

    def onResample(self):
        """Make a new volume on upright axes."""
        self.begin()
        self.desk.resampler.begin(self.volume, self._parameters.resampleSpacing)
        self.refresh()

    def onTold(self, kind, words):
        """Tell how resampling, registration or a bone mask ended."""
        self.message.tell(kind, words)
        self.refresh()

    def refresh(self, *_arguments):
        """Show what the presenters tell."""
        from craniomark.desktop.poses import handles_shown

        desk, ui, steps = self.desk, self.ui, self.desk.poses.steps
        busy, there, work = desk.busy, self.volume is not None, self.desk.shown
        enabled = (
            (ui.orientButton, there and not busy),
            (ui.cancelButton, busy),
            (ui.flipButton, there and not busy),
            (ui.handlesButton, there and not busy),
            (ui.undoButton, bool(len(steps)) and not busy),
            (ui.hardenButton, there and not busy),
            (ui.resampleButton, there and not busy),
            (ui.sceneButton, not busy),
            (ui.folderButton, bool(ui.folderLine.currentPath and ui.outLine.currentPath) and not busy),
            (ui.inputSelector, not busy),
            (ui.modelBox, not busy),
            (ui.browseModelButton, not busy),
        )
        for widget, on in enabled:
            widget.enabled = on
        ui.handlesButton.checked = handles_shown(self.volume)
        ui.undoButton.toolTip = _("Undo: {step}").format(step=steps.next_words or _("nothing"))
        ready = _("Find the pose and turn the volume.")
        ui.orientButton.toolTip = ready if there else _("Choose a volume first.")
        ui.progressBar.visible = ui.cancelButton.visible = busy
        ui.progressBar.value = round(1000 * desk.fraction)
        ui.statusLabel.text = desk.status
        ui.statusLabel.visible = bool(ui.statusLabel.text)
        self.registerPanel.refresh()
        self.maskPanel.refresh()
        self.showOutcomes(work)

    def showOutcomes(self, presenter):
        """Tell how the last volumes ended, once."""
        outcomes = presenter.outcomes
        if presenter.busy or not outcomes or self._told == len(outcomes):
            return
        self._told = len(outcomes)
        kind, words = presenter.summary()
        self.message.tell(kind, words, outcomes[-1].details if len(outcomes) == 1 else "")
        self.table.show(outcomes)
        if presenter is self.desk.poses and outcomes[-1].degrees is not None:
            self.desk.later(self.showSlices)

    def showSlices(self):
        """Show the volume in the slices, as a whole."""
        if self.volume is not None:
            slicer.util.setSliceViewerLayers(background=self.volume, fit=True)


class AutoOrientLogic(ScriptedLoadableModuleLogic):
    """The presenters on Slicer's scene."""

    def __init__(self):
        super().__init__()
        from craniomark.desktop import shared
        from craniomark.desktop.orient_desk import OrientDesk
        from craniomark.desktop.requirements import ensure

        self.desk = OrientDesk(shared.board(), lambda: slicer.mrmlScene, ensure)

    def getParameterNode(self):
        """The parameters of the scene."""
        return AutoOrientParameterNode(super().getParameterNode())


class AutoOrientTest(ScriptedLoadableModuleTest):
    """A test that a user can run: Reload and Test."""

    def runTest(self):
        """Flip a volume, and take it back."""
        self.setUp()
        self.test_flipAndUndo()

    def test_flipAndUndo(self):
        """A flip mirrors the placement; undo brings it back."""
        import numpy as np

        self.delayDisplay("Flip a volume")
        volume = slicer.util.addVolumeFromArray(np.arange(24, dtype=np.int16).reshape(2, 3, 4))
        logic = AutoOrientLogic()
        logic.desk.poses.flip(volume)
        matrix = vtk.vtkMatrix4x4()
        volume.GetParentTransformNode().GetMatrixTransformToWorld(matrix)
        self.assertEqual(matrix.GetElement(0, 0), -1.0)
        logic.desk.poses.undo()
        self.assertIsNone(volume.GetParentTransformNode())
        self.delayDisplay("Test passed")
