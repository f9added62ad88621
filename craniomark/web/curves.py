"""Curves of a training as lines of an SVG picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 320, 150
_COLOURS = ("#16a394", "#e08a1e", "#5873f2", "#d64f4f", "#8a63d2", "#3d9a50")
Points = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Drawing:
    """Lines in a picture of `WIDTH` by `HEIGHT`, and the values at its ends."""

    lines: tuple[tuple[str, str, str], ...] = ()
    low: float = 0.0
    high: float = 0.0
    first: int = 0
    last: int = 0
    logarithmic: bool = False

    @property
    def svg(self) -> str:
        """The picture; empty where there are no lines."""
        drawn = "".join(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" '
            'vector-effect="non-scaling-stroke"/>'
            for _name, colour, points in self.lines
        )
        box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" class="cm-curves"'
        return f"<svg {box}>{drawn}</svg>" if drawn else ""

    def shown(self) -> dict[str, Any]:
        """As the page takes it."""
        names = ("name", "colour", "points")
        return {
            "lines": [dict(zip(names, line, strict=True)) for line in self.lines],
            "svg": self.svg, "low": f"{self.low:.3g}", "high": f"{self.high:.3g}",
            "first": self.first, "last": self.last,
        }  # fmt: skip


def drawn(terms: Mapping[str, Points]) -> Drawing:
    """Curves by name; the scale is logarithmic where all values are positive."""
    values = [value for points in terms.values() for _, value in points if math.isfinite(value)]
    steps = [step for points in terms.values() for step, _ in points]
    if not values:
        return Drawing()
    logarithmic = min(values) > 0
    scale = math.log10 if logarithmic else float
    low, high = scale(min(values)), scale(max(values))
    first, last = min(steps), max(steps)
    span, width = (high - low) or 1.0, (last - first) or 1

    def place(step: int, value: float) -> str:
        x = WIDTH * (step - first) / width
        y = HEIGHT * (1 - (scale(value) - low) / span)
        return f"{x:.1f},{y:.1f}"

    lines = tuple(
        (
            name,
            _COLOURS[number % len(_COLOURS)],
            " ".join(place(step, value) for step, value in points if math.isfinite(value)),
        )
        for number, (name, points) in enumerate(terms.items())
    )
    return Drawing(lines, min(values), max(values), first, last, logarithmic)
