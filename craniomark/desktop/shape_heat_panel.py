"""The widgets of the section Analysis: specimens, error colours, numbers, histogram, a vertex."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.heat_histogram import histogram_chart, share_above, show_histogram
from craniomark.desktop.heat_view import HeatChoices, scalar_of, scalar_words
from craniomark.desktop.panel import MessageLine, guarded
from craniomark.desktop.particle_points import show_particles
from craniomark.desktop.shape_choices import ShapeChoices
from craniomark.desktop.shape_desk import ShapeDesk
from craniomark.desktop.shape_results import figures_words
from craniomark.desktop.text_table import Line, TextTable
from craniomark.desktop.vertex_probe import vertex_words
from craniomark.desktop.words import tr


class ShapeHeatPanel:
    """Ties the widgets to the desk.

    Parameters
    ----------
    ui : object
        Widgets of ``DeepSSMModule.ui`` by name.
    desk : ShapeDesk
        Holds the results.
    message : MessageLine
        Tells sentences.
    choices : callable
        Gives what is chosen in the steps.
    """

    def __init__(
        self, ui: Any, desk: ShapeDesk, message: MessageLine, choices: Callable[[], ShapeChoices]
    ) -> None:
        self.ui, self._desk, self._message, self._choices = ui, desk, message, choices
        self._table = TextTable(ui.specimenTable)
        self._silent = False
        for button, action in (
            (ui.previousButton, self._previous), (ui.nextButton, self._next),
            (ui.histogramButton, self._histogram), (ui.particlesButton, self._particles),
            (ui.loadResultsButton, self._load),
        ):  # fmt: skip
            button.connect("clicked()", guarded(message, action))
        ui.pickButton.connect("clicked(bool)", guarded(message, self._pick))
        ui.specimenTable.connect("itemSelectionChanged()", guarded(message, self._selected))
        for box in (ui.scalarBox, ui.placeBox):
            box.connect("currentIndexChanged(int)", guarded(message, self._choose))
        ui.signedBox.connect("toggled(bool)", guarded(message, self._choose))
        for number in (ui.mostBox, ui.thresholdBox):
            number.connect("valueChanged(double)", guarded(message, self._choose))
        ui.opacitySlider.connect("valueChanged(double)", guarded(message, self._choose))
        ui.analysisSection.connect("contentsCollapsed(bool)", self.refresh)
        desk.probe.moved = self._probed

    def refresh(self, *_arguments: object) -> None:
        """Show which specimen is looked at, and offer what can be done with it."""
        ui, results, free = self.ui, self._desk.results, not self._desk.busy
        there = self._desk.heat.surface is not None
        ui.previousButton.enabled = free and results.current is not None and not results.is_first
        ui.nextButton.enabled = free and results.current is not None and not results.is_last
        for widget in (ui.histogramButton, ui.particlesButton, ui.pickButton, ui.signedBox, ui.placeBox,
                       ui.mostBox, ui.thresholdBox):  # fmt: skip
            widget.enabled = there
        ui.loadResultsButton.enabled = free and bool(ui.projectLine.currentPath)
        ui.opacitySlider.enabled = there and ui.placeBox.currentIndex == 0
        ui.scalarBox.enabled = self._desk.heat.has_doubt
        ui.positionLabel.text = results.position()
        found = results.current
        ui.figuresLabel.text = figures_words(found.figures) if found is not None else ""
        unfolded = not ui.analysisSection.collapsed
        ui.figuresLabel.visible = ui.specimenTable.visible = unfolded and found is not None
        self._show_table()

    def show(self) -> None:
        """Show the colours of a specimen that was read, with its numbers."""
        import slicer

        self._color_bar()
        if histogram_chart(slicer.mrmlScene) is not None:
            self._put_histogram()
        self._tell_share()
        self._probed()
        slicer.app.layoutManager().resetThreeDViews()

    def _chosen(self) -> HeatChoices:
        ui = self.ui
        return HeatChoices(
            doubt=ui.scalarBox.currentIndex == 1, signed=ui.signedBox.checked, most=ui.mostBox.value,
            threshold=ui.thresholdBox.value, beside=ui.placeBox.currentIndex == 1,
            opacity=ui.opacitySlider.value,
        )  # fmt: skip

    def _choose(self) -> None:
        import slicer

        self._desk.choose_heat(self._chosen())
        if self._desk.heat.surface is not None:
            self._color_bar()
            self._tell_share()
            if histogram_chart(slicer.mrmlScene) is not None:
                self._put_histogram()
        self.refresh()

    def _show_table(self) -> None:
        lines = [
            Line(one.name, (one.name, *(f"{one.figures[f'symmetric_{m}']:.3f}" for m in _COLUMNS)))
            for one in self._desk.results.specimens
        ]
        self._silent = True
        try:
            self._table.show(lines)
            found = self._desk.results.current
            if found is not None and self._table.selected != (found.name,):
                self.ui.specimenTable.selectRow(self._table.keys.index(found.name))
        finally:
            self._silent = False

    def _selected(self) -> None:
        if not self._silent and self._table.selected:
            self._desk.look_at(self._table.selected[0])

    def _previous(self) -> None:
        self._desk.go(-1)

    def _next(self) -> None:
        self._desk.go(1)

    def _load(self) -> None:
        self._message.clear()
        self._desk.load_results(self._choices().place.analysis)

    def _color_bar(self) -> None:
        """A colour bar beside the predicted surface, with the name of what it shows."""
        import slicer

        node, surface = self._desk.heat.node, self._desk.heat.surface
        if node is None or surface is None:
            return
        bar = slicer.modules.colors.logic().AddDefaultColorLegendDisplayNode(node)
        if bar is not None:
            bar.SetTitleText(scalar_words(scalar_of(self._desk.heat_choices, surface)))
            bar.SetLabelFormat("%.2f")
            bar.SetVisibility(True)

    def _tell_share(self) -> None:
        heat, chosen = self._desk.heat, self._desk.heat_choices
        values = heat.values(chosen)
        told = tr("Colours end at {most} mm; {share} of the vertices are above {threshold} mm.")
        self.ui.shareLabel.text = told.format(
            most=f"{heat.end(chosen):.3f}", share=f"{share_above(values, chosen.threshold):.1%}",
            threshold=f"{chosen.threshold:.3f}",
        ) if len(values) else ""  # fmt: skip

    def _histogram(self) -> None:
        import slicer

        self._put_histogram()
        chart = histogram_chart(slicer.mrmlScene)
        if chart is not None:
            slicer.modules.plots.logic().ShowChartInLayout(chart)

    def _put_histogram(self) -> None:
        import slicer

        heat, chosen = self._desk.heat, self._desk.heat_choices
        if heat.surface is not None:
            across = scalar_words(scalar_of(chosen, heat.surface))
            show_histogram(slicer.mrmlScene, heat.values(chosen), self._desk.current().name, across)

    def _particles(self) -> None:
        import slicer

        name = self._desk.current().name
        show_particles(slicer.mrmlScene, self._choices().predictions(), name)
        self._message.note(tr("The predicted particles of {name} are landmarks now.").format(name=name))

    def _pick(self, on: bool) -> None:
        import slicer

        if not on:
            self._desk.probe.end()
            self.ui.vertexLabel.text = ""
            return
        node = self._desk.probe.begin()
        slicer.modules.markups.logic().SetActiveListID(node)
        slicer.modules.markups.logic().StartPlaceMode(False)
        self.ui.vertexLabel.text = tr("Click on the predicted surface; drag the point to read other places.")

    def _probed(self) -> None:
        surface = self._desk.heat.surface
        found = self._desk.probe.vertex(surface)
        if found is not None and surface is not None:
            self.ui.vertexLabel.text = vertex_words(surface, found[0])


_COLUMNS = ("mean", "rms", "p95", "hausdorff")
