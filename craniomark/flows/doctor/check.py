"""One thing that the doctor looked at."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes
    ----------
    name : str
        What was looked at.
    state : {"ok", "note", "bad"}
        ``"note"``: works, but know it; ``"bad"``: something will fail.
    value : str
        What was found there.
    remedy : str
        A sentence, empty where nothing is to be done.
    """

    name: str
    state: State
    value: str
    remedy: str = ""
