"""The panels for the scan, exports, training, and surfaces."""

from craniomark.web.actions import Actions
from craniomark.web.aria import aria
from craniomark.web.bar_chart import bar_chart
from craniomark.web.review_panel import predict_choices

_SAVED = [':download="one.name"']
"""Else a click leaves the page, and so ends its connection. trame's button has no argument for it."""


def scan_panel(actions: Actions) -> None:
    """Find landmarks anew, and turn the scan upright."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="cm-scroll pa-4"):
        _title("Landmarks")
        predict_choices(actions)
        v.VBtn(
            "{{ reviewing ? 'Find landmarks anew' : 'Find landmarks' }}", variant="tonal", block=True,
            click=lambda: actions.do("predict"), disabled=("!has_scan || busy || tab_looks_on",),
            prepend_icon="mdi-auto-fix", color="primary", size="small",
        )  # fmt: skip
        html.Div("Reviewed points stay as they are.", classes="text-caption cm-muted mt-1 mb-6")
        _title("Pose")
        html.Div(
            "Turns the scan so that left is left and up is up. Points go with it; files stay in the frame of "
            "the scan.",
            classes="text-body-2 cm-muted mb-3",
        )
        v.VBtn(
            "Turn upright", variant="tonal", block=True, size="small", prepend_icon="mdi-axis-arrow",
            click=lambda: actions.do("upright"), disabled=("!has_scan || busy || tab_looks_on",),
            color="primary",
        )  # fmt: skip
        with html.Div(v_if=("pose",), classes="mt-4"):
            html.Div("{{ pose_words }}", classes="text-body-2 mb-2")
            with v.VBtnToggle(
                model_value=("pose",), update_modelValue=(actions.show_pose, "[$event]"), density="compact",
                mandatory=True, color="primary", variant="outlined", divided=True,
            ):  # fmt: skip
                v.VBtn("As scanned", value="before", size="small")
                v.VBtn("Upright", value="after", size="small")
        with html.Div(classes="d-flex ga-2 mt-3"):
            v.VBtn(
                "Exchange left and right", size="small", variant="text", prepend_icon="mdi-flip-horizontal",
                click=lambda: actions.do("flip"), disabled=("!has_scan || busy || tab_looks_on",),
            )  # fmt: skip
            v.VBtn(
                "Undo", size="small", variant="text", prepend_icon="mdi-undo",
                click=lambda: actions.do("pose_undo"), disabled=("!pose_undo || busy",),
            )  # fmt: skip
        with html.Div(v_if=("folder_rows.length",), classes="mt-6"):
            _title("Folder")
            with (
                v.VTable(density="compact", classes="cm-table"),
                html.Tbody(),
                html.Tr(v_for="row in folder_rows", key=("row.id",)),
            ):
                html.Td("{{ row.id }}")
                html.Td("{{ row.state }}")
                html.Td("{{ row.look }}", classes="cm-words")


def export_panel(actions: Actions) -> None:
    """Write files, and get them."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="cm-scroll pa-4"):
        _title("For other programs")
        v.VSelect(
            label="Format", items=("formats",), v_model=("format",), density="compact", variant="outlined",
            hide_details=True, classes="mb-2",
        )  # fmt: skip
        v.VSwitch(
            label="All specimens of the folder", v_model=("export_all",), density="compact", color="primary",
            hide_details=True,
        )  # fmt: skip
        v.VBtn(
            "Export", click=(actions.export, "[format, export_all]"), color="primary", block=True,
            size="small", prepend_icon="mdi-export-variant",
            disabled=("(!reviewing && !export_all) || tab_looks_on",),
        )  # fmt: skip
        with html.Div(v_if=("downloads.length",), classes="mt-3 d-flex flex-column ga-1"):
            v.VBtn(
                "{{ one.name }}", v_for="one in downloads", key=("one.href",), href=("one.href",),
                variant="outlined", size="small", prepend_icon="mdi-download", block=True,
                classes="text-none", raw_attrs=_SAVED,
            )  # fmt: skip
        html.Div(classes="my-4")
        _title("Results")
        html.Div(
            "Puts the reviewed points in place of the predicted ones. What the review does not know is kept "
            "beside.",
            classes="text-body-2 cm-muted mb-2",
        )
        v.VBtn(
            "Write results", click=lambda: actions.do("results"), variant="tonal", block=True, size="small",
            disabled=("!reviewing || mode !== 'review' || tab_looks_on",), prepend_icon="mdi-content-save",
        )  # fmt: skip
        html.Div("Results are kept in {{ results }}", classes="text-caption cm-muted cm-words mt-4")


