"""The one message that the page shows."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from craniomark.desktop.words import sentence

P = ParamSpec("P")


class Message:
    """A sentence and its kind: ``note``, ``doubt`` or ``fault``; details are what a process wrote last."""

    def __init__(self) -> None:
        self.kind, self.words, self.details = "", "", ""
        self.changed: Callable[[], None] = lambda: None

    def tell(self, kind: str, words: str, details: str = "") -> None:
        """Show another sentence."""
        self.kind, self.words, self.details = (kind if words else ""), words, details
        self.changed()

    def clear(self) -> None:
        """Show none."""
        self.tell("", "")

    def guarded(self, action: Callable[P, object]) -> Callable[P, None]:
        """An action whose failure is told instead of raised."""

        @wraps(action)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                action(*args, **kwargs)
            except Exception as error:
                self.tell("fault", sentence(error), _trace(error))

        return guarded


def _trace(error: Exception) -> str:
    """Where a fault of the program came from; nothing for what a user can set right."""
    import traceback

    from craniomark.ground.checks import InputError

    told: Any = () if isinstance(error, InputError | OSError) else traceback.format_exception(error)
    return "".join(told)
