"""The page: bar, list of specimens, views, panel."""

from typing import Any

from craniomark.web.actions import Actions
from craniomark.web.aria import aria
from craniomark.web.heat_panel import heat_panel
from craniomark.web.keys import script, shown_keys, theme_script
from craniomark.web.layouts import LAYOUT_ICONS, LAYOUT_NAMES
from craniomark.web.other_panels import export_panel, scan_panel, surface_panel, train_panel
from craniomark.web.review_panel import review_panel
from craniomark.web.style import CSS, VUETIFY
from craniomark.web.tabs import LOOKS_ON, PERMIT, WORK_HERE

TABS = (
    ("review", "mdi-map-marker-check-outline", "Review"),
    ("scan", "mdi-skull-scan-outline", "Scan"),
    ("export", "mdi-download-outline", "Export"),
    ("train", "mdi-school-outline", "Train"),
)
_ICONS = (
    "{complete: 'mdi-check-circle', done: 'mdi-check-circle-outline', doubtful: 'mdi-alert-circle', "
    "unpredicted: 'mdi-circle-outline', refused: 'mdi-close-circle-outline', "
    "broken: 'mdi-file-alert-outline', surface: 'mdi-vector-triangle'}"
)
_COLOURS = "{complete: 'success', done: 'primary', doubtful: 'warning', refused: 'error', broken: 'error'}"
_NARROW = "$vuetify.display.width < 1000"
"""As a window is that is small, or shows everything at twice its size."""
NARROW_SCRIPT = """
(() => {
  if (window.craniomarkNarrow) return;
  window.craniomarkNarrow = true;
  let narrow = null;  // another page may have left the list hidden
  const look = () => {
    if (!window.trame || !document.querySelector('.v-application')) return setTimeout(look, 50);
    const now = window.innerWidth < 1000;
    if (now !== narrow) window.trame.state.set('list_open', !now);
    narrow = now;
  };
  window.addEventListener('resize', look);
  look();
})();
"""
UPLOAD = """
(async (input) => {
  const file = input.files[0]; input.value = ''; if (!file) return;
  window.trame.state.set('uploading', file.name);
  try {
    const asked = new URLSearchParams({name: file.name, permit: window.trame.state.get('PERMIT')});
    const answer = await fetch('upload?' + asked, {method: 'POST', body: file});
    if (!answer.ok) window.trame.trigger('craniomark_tell', ['fault', (await answer.json()).error]);
  } catch (error) { window.trame.trigger('craniomark_tell', ['fault', 'The upload broke off.']); }
  window.trame.state.set('uploading', '');
})
""".replace("PERMIT", PERMIT)


def build_page(server: Any, actions: Actions, layout_manager: Any, theme: str) -> Any:
    """Make the page on a server; returns its layout."""
    from trame.ui.vuetify3 import VAppLayout
    from trame.widgets import client, html
    from trame.widgets import vuetify3 as v

    with VAppLayout(server, vuetify_config=VUETIFY) as layout:
        layout.root.theme = ("theme",)
        client.Style(CSS)
        client.Script(
            script() + theme_script("theme", theme) + NARROW_SCRIPT + f"window.craniomarkUpload = {UPLOAD};"
        )
        _bar(actions)
        _list(actions)
        with (
            v.VNavigationDrawer(
                v_model=("panel_open",), location="right", width=(f"{_NARROW} ? 290 : 390",), permanent=True,
                **aria("Work on the specimen"),
            ),
            html.Div(classes="cm-panel"),
        ):  # fmt: skip
            _banner(actions)
            _tabs()
            for name, panel in (
                ("review", review_panel), ("scan", scan_panel), ("export", export_panel),
                ("train", train_panel), ("surface", surface_panel), ("heat", heat_panel),
            ):  # fmt: skip
                with html.Div(v_show=(f"tab === '{name}'",), classes="cm-panel", style="min-height:0"):
                    panel(actions)
            _message(actions)
        with v.VMain(), html.Div(classes="cm-views"):
            layout_manager.initialize_layout_grid(layout)
            with html.Div(v_if=("!specimen",), classes="cm-empty"):
                v.VProgressCircular(v_if=("loading",), indeterminate=True, color="primary", size=48)
                html.Div("{{ loading ? 'Reading ' + loading : 'Open a specimen from the list' }}")
        _help()
    return layout


