"""In which order points are looked at: the most doubtful first."""

from collections.abc import Mapping, Sequence

from craniomark.flows.review.point import Point

FLAGGED, UNJUDGED, MISSING, FINE = range(4)


def doubt(point: Point) -> int:
    """How doubtful a point is as a program gave it.

    Returns
    -------
    int
        `FLAGGED` for review; `UNJUDGED`: nothing is known of its error; `MISSING`: a program, and no
        person, says that it is missing; `FINE` for the others.
    """
    if point.position is None:
        return FINE if point.reviewed else MISSING
    if point.flag == "review":
        return FLAGGED
    return UNJUDGED if point.flag == "" and point.error90_mm is None else FINE


def most_doubtful_first(points: Mapping[str, Point]) -> tuple[str, ...]:
    """Labels by doubt, then by estimated error, the largest first; ties keep their order.

    Parameters
    ----------
    points : mapping of str to Point
        As a program gave them, so that the order stays while they are reviewed.
    """

    def key(label: str) -> tuple[int, float]:
        error = points[label].error90_mm
        return doubt(points[label]), float("-inf") if error is None else -error

    return tuple(sorted(points, key=key))


def neighbour(queue: Sequence[str], wanted: Mapping[str, bool], start: str, step: int) -> str | None:
    """The next wanted label of a queue after `start`, round its end; None where no other is wanted.

    Parameters
    ----------
    queue : sequence of str
        All labels.
    wanted : mapping of str to bool
        By label.
    start : str
        Where to begin; empty for the end that lies behind the first step.
    step : {1, -1}
        Forwards or backwards.
    """
    turned = list(queue) if step > 0 else list(queue)[::-1]
    if start:
        at = turned.index(start)
        turned = turned[at + 1 :] + turned[:at]
    return next((label for label in turned if wanted[label]), None)
