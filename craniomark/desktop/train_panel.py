"""The widgets of the section "Train", which follow the presenter."""

import time
from pathlib import Path
from typing import Any

from craniomark.desktop.losses import chart_of, show_losses
from craniomark.desktop.panel import MessageLine, guarded, know_model, remember, remembered, ui_path
from craniomark.desktop.requirements import ensure
from craniomark.desktop.training import RECIPES, TASKS, TrainPresenter
from craniomark.desktop.words import tr

PLOT_EVERY_SECONDS = 1.0


class TrainPanel:
    """Ties the widgets of ``TrainPanel.ui`` to the one training of the program.

    Parameters
    ----------
    place : QWidget
        With a layout, into which the section is put.
    presenter : TrainPresenter
        Outlives the panel.
    """

    def __init__(self, place: Any, presenter: TrainPresenter) -> None:
        import slicer

        self.presenter = presenter
        presenter.ensure = lambda: ensure("train")
        self.widget = slicer.util.loadUI(ui_path("TrainPanel.ui"))
        place.layout().addWidget(self.widget)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.message = MessageLine(self.ui.trainMessage)
        self._shown_log: tuple[str, ...] = ()
        self._parts: tuple[str, ...] = ()
        self._plotted, self._was_running = 0.0, False
        self._fill()
        self._connect()
        presenter.listen(self.refresh)
        self.refresh()

    def close(self) -> None:
        """Let the presenter go; the training goes on."""
        self.presenter.unlisten(self.refresh)

    def _fill(self) -> None:
        recipes = {"quick": tr("Quick: about twenty minutes"), "default": tr("Full: best accuracy")}
        for recipe in RECIPES:
            self.ui.trainRecipe.addItem(recipes[recipe], recipe)
        tasks = {
            "all": tr("Everything, to a working model"), "orient": tr("Orientation network alone"),
            "landmark": tr("Landmark network alone"), "focus": tr("Fine landmark network alone"),
        }  # fmt: skip
        for task in TASKS:
            self.ui.trainTask.addItem(tasks[task], task)
        choices = self.presenter.choices
        data = choices.data or remembered("Train/Data")
        out = choices.out or remembered("Train/Out")
        self.ui.trainData.currentPath, self.ui.trainOut.currentPath = data, out
        self.ui.trainRecipe.setCurrentIndex(RECIPES.index(choices.recipe))
        self.ui.trainTask.setCurrentIndex(TASKS.index(choices.task))
        self.ui.trainWords.plainText = choices.words
        self.presenter.choose(data=data, out=out)

    def _connect(self) -> None:
        ui = self.ui
        ui.trainData.connect("currentPathChanged(QString)", self._choose_data)
        ui.trainOut.connect("currentPathChanged(QString)", self._choose_out)
        ui.trainRecipe.connect("currentIndexChanged(int)", self._choose_recipe)
        ui.trainTask.connect("currentIndexChanged(int)", self._choose_task)
        ui.trainWords.connect("textChanged()", self._choose_words)
        ui.trainPart.connect("currentIndexChanged(int)", self._choose_part)
        for button, action in (
            (ui.trainCheck, self._check), (ui.trainStart, self._start), (ui.trainPause, self._pause),
            (ui.trainStop, self._stop), (ui.trainUse, self._use), (ui.trainShowPlot, self._show_plot),
        ):  # fmt: skip
            button.connect("clicked()", guarded(self.message, action))

    def _choose_data(self, path: str) -> None:
        self.presenter.choose(data=path)
        remember("Train/Data", path)

    def _choose_out(self, path: str) -> None:
        self.presenter.choose(out=path)
        remember("Train/Out", path)

    def _choose_recipe(self, index: int) -> None:
        self.presenter.choose(recipe=RECIPES[index])

    def _choose_task(self, index: int) -> None:
        self.presenter.choose(task=TASKS[index])

    def _choose_words(self) -> None:
        self.presenter.choose(words=self.ui.trainWords.plainText)

    def _check(self) -> None:
        self.presenter.check()

    def _start(self) -> None:
        self.presenter.start()

    def _pause(self) -> None:
        self.presenter.pause()

    def _stop(self) -> None:
        self.presenter.stop()

    def _use(self) -> None:
        model: Path = self.presenter.use()
        know_model(model)
        self.message.note(tr("{name} is chosen for new scans.").format(name=model.name))

    def _choose_part(self, index: int) -> None:
        if 0 <= index < len(self._parts):
            self.presenter.follow(self._parts[index])
            self._plot()

    def _show_plot(self) -> None:
        import slicer

        self._plot()
        chart = chart_of(slicer.mrmlScene)
        if chart is None:
            self.message.note(tr("There are no curves yet: they come with the first steps of the training."))
            return
        slicer.modules.plots.logic().ShowChartInLayout(chart)

    def refresh(self) -> None:
        """Show what the presenter tells."""
        view, ui = self.presenter.view(), self.ui
        for button, on in (
            (ui.trainStart, view.start), (ui.trainCheck, view.check), (ui.trainPause, view.pause),
            (ui.trainStop, view.stop), (ui.trainUse, view.use), (ui.trainShowPlot, bool(view.parts)),
            (ui.trainChoices, not view.locked), (ui.trainAdvanced, not view.locked),
        ):  # fmt: skip
            button.enabled = on
        ui.trainStart.text, ui.trainStatus.text = view.start_text, view.status
        ui.trainProgress.value = round(1000 * view.fraction)
        ui.trainFindings.plainText = self.presenter.found_faults
        ui.trainFindings.visible = bool(self.presenter.found_faults)
        if view.problem or self.message.kind == "fault":
            self.message.fault(view.problem, view.last_lines)
        self._show_log(view.log)
        self._show_parts(view.parts, view.part)
        if self._was_running or self.presenter.running:
            self._plot_now_and_then()
        self._was_running = self.presenter.running

    def _show_log(self, log: tuple[str, ...]) -> None:
        if log == self._shown_log:
            return
        if self._shown_log and log[: len(self._shown_log)] == self._shown_log:
            self.ui.trainLog.appendPlainText("\n".join(log[len(self._shown_log) :]))
        else:
            self.ui.trainLog.plainText = "\n".join(log)
        self._shown_log = log

    def _show_parts(self, parts: tuple[str, ...], part: str) -> None:
        box = self.ui.trainPart
        blocked = box.blockSignals(True)
        if parts != self._parts:
            box.clear()
            for name in parts:
                box.addItem(name or tr("Training"), name)
            self._parts = parts
        if part in parts:
            box.setCurrentIndex(parts.index(part))
        box.blockSignals(blocked)
        box.visible = self.ui.trainPartLabel.visible = len(parts) > 1

    def _plot_now_and_then(self) -> None:
        over = not self.presenter.running
        if over or time.monotonic() > self._plotted + PLOT_EVERY_SECONDS:
            self._plot()
            self._plotted = time.monotonic()

    def _plot(self) -> None:
        import slicer

        view = self.presenter.view()
        if view.parts:
            show_losses(slicer.mrmlScene, self.presenter.curves, view.part, view.part or tr("Training"))
