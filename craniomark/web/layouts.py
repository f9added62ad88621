"""How views are arranged, and what is drawn over each."""

from collections.abc import Callable
from typing import Any

from craniomark.web.aria import aria

FOUR, SOLID, AXIAL, CORONAL, SAGITTAL = "four", "solid", "axial", "coronal", "sagittal"
LAYOUT_NAMES = {
    FOUR: "Four views", SOLID: "3D view", AXIAL: "Axial", CORONAL: "Coronal", SAGITTAL: "Sagittal",
}  # fmt: skip
LAYOUT_ICONS = {
    FOUR: "mdi-view-grid-outline", SOLID: "mdi-rotate-3d", AXIAL: "mdi-alpha-a-box-outline",
    CORONAL: "mdi-alpha-c-box-outline", SAGITTAL: "mdi-alpha-s-box-outline",
}  # fmt: skip
ShowAll = Callable[[Any], None]
"""Lets a view show everything."""
_COLOURS = {"Axial": "#F34A33", "Coronal": "#6DAD4A", "Sagittal": "#EFD64D"}


def layouts() -> dict[str, Any]:
    """Layouts by name, as trame-slicer takes them."""
    from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition

    axial, coronal = ViewLayoutDefinition.axial_view(), ViewLayoutDefinition.coronal_view()
    sagittal, solid = ViewLayoutDefinition.sagittal_view(), ViewLayoutDefinition.threed_view()
    down, across = LayoutDirection.Vertical, LayoutDirection.Horizontal
    four = Layout(across, [Layout(down, [axial, coronal]), Layout(down, [solid, sagittal])])
    single = {SOLID: solid, AXIAL: axial, CORONAL: coronal, SAGITTAL: sagittal}
    return {FOUR: four, **{name: Layout(down, [view]) for name, view in single.items()}}


def slice_overlay(server: Any, _view_id: str, view: Any, show_all: ShowAll) -> None:
    """Name, button and slider of a slice view."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v
    from trame_slicer.app.logic.slice_view_logic import connect_slice_view_slider_to_state

    name = view.get_orientation()
    _head(name, _COLOURS.get(name, "#ffffff"), view, show_all)
    state = connect_slice_view_slider_to_state(server, view)
    with html.Div(classes="cm-slider"):
        v.VSlider(
            v_model=(state.name.value,), min=(state.name.min_value,), max=(state.name.max_value,),
            step=(state.name.step,), hide_details=True, density="compact", color="white",
            track_color="grey", thumb_size=12, track_size=2, **aria(f"{name} slice"),
        )  # fmt: skip


def solid_overlay(_server: Any, _view_id: str, view: Any, show_all: ShowAll) -> None:
    """Name and button of the 3D view."""
    _head("3D", "#29b8a3", view, show_all)


def _head(name: str, colour: str, view: Any, show_all: ShowAll) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="cm-view-head"):
        html.Span(name, classes="cm-view-name", style=f"border-color:{colour}")
        with v.VBtn(
            icon=True, size="x-small", variant="text", color="white", click=lambda: show_all(view),
            classes="cm-view-button", **aria(f"Show all of the {name} view"),
        ):  # fmt: skip
            v.VIcon("mdi-fit-to-screen-outline", size=16)
            v.VTooltip("Show everything", activator="parent", location="bottom")
