"""What a check of a data set found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["problem", "look"]


@dataclass(frozen=True)
class Finding:
    """One thing about one specimen.

    Attributes
    ----------
    specimen : str
        Its id; empty for the data set as a whole.
    severity : {"problem", "look"}
        ``"problem"``: wrong, to be put right before training; ``"look"``: unusual, may be true.
    what : str
        A sentence without full stop.
    """

    specimen: str
    severity: Severity
    what: str


def few(names: Sequence[str]) -> str:
    """The first five of some names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
