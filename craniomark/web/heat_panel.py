"""The panel of an analysis of shapes: specimens, colours of errors, the true surface, numbers, a vertex."""

from craniomark.web.actions import Actions
from craniomark.web.aria import aria
from craniomark.web.bar_chart import bar_chart


def heat_panel(actions: Actions) -> None:
    """Errors of a predicted shape on its surface."""
    from trame.widgets import html

    with html.Div(classes="cm-scroll pa-4"):
        _walk(actions)
        _choices(actions)
        _bars()
        _true(actions)
        _figures()
        html.Div(
            "Click the surface to read a vertex.", v_if=("!('vertex' in picked)",),
            classes="text-body-2 cm-muted mt-4",
        )  # fmt: skip
        with html.Div(v_if=("'vertex' in picked",), classes="mt-4"):
            html.Div("Vertex {{ picked.vertex }}: {{ picked.value }} mm", classes="text-subtitle-1")
            html.Div("{{ picked.place }} (LPS, mm)", classes="text-body-2 cm-muted")


def _walk(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="d-flex align-center ga-2 mb-3"):
        with html.Div(classes="flex-grow-1", style="min-width:0"):
            html.Div("{{ heat }}", classes="text-subtitle-1 cm-words")
            html.Div("{{ heat_position }}", classes="text-caption cm-muted")
        for step, icon, words, there in (
            (-1, "mdi-chevron-left", "Worse specimen", "heat_worse"),
            (1, "mdi-chevron-right", "Better specimen", "heat_better"),
        ):  # fmt: skip
            v.VBtn(
                icon=icon, size="small", variant="tonal", click=(actions.beside, f"[{step}]"),
                disabled=(f"!{there} || tab_looks_on",), **aria(words),
            )  # fmt: skip


def _choices(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with v.VBtnToggle(
        model_value=("heat_doubt ? 'doubt' : 'error'",), density="compact", mandatory=True, color="primary",
        variant="outlined", divided=True, v_if=("heat_has_doubt",), classes="mb-2",
        update_modelValue=(actions.heat, "['doubt', $event === 'doubt']"),
    ):  # fmt: skip
        v.VBtn("Errors", value="error", size="small")
        v.VBtn("Uncertainty", value="doubt", size="small")
    v.VSwitch(
        label="With signs: outside and inside", model_value=("heat_signed",), density="compact",
        color="primary", hide_details=True, disabled=("heat_doubt",),
        update_modelValue=(actions.heat, "['signed', $event]"),
    )  # fmt: skip
    with html.Div(classes="d-flex ga-4 mb-3"):
        for name, words in (("most", "Colours end at, mm"), ("threshold", "Grey below, mm")):
            v.VTextField(
                label=words, model_value=(f"heat_{name}",), density="compact", variant="underlined",
                hide_details=True, change=(actions.heat_number, f"['{name}', $event.target.value]"),
                key=(f"'{name}'",),
            )  # fmt: skip


def _bars() -> None:
    from trame.widgets import html

    html.Div("{{ heat_words }}", classes="text-caption cm-muted mb-1")
    bar_chart("heat_bars", "heat_colours", "How often each error occurs")
    with html.Div(classes="d-flex justify-space-between text-caption cm-muted mb-1"):
        html.Span("{{ heat_low }}")
        html.Span("{{ heat_high }}")
    html.Div("{{ heat_share }}", classes="text-caption mb-4")


def _true(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="d-flex align-center ga-3 mb-1"):
        html.Span("True surface", classes="text-body-2")
        with v.VBtnToggle(
            model_value=("heat_beside ? 'beside' : 'over'",), density="compact", mandatory=True,
            color="primary", variant="outlined", divided=True,
            update_modelValue=(actions.heat, "['beside', $event === 'beside']"),
        ):  # fmt: skip
            v.VBtn("Over", value="over", size="small")
            v.VBtn("Beside", value="beside", size="small")
    v.VSlider(
        label="Opacity", model_value=("heat_opacity",), min=0, max=1, step=0.05, density="compact",
        hide_details=True, color="primary", disabled=("heat_beside",), classes="mb-3",
        end=(actions.heat_number, "['opacity', $event]"),
    )  # fmt: skip


def _figures() -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with v.VTable(density="compact", classes="cm-table", v_if=("heat_figures.length",)):
        with html.Thead(), html.Tr():
            html.Th("mm")
            html.Th("{{ head }}", v_for="head in heat_heads", key=("head",), classes="cm-number")
        with html.Tbody(), html.Tr(v_for="row in heat_figures", key=("row.side",)):
            html.Td("{{ row.side }}", classes="cm-words")
            html.Td("{{ one }}", v_for="(one, at) in row.cells", key=("at",), classes="cm-number")
