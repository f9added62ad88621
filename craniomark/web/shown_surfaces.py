"""What the page shows of surfaces: numbers at their vertices, or errors of a predicted shape."""

from typing import Any

from craniomark.desktop.shape_results import figures_rows
from craniomark.desktop.words import tr
from craniomark.web.bars import Histogram
from craniomark.web.desk import Desk
from craniomark.web.picking import Picked


def shown_surfaces(desk: Desk) -> dict[str, Any]:
    """Values by name of their variable."""
    picked = desk.heat.picked if desk.heat.name else desk.surface.picked
    return {**_surface(desk), **_heat(desk), "picked": _picked(picked)}


def _surface(desk: Desk) -> dict[str, Any]:
    surface = desk.surface
    return {
        "surface": surface.name,
        "surface_arrays": list(surface.names),
        "surface_array": surface.array,
        "surface_low": round(surface.low, 4),
        "surface_high": round(surface.high, 4),
        "surface_bars": _bars(surface.counts),
        "surface_summary": [{"name": name, "value": f"{one:.3f}"} for name, one in surface.summary.items()],
    }


def _heat(desk: Desk) -> dict[str, Any]:
    heat, beside = desk.heat, desk.specimens.beside
    chosen, most = heat.chosen, heat.most if heat.name else 0.0
    heads, rows = figures_rows(heat.found.figures) if heat.found is not None else ((), [])
    above = tr("{share} of the vertices are above {threshold} mm.").format(
        share=f"{heat.share:.1%}", threshold=f"{chosen.threshold:.3f}"
    )
    return {
        "heat": heat.name,
        "heat_position": _position(desk),
        "heat_worse": beside(heat.name, -1) or "",
        "heat_better": beside(heat.name, 1) or "",
        "heat_has_doubt": heat.view.has_doubt,
        "heat_doubt": chosen.doubt,
        "heat_signed": chosen.signed,
        "heat_most": round(most, 4),
        "heat_threshold": chosen.threshold,
        "heat_beside": chosen.beside,
        "heat_opacity": chosen.opacity,
        "heat_words": heat.words,
        "heat_bars": _bars(heat.counts),
        "heat_colours": heat.bar_colours if heat.name else [],
        "heat_low": f"{-most if heat.signed else 0.0:.3f}",
        "heat_high": f"{most:.3f}",
        "heat_share": above if chosen.threshold else "",
        "heat_heads": list(heads),
        "heat_figures": [{"side": side, "cells": cells} for side, cells in rows],
    }


def _position(desk: Desk) -> str:
    names = list(desk.specimens.analysed)
    if desk.heat.name not in names:
        return ""
    told = tr("{number} of {count}, the worst first")
    return told.format(number=names.index(desk.heat.name) + 1, count=len(names))


def _bars(counts: Histogram | None) -> list[float]:
    """Heights of the bars, % of the highest."""
    top = max(counts.counts, default=0) if counts is not None else 0
    return [round(100 * one / top, 1) for one in counts.counts] if counts is not None and top else []


def _picked(picked: Picked | None) -> dict[str, Any]:
    if picked is None:
        return {}
    value = "" if picked.value is None else f"{picked.value:.4g}"
    place = ", ".join(f"{round(one, 3) + 0.0:.3f}" for one in picked.place)
    return {"vertex": picked.vertex, "value": value, "place": place}
