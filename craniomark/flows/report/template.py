"""The pages' templates, with the style and script that they share."""

from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jinja2 import Template

_NONE = "–"


def page_template(name: str) -> "Template":
    """A template of this folder; style and script are in it, so that a page needs no other file."""
    from jinja2 import Environment, StrictUndefined

    settings = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    settings.filters["fixed"] = fixed
    settings.filters["chance"] = chance
    settings.filters["short"] = short
    shared = {"style": _text("page.css"), "script": _text("sort.js")}
    return settings.from_string(_text(name), globals=shared)


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with so many digits; a dash where there is none."""
    return _NONE if value is None or not np.isfinite(value) else f"{value:.{digits}f}"


def chance(value: float | None) -> str:
    """A p value."""
    if value is None or not np.isfinite(value):
        return _NONE
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def short(value: float | None) -> str:
    """A number with three significant digits."""
    return _NONE if value is None or not np.isfinite(value) else f"{value:.3g}"


def _text(name: str) -> str:
    return files("craniomark.flows.report").joinpath(name).read_text(encoding="utf-8")