def _bar(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with v.VAppBar(density="compact", flat=True, border="b"):
        v.VAppBarNavIcon(click="list_open = !list_open", **aria("Show or hide the list of specimens"))
        v.VIcon("mdi-skull-scan", color="primary", size=24, classes="ml-1 mr-2")
        html.Span("CranioMark", classes="text-subtitle-1 font-weight-bold mr-3 hidden-sm-and-down")
        v.VChip(
            "{{ loading || specimen }}", v_if=("loading || specimen",), size="small", variant="tonal",
            color="primary", prepend_icon=("loading ? 'mdi-loading mdi-spin' : undefined",),
        )  # fmt: skip
        html.Span(
            "{{ reviewing ? progress : '' }}",
            classes="text-body-2 cm-muted ml-3 text-truncate hidden-sm-and-down",
        )
        v.VSpacer()
        with v.VBtnToggle(
            v_model=("layout",), update_modelValue=(actions.arrange, "[$event]"), density="compact",
            variant="text", color="primary", mandatory=True, classes="hidden-md-and-down mr-2",
        ):  # fmt: skip
            for name, words in LAYOUT_NAMES.items():
                _icon_button(LAYOUT_ICONS[name], words, value=name, width=36)
        with v.VBtn(icon=True, size="small", classes="hidden-lg-and-up", **aria("Layout of the views")):
            v.VIcon(icon="mdi-view-grid-outline", size=20)
            with v.VMenu(activator="parent"), v.VList(density="compact"):
                for name, words in LAYOUT_NAMES.items():
                    v.VListItem(
                        title=words, prepend_icon=LAYOUT_ICONS[name],
                        click=lambda name=name: actions.arrange(name),
                    )  # fmt: skip
        _icon_button("mdi-fit-to-screen-outline", "Show everything (F)", click=lambda: actions.do("reset"))
        _icon_button(
            ("bone_shown ? 'mdi-bone' : 'mdi-bone-off'",), "Show or hide the bone", disabled=("!has_scan",),
            click=(actions.look, "[!bone_shown]"),
        )  # fmt: skip
        _icon_button(
            ("rendered ? 'mdi-cube' : 'mdi-cube-outline'",), "Draw the scan itself", v_if=("quick",),
            disabled=("!has_scan",), click="rendered = !rendered; trigger('craniomark_render', [rendered])",
        )  # fmt: skip
        _icon_button("mdi-keyboard-outline", "Keys (?)", click="help_open = true")
        _icon_button(
            ("theme === 'dark' ? 'mdi-weather-sunny' : 'mdi-weather-night'",), "Light or dark",
            click="theme = theme === 'dark' ? 'light' : 'dark'",
        )  # fmt: skip
        _icon_button("mdi-dock-right", "Show or hide the panel", click="panel_open = !panel_open")
        v.VProgressLinear(
            v_if=("busy",), model_value=("percent",), indeterminate=("percent < 1",), absolute=True,
            location="bottom", color="primary", height=3, **aria("Progress"),
        )  # fmt: skip


def _icon_button(icon: Any, words: str, **more: Any) -> None:
    from trame.widgets import vuetify3 as v

    with v.VBtn(icon=True, size="small", **aria(words), **more):
        v.VIcon(icon=icon, size=20)
        v.VTooltip(words, activator="parent", location="bottom")


def _list(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        v.VNavigationDrawer(
            v_model=("list_open",),
            width=232,
            temporary=(_NARROW,),
            disable_resize_watcher=True,
            **aria("Specimens"),
        ),
        html.Div(classes="cm-panel"),
    ):
        with html.Div(classes="px-4 pt-3 pb-2"):
            html.Div("Specimens", classes="text-subtitle-2")
            html.Div("{{ counts }}", classes="text-caption cm-muted cm-words")
            v.VProgressLinear(
                model_value=("done_percent",), height=4, rounded=True, color="primary", classes="mt-2",
                **aria("Specimens done"),
            )  # fmt: skip
        with (
            html.Div(classes="cm-scroll"),
            v.VList(density="compact", nav=True, classes="py-0"),
            v.VListItem(
                v_for="one in specimens", key=("one.id",), click=(actions.open, "[one.id]"),
                active=("one.current",), color="primary", slim=True, subtitle=("one.words",),
                title=("one.id",),
            ),
        ):  # fmt: skip
            with v.Template(v_slot_prepend=True):
                v.VIcon(icon=(f"({_ICONS})[one.state]",), color=(f"({_COLOURS})[one.state]",), size=20)
            v.VTooltip("{{ one.why }}", v_if=("one.why",), activator="parent", location="right")
        with html.Div(classes="pa-3 d-flex flex-column ga-2"):
            v.VBtn(
                "Next specimen", click=lambda: actions.do("specimen"), color="primary", variant="tonal",
                size="small", block=True, append_icon="mdi-arrow-right", disabled=(f"working || {LOOKS_ON}",),
            )  # fmt: skip
            v.VBtn(
                "Find all landmarks", v_if=("to_predict > 1",), click=lambda: actions.do("predict_all"),
                variant="text", size="small", block=True, disabled=("busy || tab_looks_on",),
            )  # fmt: skip
            v.VBtn(
                "{{ uploading ? 'Uploading ' + uploading : 'Upload a scan' }}", variant="text", size="small",
                block=True, prepend_icon="mdi-upload", loading=("!!uploading",), disabled=(LOOKS_ON,),
                click="window.document.getElementById('craniomark-file').click()",
            )  # fmt: skip
            html.Input(
                type="file", id="craniomark-file", style="display:none", **aria("File to upload"),
                __events=[("picked", "change")], picked="window.craniomarkUpload($event.target)",
            )  # fmt: skip


def _banner(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        v.VAlert(
            v_if=(LOOKS_ON,), type="info", variant="tonal", density="compact", rounded=0,
            text="Another tab works on this. Here you can only look.",
        ),
        v.Template(v_slot_append=True),
    ):  # fmt: skip
        v.VBtn("Work here", size="small", variant="outlined", click=f"trigger('{WORK_HERE}')")
    v.VAlert(
        v_if=("read_only",), type="info", variant="tonal", density="compact", rounded=0, text=("read_only",)
    )
    v.VAlert(
        v_if=("trouble",), type="error", variant="tonal", density="compact", rounded=0, text=("trouble",)
    )
    with html.Div(v_if=("busy || folder_paused",), classes="px-4 py-2 d-flex align-center ga-2"):
        html.Div("{{ status }}", classes="text-body-2 flex-grow-1 cm-words", **aria(role="status"))
        html.Div("{{ percent }} %", classes="text-body-2")
        v.VBtn(
            "Pause", v_if=("folder_busy",), size="small", variant="text",
            click=lambda: actions.do("pause_folder"),
        )  # fmt: skip
        v.VBtn(
            "Go on", v_if=("folder_paused",), size="small", variant="text",
            click=lambda: actions.do("resume_folder"),
        )  # fmt: skip
        v.VBtn("Stop", size="small", variant="tonal", color="error", click=lambda: actions.do("cancel"))


def _tabs() -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with v.VTabs(
        v_model=("tab",), density="compact", grow=True, color="primary", classes="flex-grow-0", height=44
    ):
        for value, icon, words in TABS:
            with v.VTab(value=value, classes="px-1", style="min-width:0", v_show=(_when(value),)):
                v.VIcon(icon, size=18, classes="mr-1")
                html.Span(words)
        with v.VTab(value="surface", v_show=("surface",), classes="px-1", style="min-width:0"):
            v.VIcon("mdi-vector-triangle", size=18, classes="mr-1")
            html.Span("Surface")
        with v.VTab(value="heat", v_show=("heat",), classes="px-1", style="min-width:0"):
            v.VIcon("mdi-gradient-vertical", size=18, classes="mr-1")
            html.Span("Errors")
    v.VDivider()


def _when(value: str) -> str:
    """A surface has neither review nor scan."""
    return "!surface && !heat" if value in ("review", "scan") else "true"


def _message(actions: Actions) -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        html.Div(**aria(live="polite"), classes="flex-grow-0"),
        v.VAlert(
            v_if=("message",), density="compact", rounded=0, closable=True, variant="tonal",
            type=("({note:'info', doubt:'warning', fault:'error'})[message_kind]",),
            __events=[("closed", "click:close")], closed=actions.guarded(actions.clear_message),
        ),
    ):  # fmt: skip
        html.Div("{{ message }}", classes="text-body-2 cm-words")
        with html.Details(v_if=("message_details",), classes="text-caption mt-1"):
            html.Summary("More")
            html.Pre("{{ message_details }}", style="white-space:pre-wrap;max-height:120px;overflow:auto")


def _help() -> None:
    from trame.widgets import html
    from trame.widgets import vuetify3 as v

    with (
        v.VDialog(v_model=("help_open",), max_width=620, **aria("Keys")),
        v.VCard(title="Keys"),
    ):
        with v.VCardText(), html.Div(style="columns:2;column-gap:28px"):
            for one in shown_keys():
                with html.Div(classes="d-flex align-center ga-3 mb-2", style="break-inside:avoid"):
                    html.Span(one["key"], classes="cm-key")
                    html.Span(one["words"], classes="text-body-2")
        with v.VCardText(classes="pt-0 text-body-2 cm-muted"):
            html.Div(
                "Drag the point in a slice or in the 3D view. Wheel: through the slices. Right button and "
                "drag: zoom. Middle button and drag: move the picture."
            )
        with v.VCardActions():
            v.VSpacer()
            v.VBtn("Close", click="help_open = false", color="primary", variant="text", autofocus=True)
