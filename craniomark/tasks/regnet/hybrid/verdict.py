"""Whether a pair is of the kind that registrations were tried on."""

from collections.abc import Mapping
from dataclasses import dataclass

from craniomark.tasks.regnet.hybrid.hyreg import HybridReport


@dataclass(frozen=True)
class Range:
    """Values of a figure among pairs of the kind that is known."""

    low: float
    high: float


MOUSE_CTS: Mapping[str, Range] = {"after": Range(0.29, 1.0), "moved_mm": Range(0.0, 0.72)}
"""`range_of` of eighty pairs of public CTs of mouse skulls, to the side of what is less alike or moved more;
others are fitted so."""


def off_range(report: HybridReport, known: Mapping[str, Range] = MOUSE_CTS) -> tuple[str, ...]:
    """Sentences, one for each figure that lies outside of what is known; none where all lies inside.

    Parameters
    ----------
    report : HybridReport
        Of a result.
    known : mapping of str to Range
        By the figure's name.
    """
    found = []
    for name, span in known.items():
        value = float(getattr(report, name))
        if not span.low <= value <= span.high:
            words = _WORDS[name].format(value=value, low=span.low, high=span.high)
            found.append(words)
    return tuple(found)


def range_of(values: list[float], widened: float = 1.0) -> Range:
    """The range of known values, widened by a share of its own width to either side."""
    low, high = min(values), max(values)
    more = widened * (high - low)
    return Range(low - more, high + more)


_WORDS = {
    "after": "local correlation {value:.3f} is outside of {low:.2f} to {high:.2f}, as known pairs have it: "
    "the images may not show the same kind of thing",
    "moved_mm": "the flow moves bone by {value:.2f} mm in the mean, where known pairs need {low:.2f} to "
    "{high:.2f}: the images may not show the same kind of thing",
}
