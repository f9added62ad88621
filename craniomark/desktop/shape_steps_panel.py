"""The widgets of the steps from data to analysis: choices, and a button for each step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from craniomark.desktop.bounding_box import box_around, box_of, points_of_folder
from craniomark.desktop.deepssm_config import LOSSES, NETWORKS, NetworkChoices
from craniomark.desktop.losses import chart_of, parts_of, show_losses
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.score_plot import plot_scores, show_scores
from craniomark.desktop.shape_choices import MESH_FORMATS, SAMPLERS, ShapeChoices
from craniomark.desktop.shape_desk import ShapeDesk
from craniomark.desktop.shape_project import project_of
from craniomark.desktop.words import tr

LINES = ("project", "meshes", "images", "particles", "config", "testImages", "truth", "export")
"""Fields of folders and files, ``<name>Line``; kept from one start to the next."""
STEPS = ("check", "model", "augment", "prepare", "train", "test", "analyze", "export")
"""Buttons that begin a step, ``<name>Button``."""


class ShapeStepsPanel:
    """Ties the widgets of the steps to the desk.

    Parameters
    ----------
    ui : object
        Widgets of ``DeepSSMModule.ui`` by name.
    desk : ShapeDesk
        Does the steps.
    message : MessageLine
        Tells sentences.
    roi_of : callable
        Gives the box that is chosen; None where none is.
    refresh : callable
        Called after a change of what is chosen.
    """

    def __init__(
        self, ui: Any, desk: ShapeDesk, message: MessageLine, roi_of: Callable[[], Any],
        refresh: Callable[..., None],
    ) -> None:  # fmt: skip
        self.ui, self._desk, self._message, self._roi_of = ui, desk, message, roi_of
        self._parts: tuple[str, ...] = ()
        self._fill()
        steps = (desk.check, desk.make_model, desk.augment, desk.prepare, desk.train, desk.test)
        for name, step in zip(STEPS, (*steps, desk.analyze, desk.export), strict=True):
            begin = _Begin(self, step)
            getattr(ui, f"{name}Button").connect("clicked()", guarded(message, begin.begin))
        for button, action in (
            (ui.pauseButton, self._pause), (ui.lossesButton, self._show_losses),
            (ui.boxButton, self._make_box), (ui.scoresButton, self._plot_scores),
        ):  # fmt: skip
            button.connect("clicked()", guarded(message, action))
        ui.augmentSection.connect("contentsCollapsed(bool)", self._unfold)
        ui.partBox.connect("currentIndexChanged(int)", guarded(message, self._choose_part))
        for name in LINES:
            line = getattr(ui, f"{name}Line")
            line.currentPath = remembered(f"Shape/{name}")
            line.connect("currentPathChanged(QString)", refresh)

    def _fill(self) -> None:
        ui = self.ui
        networks = {"base": tr("Base: image to shape"), "tl": tr("TL: with an autoencoder of shapes")}
        for name in NETWORKS:
            ui.networkBox.addItem(networks[name], name)
        for name in LOSSES:
            ui.lossBox.addItem(name, name)
        for name in SAMPLERS:
            ui.samplerBox.addItem(name, name)
        formats = {"vtp": tr("Meshes as .vtp"), "ply": tr("Meshes as .ply"), "vtk": tr("Meshes as .vtk")}
        for name in MESH_FORMATS:
            ui.formatBox.addItem(formats.get(name, tr("No meshes")), name)

    def choices(self) -> ShapeChoices:
        """What is chosen now."""
        ui = self.ui
        network = NetworkChoices(
            kind=NETWORKS[ui.networkBox.currentIndex], loss=LOSSES[ui.lossBox.currentIndex],
            epochs=ui.epochsBox.value, rate=ui.rateBox.value, tune=ui.tuneBox.checked,
            doubt=ui.doubtBox.checked,
        )  # fmt: skip
        return ShapeChoices(
            **self.folders(), count=ui.countBox.value, image_size=ui.sizeBox.value,
            samples=ui.samplesBox.value, percent=ui.percentBox.value,
            sampler=SAMPLERS[ui.samplerBox.currentIndex], mixture=ui.mixtureBox.value, seed=ui.seedBox.value,
            batch=ui.batchBox.value, down=ui.downBox.value, box=box_of(self._roi_of()), network=network,
            members=ui.membersEdit.text, model_frame=ui.frameBox.checked,
            mesh_format=MESH_FORMATS[ui.formatBox.currentIndex], landmarks=ui.landmarksBox.checked,
        )  # fmt: skip

    def folders(self) -> dict[str, str]:
        """Texts of the folders, as `ShapeChoices` has them."""
        told = {name: str(getattr(self.ui, f"{name}Line").currentPath) for name in LINES}
        return {"test_images" if name == "testImages" else name: text for name, text in told.items()}

    def keep(self) -> None:
        """Keep the folders for the next start."""
        for name in LINES:
            remember(f"Shape/{name}", str(getattr(self.ui, f"{name}Line").currentPath))

    def refresh(self) -> None:
        """Offer what there is enough chosen for."""
        ui, work, given = self.ui, self._desk.work, self.folders()
        free, project = not self._desk.busy, bool(given["project"].strip())
        data = any(given[name].strip() for name in ("meshes", "images", "particles"))
        ready = {"check": data, "model": project and bool(given["meshes"] or given["particles"])}
        for name in STEPS:
            getattr(ui, f"{name}Button").enabled = free and ready.get(name, project)
        for name in LINES:
            getattr(ui, f"{name}Line").enabled = free
        for box in (ui.networkBox, ui.lossBox, ui.epochsBox, ui.rateBox, ui.tuneBox, ui.doubtBox):
            box.enabled = free and not given["config"].strip()
        base = NETWORKS[ui.networkBox.currentIndex] == "base"
        ui.tuneBox.enabled, ui.doubtBox.enabled = ui.tuneBox.enabled and base, ui.doubtBox.enabled and base
        ui.mixtureBox.enabled = SAMPLERS[ui.samplerBox.currentIndex] == "Mixture"
        ui.pauseButton.enabled = work.training
        ui.trainButton.text = tr("Go on training") if work.paused else tr("Train")
        scores = self._desk.scores
        ui.scoresButton.enabled = ui.acrossBox.enabled = ui.upBox.enabled = scores is not None
        if scores is not None:
            ui.acrossBox.maximum = ui.upBox.maximum = scores.real.shape[1]
        self._show_parts()

    def show_scores(self) -> None:
        """Show the table of scores, where there are any."""
        import slicer

        scores = self._desk.scores
        self._unfold()
        if scores is not None:
            self.ui.scoresTable.setMRMLTableNode(show_scores(slicer.mrmlScene, scores))

    def _unfold(self, *_arguments: object) -> None:
        unfolded = not self.ui.augmentSection.collapsed
        self.ui.scoresTable.visible = unfolded and self._desk.scores is not None

    def follow_losses(self) -> None:
        """Put the curves of the training onto the chart, where it is there."""
        import slicer

        if self._desk.work.curves and chart_of(slicer.mrmlScene) is not None:
            self._plot_losses()

    def _pause(self) -> None:
        self._desk.work.pause()

    def _choose_part(self) -> None:
        self._plot_losses()

    def _show_losses(self) -> None:
        import slicer

        self._plot_losses()
        chart = chart_of(slicer.mrmlScene)
        if chart is None:
            self._message.note(tr("There are no curves yet: they come with the first steps of the training."))
            return
        slicer.modules.plots.logic().ShowChartInLayout(chart)

    def _plot_losses(self) -> None:
        import slicer

        curves = self._desk.curves(self.choices())
        self._show_parts(tuple(parts_of(curves)))
        parts = self._parts
        if parts:
            at = self.ui.partBox.currentIndex
            part = parts[at] if 0 <= at < len(parts) else parts[-1]
            show_losses(slicer.mrmlScene, curves, part, part or tr("Training"))

    def _show_parts(self, parts: tuple[str, ...] | None = None) -> None:
        box, parts = self.ui.partBox, parts or tuple(parts_of(self._desk.work.curves))
        if parts and parts != self._parts:
            blocked = box.blockSignals(True)
            box.clear()
            for name in parts:
                box.addItem(name, name)
            box.setCurrentIndex(len(parts) - 1)
            box.blockSignals(blocked)
            self._parts = parts
        box.enabled = len(self._parts) > 1

    def _make_box(self) -> None:
        import slicer

        place, given = project_of(self.folders()["project"]), self.folders()["particles"]
        folder = Path(given).expanduser() if given.strip() else place.model
        node = box_around(slicer.mrmlScene, points_of_folder(folder), self._roi_of())
        self.ui.roiSelector.setCurrentNode(node)

    def _plot_scores(self) -> None:
        import slicer

        scores = self._desk.scores
        if scores is not None:
            chart = plot_scores(slicer.mrmlScene, scores, self.ui.acrossBox.value, self.ui.upBox.value)
            slicer.modules.plots.logic().ShowChartInLayout(chart)


class _Begin:
    """The slot of a step's button."""

    def __init__(self, panel: ShapeStepsPanel, step: Callable[[ShapeChoices], None]) -> None:
        self._panel, self._step = panel, step

    def begin(self) -> None:
        """Forget what was told, keep the folders, and begin."""
        self._panel._message.clear()
        self._panel.keep()
        self._step(self._panel.choices())
