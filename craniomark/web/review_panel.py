"""The panel for the review: the point, its buttons, the table."""

from craniomark.web.actions import Actions
from craniomark.web.aria import aria


def review_panel(actions: Actions) -> None:
    """Make it, where the page is being made."""
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(v_if=("!reviewing",), classes="pa-4"):
        _nothing_yet(actions)
    with html.Div(v_if=("reviewing",), classes="cm-panel"):
        with html.Div(classes="px-4 pt-3 pb-2 flex-grow-0"):
            _point()
            _buttons(actions)
            _note(actions)
        v.VDivider()
        _table(actions)
        v.VDivider()
        _more(actions)


def _nothing_yet(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(v_if=("has_scan",)):
        html.Div("No landmarks yet", classes="text-subtitle-1 font-weight-medium mb-1")
        html.Div(
            "The program finds them in any pose of the skull, and tells for each how far off it may be. "
            "Doubtful ones come first in the review.",
            classes="text-body-2 cm-muted mb-4",
        )
        predict_choices(actions)
        v.VBtn(
            "Find landmarks", click=lambda: actions.do("predict"), disabled=("busy || tab_looks_on",),
            color="primary", block=True, prepend_icon="mdi-auto-fix", classes="mt-2",
        )  # fmt: skip
    html.Div("Open a specimen from the list.", v_if=("!has_scan && !loading",), classes="text-body-2")
    with html.Div(v_if=("loading",), classes="d-flex align-center ga-3"):
        v.VProgressCircular(indeterminate=True, size=20, width=2, color="primary")
        html.Span("Reading {{ loading }}", classes="text-body-2")


def predict_choices(actions: Actions) -> None:
    """Model and switches of a prediction."""
    from trame.widgets import vuetify3 as v

    v.VSelect(
        label="Model", items=("models",), model_value=("model",), density="compact", variant="outlined",
        hide_details=True, update_modelValue=(actions.choose, "['model', $event]"), classes="mb-1",
        disabled=("busy",),
    )  # fmt: skip
    for name, words in (("orient_first", "Skull may lie in any pose"), ("refine_too", "Refine landmarks")):
        v.VSwitch(
            label=words, model_value=(name,), density="compact", color="primary", hide_details=True,
            update_modelValue=(actions.choose, f"['{name}', $event]"), disabled=("busy",),
        )  # fmt: skip


def _point() -> None:
    from trame.widgets import html

    with html.Div(classes="d-flex ga-3", style="min-height:96px"):
        with html.Div(classes="flex-grow-1", style="min-width:0"):
            with html.Div(classes="d-flex align-baseline ga-2"):
                html.Span("Landmark {{ point }}", classes="text-h6", **aria(role="heading"))
                html.Span("{{ point_at }} of {{ points }}", classes="text-caption cm-muted")
            html.Div("{{ point_words }}", classes="text-body-2 cm-words")
            html.Div("{{ definition }}", classes="text-caption cm-muted cm-words mt-1")
        html.Img(v_if=("picture",), src=("picture",), classes="cm-picture", alt="Where the landmark lies")


def _buttons(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with html.Div(classes="d-flex flex-wrap ga-2 mt-2"):
        for name, words, key, icon, looks in (
            ("previous", "", "P", "mdi-chevron-left", {"variant": "tonal", **aria("Previous")}),
            ("accept", "Accept", "A", "mdi-check", {"color": "primary", "classes": "flex-grow-1"}),
            ("missing", "Missing", "M", "mdi-map-marker-off-outline", {"variant": "tonal"}),
            ("next", "", "N", "mdi-chevron-right", {"variant": "tonal", **aria("Next")}),
        ):
            edits = name in ("accept", "missing")
            with v.VBtn(
                click=lambda name=name: actions.do(name), size="small", height=34, min_width=40,
                disabled=("!edits || !point || tab_looks_on" if edits else "tab_looks_on",), **looks,
            ):  # fmt: skip
                v.VIcon(icon, size=20)
                if words:
                    html.Span(words, classes="ml-1")
                html.Span(key, classes="cm-hint")
    with html.Div(classes="d-flex flex-wrap ga-1 mt-2 justify-space-between"):
        for name, words, key, icon, can in (
            ("undo", "Undo", "U", "mdi-undo", "undo_words"),
            ("redo", "Redo", "R", "mdi-redo", "redo_words"),
            ("snap", "To bone", "B", "mdi-magnet", "edits && point"),
            ("place", "Place", "D", "mdi-crosshairs-gps", "edits && point"),
            ("restore", "Restore", "O", "mdi-restore", "edits && point"),
        ):
            tips = {
                "undo": "Undo {{ undo_words }}", "redo": "Redo {{ redo_words }}",
                "snap": "Put the point onto the nearest bone",
                "place": "Put the point where the mouse is over a slice",
                "restore": "Put the point back to where the program had it",
            }  # fmt: skip
            with v.VBtn(
                click=lambda name=name: actions.do(name), size="small", variant="text", classes="px-1",
                disabled=(f"!({can}) || tab_looks_on",), stacked=True, height=46, min_width=60,
            ):  # fmt: skip
                v.VIcon(icon, size=18)
                with html.Span():
                    html.Span(words)
                    html.Span(key, classes="cm-hint ml-1")
                v.VTooltip(tips[name], activator="parent", location="bottom")


def _note(actions: Actions) -> None:
    from trame.widgets import vuetify3 as v

    v.VTextField(
        label="Remark on this point", model_value=("noted",), density="compact", variant="underlined",
        hide_details=True, readonly=("!edits",), key=("point",), maxlength=250,
        change=(actions.note, "[point, $event.target.value]"),
    )  # fmt: skip


def _table(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        html.Div(classes="cm-scroll"),
        v.VTable(density="compact", classes="cm-table", fixed_header=True, hover=True, height="100%"),
    ):
        with html.Thead(), html.Tr():
            html.Th("", style="width:26px", **aria("State"))
            html.Th("Point")
            html.Th("90 %, mm", classes="cm-number")
            html.Th("Status")
            html.Th("Apart, mm", classes="cm-number", v_if=("other",))
        with (
            html.Tbody(),
            html.Tr(
                v_for="row in rows", key=("row.label",), id=("`row-${row.label}`",),
                click=(actions.go, "[row.label]"), tabindex=0, __events=[("entered", "keyup.enter")],
                entered=(actions.go, "[row.label]"), classes=("{'cm-current': row.label === point}",),
                **aria(selected="=row.label === point"),
            ),
        ):  # fmt: skip
            with html.Td():
                looks = "row.reviewed ? 'cm-dot-reviewed' : row.doubtful ? 'cm-dot-doubtful' : ''"
                html.Span(classes=(f"['cm-dot', {looks}]",))
            html.Td("{{ row.label }}")
            html.Td("{{ row.error }}", classes="cm-number")
            html.Td("{{ row.flag ? row.flag + ', ' : '' }}{{ row.status }}")
            html.Td("{{ row.apart }}", classes="cm-number", v_if=("other",))


def _more(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        v.VExpansionPanels(variant="accordion", flat=True, classes="flex-grow-0"),
        v.VExpansionPanel(title="Refine, compare, who reviews", elevation=0),
        v.VExpansionPanelText(),
        html.Div(),
    ):
        with html.Div(classes="d-flex ga-2 align-center mb-3"):
            v.VSelect(
                label="Search anew", items=("scopes",), v_model=("scope",), density="compact",
                variant="outlined", hide_details=True,
            )  # fmt: skip
            v.VBtn(
                "Refine", click=(actions.refine, "[scope]"), size="small", height=38, variant="tonal",
                disabled=("!edits || busy || tab_looks_on",),
            )  # fmt: skip
        v.VSelect(
            label="Show the digitising of", items=("others.map((title, value) => ({title, value}))",),
            model_value=("other",), update_modelValue=(actions.compare, "[$event]"), density="compact",
            variant="outlined", hide_details=True, classes="mb-3", disabled=("others.length < 2",),
        )  # fmt: skip
        with html.Div(classes="d-flex ga-2 mb-2"):
            v.VTextField(
                label="Your name", v_model=("observer_name",), density="compact", variant="outlined",
                hide_details=True,
            )  # fmt: skip
            v.VSelect(
                label="Review as", items=("modes",), v_model=("mode_chosen",), density="compact",
                variant="outlined", hide_details=True,
            )  # fmt: skip
        v.VBtn(
            "Begin", click=(actions.review_as, "[mode_chosen, observer_name]"), size="small",
            variant="tonal", block=True,
            disabled=("busy || tab_looks_on || (mode_chosen !== 'review' && !observer_name)",),
        )  # fmt: skip
        v.VTextField(
            label="Colour points as doubtful above, mm", model_value=("colour_limit",), type="number",
            min=0, step=0.1, density="compact", variant="underlined", hide_details=True, classes="mt-3",
            change=(actions.colour, "[$event.target.value]"),
        )  # fmt: skip
