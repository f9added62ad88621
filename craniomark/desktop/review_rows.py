"""Lines of the review's table."""

from dataclasses import dataclass

from craniomark.desktop.comparing import Comparison
from craniomark.desktop.words import tr
from craniomark.flows.review import Session


@dataclass(frozen=True)
class Row:
    """A line of the table: label, 90 % error and distance from the other digitising in mm, flag and status
    in words, and how it is shown.
    """

    label: str
    error: str
    flag: str
    status: str
    doubtful: bool
    reviewed: bool
    apart: str = ""


def rows_of(session: Session, coloured: set[str], comparison: Comparison) -> list[Row]:
    """Lines of all points, the most doubtful first.

    Parameters
    ----------
    session : Session
        The review.
    coloured : set of str
        Labels that are shown as doubtful.
    comparison : Comparison
        Tells distances.
    """
    found = []
    for label in session.queue:
        point = session.points[label]
        status = {"": tr("not placed")}.get(point.status, tr(point.status or ""))
        if point.note:
            status += " *"
        flag = tr("look") if session.is_doubtful(label) else ""
        error, apart = _mm(point.error90_mm), _mm(comparison.apart(label, point))
        found.append(Row(label, error, flag, status, label in coloured, point.reviewed, apart))
    return found


def _mm(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
