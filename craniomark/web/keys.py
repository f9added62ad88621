"""Keys of the page: the same letters as on the desktop."""

from dataclasses import dataclass

TRIGGER = "craniomark_key"


@dataclass(frozen=True)
class Key:
    """A key, what it does by name, and in words."""

    key: str
    action: str
    words: str


KEYS = (
    Key("n", "next", "Next doubtful point"),
    Key("p", "previous", "Doubtful point before"),
    Key("a", "accept", "Accept: the point is right"),
    Key("m", "missing", "Missing: the specimen lacks the landmark"),
    Key("b", "snap", "Put the point onto the nearest bone"),
    Key("d", "place", "Put the point where the mouse is over a slice"),
    Key("o", "restore", "Put the point back to where the program had it"),
    Key("u", "undo", "Undo"),
    Key("r", "redo", "Redo"),
    Key("ArrowLeft", "left", "Move the point to the left of the slice that is chosen"),
    Key("ArrowRight", "right", "… to the right"),
    Key("ArrowUp", "up", "… up"),
    Key("ArrowDown", "down", "… down"),
    Key("PageUp", "nearer", "… towards you"),
    Key("PageDown", "farther", "… away from you"),
    Key("1", "four", "Four views"),
    Key("2", "solid", "3D view alone"),
    Key("3", "axial", "Axial slice alone"),
    Key("4", "coronal", "Coronal slice alone"),
    Key("5", "sagittal", "Sagittal slice alone"),
    Key("f", "reset", "Show everything in all views"),
    Key("Enter", "specimen", "Next specimen"),
    Key("?", "help", "Show these keys"),
)
_NAMES = {
    "ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", "PageUp": "Page ↑",
    "PageDown": "Page ↓",
}  # fmt: skip
STEPS = {
    "left": (-1, 0, 0), "right": (1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "nearer": (0, 0, 1),
    "farther": (0, 0, -1),
}  # fmt: skip
"""To the right, up and towards the viewer of a slice."""


def shown_keys() -> list[dict[str, str]]:
    """Keys and what they do, for the page."""
    return [{"key": _NAMES.get(key.key, key.key.upper()), "words": key.words} for key in KEYS]


def action_of(key: str) -> str:
    """What a key does; empty for nothing. Case does not count."""
    folded = key.lower() if len(key) == 1 else key
    return next((one.action for one in KEYS if one.key == folded), "")


def script() -> str:
    """Sends keys to the server; what is typed into a field, a menu or with Ctrl stays there.

    Ctrl+Z and Ctrl+Y undo and redo. Enter on a button, a row or a specimen presses that and nothing else;
    arrows in the list of specimens go through it.
    """
    known = ", ".join(f'"{key.key}"' for key in KEYS)
    return f"""
(() => {{
  if (window.craniomarkKeys) return;
  window.craniomarkKeys = true;
  const known = new Set([{known}]);
  const typing = (e) => e && (e.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(e.tagName)
    || (e.closest && e.closest('[role="listbox"], [role="menu"], [role="slider"], [role="tablist"]')));
  const pressing = (e) => e && e.closest
    && e.closest('button, a, summary, [role="button"], .v-list-item, tr[tabindex]');
  const listing = (e) => e && e.closest && e.closest('.v-list');
  // whoever chose a specimen with the mouse goes on with the point, not with the list
  document.addEventListener("click", (event) => {{
    if (event.detail && listing(event.target)) setTimeout(() => document.activeElement.blur());
  }});
  document.addEventListener("keydown", (event) => {{
    if (!window.trame || typing(event.target) || document.querySelector('[role="dialog"]')) return;
    const control = event.ctrlKey || event.metaKey;
    let key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control && (key === "z" || key === "y")) key = (key === "y" || event.shiftKey) ? "r" : "u";
    else if (control || event.altKey || !known.has(key)) return;
    if (key === "Enter" && pressing(event.target)) return;
    if (key.startsWith("Arrow") && listing(event.target)) return;
    event.preventDefault();
    window.trame.trigger("{TRIGGER}", [key]);
  }});
}})();
"""


def theme_script(variable: str, asked: str) -> str:
    """Begins with what was asked for: light, dark, or as the system has it."""
    return f"""
(() => {{
  if (window.craniomarkTheme) return;
  window.craniomarkTheme = true;
  const asked = "{asked}";
  const dark = () => window.matchMedia("(prefers-color-scheme: dark)").matches;
  const begin = () => {{
    // A choice that is made before the page stands does not reach it.
    if (!window.trame || !document.querySelector(".v-application")) return setTimeout(begin, 50);
    window.trame.state.set("{variable}", asked === "system" ? (dark() ? "dark" : "light") : asked);
  }};
  begin();
}})();
"""
