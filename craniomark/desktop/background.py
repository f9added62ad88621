"""What reads many or large files on the way: done by a thread, so that the windows go on."""

import threading
from collections.abc import Callable
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.words import sentence


class Background:
    """Does one thing at a time beside the windows; it must not touch the scene.

    Parameters
    ----------
    board : JobBoard
        Looks whether it is done.
    """

    fraction = 0.0

    def __init__(self, board: JobBoard) -> None:
        self._board = board
        self.changed: Callable[[], None] = lambda: None
        self.outcome: Outcome | None = None
        self.status = ""
        self._task: object = None

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._task is not None

    def do(self, words: str, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Begin; what is at work already is forgotten.

        Parameters
        ----------
        words : str
            What the panel tells meanwhile.
        work : callable
            Called by a thread; what it raises becomes the outcome.
        then : callable
            Given the result, in the thread of the windows; what it raises becomes the outcome too.
        """
        found: list[tuple[Any, Exception | None]] = []

        def run() -> None:
            try:
                found.append((work(), None))
            except Exception as error:
                found.append((None, error))

        def follow() -> bool:
            if self._task is not found:
                return True
            if found:
                result, error = found[0]
                self._end(result, error, then)
            return bool(found)

        self.outcome, self._task, self.status = None, found, words
        threading.Thread(target=run, name="craniomark background", daemon=True).start()
        self._board.follow(follow)
        self.changed()

    def cancel(self) -> None:
        """Forget it; the thread ends by itself, and nobody hears of it."""
        self._task, self.status = None, ""
        self.changed()

    def _end(self, result: Any, error: Exception | None, then: Callable[[Any], object]) -> None:
        self._task, self.status = None, ""
        try:
            if error is not None:
                raise error
            then(result)
        except Exception as failed:
            self.outcome = failure("", "failed", sentence(failed))
        self.changed()
