"""The sliders of the modes: the mean shape follows them at once."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.mode_mixer import shape_node
from craniomark.desktop.panel import MessageLine, guarded
from craniomark.desktop.shape_choices import SHOWN_MODES, ShapeChoices
from craniomark.desktop.shape_desk import ShapeDesk
from craniomark.desktop.words import tr


class ShapeModesPanel:
    """Ties the sliders to the desk.

    Parameters
    ----------
    ui : object
        Widgets of ``DeepSSMModule.ui`` by name: ``mode1Slider`` and so on.
    desk : ShapeDesk
        Holds the modes.
    message : MessageLine
        Tells sentences.
    choices : callable
        Gives what is chosen.
    """

    def __init__(
        self, ui: Any, desk: ShapeDesk, message: MessageLine, choices: Callable[[], ShapeChoices]
    ) -> None:
        self.ui, self._desk, self._message, self._choices = ui, desk, message, choices
        self.sliders = [getattr(ui, f"mode{n}Slider") for n in range(1, SHOWN_MODES + 1)]
        self._labels = [getattr(ui, f"mode{n}Label") for n in range(1, SHOWN_MODES + 1)]
        for slider in self.sliders:
            slider.connect("valueChanged(double)", guarded(message, self._move))
        ui.modesSection.connect("contentsCollapsed(bool)", self.refresh)
        ui.modesButton.connect("clicked()", guarded(message, self._show))
        ui.resetButton.connect("clicked()", guarded(message, self._reset))

    def wanted(self) -> list[float]:
        """Standard deviations of each mode."""
        return [float(slider.value) for slider in self.sliders]

    def refresh(self, *_arguments: object) -> None:
        """Offer a slider for each mode that there is; an opened section would show them all."""
        mixer, unfolded = self._desk.mixer, not self.ui.modesSection.collapsed
        count = mixer.count if mixer is not None else 0
        for number, (slider, label) in enumerate(zip(self.sliders, self._labels, strict=True)):
            slider.visible = label.visible = unfolded and number < count
            if mixer is not None and number < count:
                label.text = tr("Mode {number}:").format(number=number + 1)
                told = tr("{share:.0%} of the variance; one standard deviation is {sd:.2f} mm in all.")
                slider.toolTip = told.format(share=mixer.shares[number], sd=mixer.sd[number])
        self.ui.resetButton.enabled = count > 0
        self.ui.modesButton.enabled = not self._desk.busy and bool(self.ui.projectLine.currentPath)

    def begin_anew(self) -> None:
        """Put all sliders to the mean; the shape stays."""
        for slider in self.sliders:
            blocked = slider.blockSignals(True)
            slider.value = 0.0
            slider.blockSignals(blocked)

    def show(self) -> None:
        """Show the shape in the 3D view, after the modes came."""
        import slicer

        if shape_node(slicer.mrmlScene) is not None:
            slicer.app.layoutManager().resetThreeDViews()

    def _show(self) -> None:
        self._message.clear()
        self.begin_anew()
        self._desk.show_modes(self._choices())

    def _move(self) -> None:
        self._desk.move(self.wanted())

    def _reset(self) -> None:
        self.begin_anew()
        self._desk.move(self.wanted())
