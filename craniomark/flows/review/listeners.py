"""Who is told when something of a review changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Listener:
    """What a view wants to hear of; each is called after the change was saved.

    Attributes
    ----------
    points : callable
        Given the labels of the points that changed.
    queue : callable
        The order, what is left in it or the point under review changed.
    status : callable
        Given a sentence on the session as a whole: saved elsewhere, not saved, read-only; empty when
        all is well again.
    """

    points: Callable[[Sequence[str]], object] = lambda _: None
    queue: Callable[[], object] = lambda: None
    status: Callable[[str], object] = lambda _: None


class Listeners:
    """The listeners of a session."""

    def __init__(self) -> None:
        self._all: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` from now on; what is returned ends it."""
        self._all.append(listener)

        def end() -> None:
            self._all[:] = [one for one in self._all if one is not listener]

        return end

    def points(self, labels: Sequence[str]) -> None:
        """Tell of changed points."""
        self._tell(lambda one: one.points(labels))

    def queue(self) -> None:
        """Tell of a changed queue."""
        self._tell(lambda one: one.queue())

    def status(self, sentence: str) -> None:
        """Tell of the session's state."""
        self._tell(lambda one: one.status(sentence))

    def _tell(self, call: Callable[[Listener], object]) -> None:
        """Call all; one that fails keeps none of the others from hearing."""
        failed: list[Exception] = []
        for one in tuple(self._all):
            try:
                call(one)
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]
