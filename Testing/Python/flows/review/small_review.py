"""Landmarks and sessions for the tests of reviews."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from craniomark.flows.review import Desk, Session, open_review
from craniomark.ground.landmarks import Annotation, LandmarkSet

LABELS = ("nasion", "b", "left, inner", "d", "e")
QUEUE = ("b", "left, inner", "d", "e", "nasion")
"""Flagged, never judged, missing as predicted, then by error."""


def given_landmarks() -> LandmarkSet:
    """A sure point, a flagged one, one that nobody judged, one missing and one less sure."""
    points = np.arange(15, dtype=float).reshape(5, 3) + 0.25
    points[3] = np.nan
    known = [
        Annotation(0.1, "ok", "refined", (1.0, 2.0, 3.0)),
        Annotation(0.5, "review", "predicted", (3.25, 4.25, 5.25)),
        Annotation(),
        Annotation(status="missing"),
        Annotation(0.3, "ok", "predicted", (12.25, 13.25, 14.25)),
    ]
    return LandmarkSet(LABELS, points, dict(zip(LABELS, known, strict=True)))


def opener(folder: Path, desk: Desk) -> Iterator[Callable[..., Session]]:
    """Yield what opens a review and closes it in the end."""
    sessions: list[Session] = []

    def opened(id_: str = "skull", **more: object) -> Session:
        sessions.append(open_review(folder, id_, **{"desk": desk} | more))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def state(session: Session) -> tuple[object, ...]:
    """Everything of a session that a user would miss."""
    changes = [(one.verb, one.what, one.text) for one in (session.to_undo, session.to_redo) if one]
    return dict(session.points), session.queue, changes, session.current