def train_panel(actions: Actions) -> None:
    """Train a model, and watch it."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    choose = (
        actions.train_on,
        "[train_data, train_name, train_recipe_chosen, train_task_chosen]",
    )
    with html.Div(classes="cm-scroll pa-4"):
        _title("Train a model")
        with html.Div(v_if=("!train.locked",)):
            v.VSelect(
                label="Data", items=("train_sources",), v_model=("train_data",), density="compact",
                variant="outlined", hide_details=True, classes="mb-2", update_modelValue=choose,
            )  # fmt: skip
            v.VBtn(
                "Gather the reviewed specimens", v_if=("train_data === 'reviewed'",), size="small",
                variant="tonal", block=True, classes="mb-3", click=lambda: actions.do("gather"),
            )  # fmt: skip
            v.VTextField(
                label="Name of the model", v_model=("train_name",), density="compact", variant="outlined",
                hide_details=True, classes="mb-2",
            )  # fmt: skip
            v.VSelect(
                label="How long", items=("train_recipes",), v_model=("train_recipe_chosen",),
                density="compact", variant="outlined", hide_details=True, classes="mb-2",
            )  # fmt: skip
            v.VSelect(
                label="What", items=("train_tasks",), v_model=("train_task_chosen",), density="compact",
                variant="outlined", hide_details=True, classes="mb-3",
            )  # fmt: skip
        with html.Div(classes="d-flex ga-2 mb-2"):
            v.VBtn(
                "{{ train.start_text }}", color="primary", size="small", classes="flex-grow-1",
                click=(actions.train_start, choose[1]), disabled=("!train.start || tab_looks_on",),
            )  # fmt: skip
            v.VBtn(
                "Check data", size="small", variant="tonal", click=(actions.train_check, choose[1]),
                disabled=("!train.check || tab_looks_on",), v_if=("!train.locked",),
            )  # fmt: skip
            v.VBtn(
                "Pause", v_if=("train.pause",), size="small", variant="tonal",
                click=lambda: actions.do("train_pause"),
            )  # fmt: skip
            v.VBtn(
                "Stop", v_if=("train.stop",), size="small", variant="tonal", color="error",
                click=lambda: actions.do("train_stop"),
            )  # fmt: skip
        html.Div("{{ train.status }}", classes="text-body-2 cm-words", **aria(role="status"))
        v.VProgressLinear(
            v_if=("train_active || train.percent",), model_value=("train.percent",), color="primary",
            height=6, rounded=True, classes="my-2", **aria("Training"),
        )  # fmt: skip
        v.VAlert(
            v_if=("train.problem",), type="error", variant="tonal", density="compact",
            text=("train.problem",), classes="my-2 cm-words",
        )  # fmt: skip
        html.Pre(
            "{{ train_findings }}", v_if=("train_findings",), classes="text-caption",
            style="white-space:pre-wrap",
        )  # fmt: skip
        with html.Div(v_if=("train_curves.lines.length",), classes="mt-3"):
            with html.Div(classes="d-flex flex-wrap ga-3 text-caption mb-1"):
                html.Span(
                    "● {{ line.name }}", v_for="line in train_curves.lines", key=("line.name",),
                    style=("{color: line.colour}",),
                )  # fmt: skip
            html.Div(v_html=("train_curves.svg",), **aria("Curves of the training", role="img"))
            with html.Div(classes="d-flex justify-space-between text-caption cm-muted"):
                html.Span("step {{ train_curves.first }} to {{ train_curves.last }}")
                html.Span("{{ train_curves.low }} to {{ train_curves.high }}")
        v.VBtn(
            "Use this model", v_if=("train.use",), color="primary", variant="tonal", size="small", block=True,
            classes="mt-3", click=lambda: actions.do("train_use"),
        )  # fmt: skip
        with html.Details(v_if=("train.log.length",), classes="text-caption mt-4"):
            html.Summary("Log")
            html.Pre("{{ train.log.join('\\n') }}", style="white-space:pre-wrap")


def surface_panel(actions: Actions) -> None:
    """Numbers on a surface: colours, how often each occurs, and the vertex that was picked."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="cm-scroll pa-4"):
        _title("{{ surface }}")
        html.Div(
            "This surface has no numbers at its vertices.", v_if=("!surface_arrays.length",),
            classes="text-body-2 cm-muted",
        )  # fmt: skip
        with html.Div(v_if=("surface_arrays.length",)):
            v.VSelect(
                label="Colour by", density="compact", variant="outlined", hide_details=True,
                items=(
                    "[...surface_arrays.map((one) => ({title: one, value: one})),"
                    " {title: 'nothing', value: ''}]",
                ),
                model_value=("surface_array",), update_modelValue=(actions.surface, "[$event]"),
                classes="mb-4",
            )  # fmt: skip
        with html.Div(v_if=("surface_bars.length",)):
            bar_chart("surface_bars", "surface_colours", "How often each value occurs")
            with html.Div(classes="d-flex justify-space-between ga-4 mt-2"):
                for name, words in (("surface_low", "From"), ("surface_high", "To")):
                    others = "surface_low, $event.target.value"
                    if name == "surface_low":
                        others = "$event.target.value, surface_high"
                    v.VTextField(
                        label=words, model_value=(name,), density="compact", variant="underlined",
                        hide_details=True, change=(actions.surface_range, f"[{others}]"), key=(name,),
                    )  # fmt: skip
            with (
                html.Div(classes="d-flex flex-wrap ga-6 my-4"),
                html.Div(v_for="one in surface_summary", key=("one.name",)),
            ):
                html.Div("{{ one.name }}", classes="text-caption cm-muted")
                html.Div("{{ one.value }}", classes="text-subtitle-1")
        v.VDivider(classes="my-2")
        html.Div(
            "Click the surface to read a vertex.", v_if=("!('vertex' in picked)",),
            classes="text-body-2 cm-muted",
        )  # fmt: skip
        with html.Div(v_if=("'vertex' in picked",)):
            html.Div("Vertex {{ picked.vertex }}", classes="text-subtitle-1")
            html.Div("{{ surface_array }}: {{ picked.value }}", v_if=("picked.value",), classes="text-body-2")
            html.Div("{{ picked.place }} (LPS, mm)", classes="text-body-2 cm-muted")


def _title(words: str) -> None:
    from trame.widgets import html

    html.Div(words, classes="text-subtitle-2 mb-2")
