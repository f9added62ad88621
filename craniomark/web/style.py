"""Colours and style of the page."""

from typing import Any

CSS = """
html { overflow: hidden; }
.v-main { height: 100vh; }
.v-btn { text-transform: none; letter-spacing: 0; }
.cm-views { position: relative; height: 100%; background: #000; }
.cm-views .layout-grid-item { border-color: #2b3338 !important; position: relative; min-width: 0; }
.cm-views .layout-grid-container, .cm-views .layout-grid-container > div { min-width: 0; min-height: 0; }
.cm-views .layout-grid-item > div { min-width: 0; }
.cm-view-head { position: absolute; top: 6px; left: 8px; display: flex; align-items: center; gap: 4px;
  pointer-events: none; }
.cm-view-head > * { pointer-events: auto; }
.cm-view-name { color: #fff; font-size: 12px; font-weight: 500; letter-spacing: .02em; padding: 1px 8px;
  border-left: 3px solid; background: rgba(0, 0, 0, .45); border-radius: 2px; user-select: none; }
.cm-view-button { background: rgba(0, 0, 0, .35); opacity: .75; }
.cm-view-button:hover, .cm-view-button:focus-visible { opacity: 1; }
.cm-slider { position: absolute; left: 8px; right: 8px; bottom: 0; opacity: .55; transition: opacity .15s; }
.cm-slider:hover, .cm-slider:focus-within { opacity: 1; }
.cm-panel { display: flex; flex-direction: column; height: 100%; min-height: 0; }
.cm-scroll { overflow-y: auto; min-height: 0; flex: 1 1 auto; }
.cm-table { font-size: 13px; }
.cm-table td, .cm-table th { padding: 0 10px !important; }
.cm-table th { font-weight: 600 !important; height: 32px !important; white-space: nowrap; }
.cm-table td { height: 30px !important; cursor: pointer; white-space: nowrap; }
.cm-table .cm-number { text-align: right; font-variant-numeric: tabular-nums; }
.cm-table tr.cm-current td { background: rgba(var(--v-theme-primary), .16); }
.cm-table tr:focus-visible td { outline: 2px solid rgb(var(--v-theme-primary)); outline-offset: -2px; }
.cm-dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: #29b8a3; }
.cm-dot-doubtful { background: #f29e29; }
.cm-dot-reviewed { background: transparent; box-shadow: inset 0 0 0 2px #29b8a3; }
.cm-picture { height: 92px; border-radius: 6px; display: block; }
.cm-muted { opacity: .72; }
.cm-key { display: inline-block; min-width: 26px; padding: 1px 6px; text-align: center; font-size: 12px;
  border: 1px solid rgba(var(--v-border-color), .35); border-radius: 4px; font-weight: 600; }
.cm-hint { opacity: .6; font-size: 11px; font-weight: 600; margin-left: 6px; }
.cm-bars { display: flex; align-items: flex-end; height: 88px; gap: 1px; }
.cm-bars > div { flex: 1 1 0; min-height: 1px; border-radius: 1px 1px 0 0; }
.cm-scale { display: flex; height: 10px; border-radius: 3px; overflow: hidden; }
.cm-scale > div { flex: 1 1 0; }
.cm-empty { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 12px; color: #cfd8dc; pointer-events: none; }
.cm-words { white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 999px) { .cm-picture { height: 54px; } }
@media (max-height: 560px) {
  .cm-panel { overflow-y: auto; }
  .cm-panel .cm-panel { height: auto; flex: 0 0 auto; overflow: visible; }
  .cm-panel .cm-panel .cm-scroll { overflow: visible; flex: 0 0 auto; }
}
.cm-curves { width: 100%; height: 150px; overflow: visible; }
"""

VUETIFY: dict[str, Any] = {
    "theme": {
        "defaultTheme": "light",
        "themes": {
            "light": {
                "dark": False,
                "colors": {
                    "background": "#f3f6f6", "surface": "#ffffff", "primary": "#0f7f73",
                    "secondary": "#40585f", "warning": "#b26a00", "error": "#b3261e", "info": "#2f5fb3",
                    "success": "#2d7d46",
                },
            },
            "dark": {
                "dark": True,
                "colors": {
                    "background": "#101416", "surface": "#1a2023", "primary": "#3cc9b5",
                    "secondary": "#9fb4ba", "warning": "#f2a93b", "error": "#f2b8b5", "info": "#8fb4ff",
                    "success": "#7ccf95",
                },
            },
        },
    },
}  # fmt: skip
"""Two themes with text that stands out from its ground by 4.5 to 1 at least."""
