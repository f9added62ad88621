"""One job as who asked for it sees it."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from craniomark.flows.jobs.requests import Request, kind_of

State = Literal[
    "waiting", "running", "pausing", "paused", "cancelling",
    "cancelled", "done", "refused", "failed", "crashed",
]  # fmt: skip
FINAL = ("cancelled", "done", "refused", "failed", "crashed")
GOES_ON = ("train", "batch", "shape_train")
"""Kinds that go on where they were paused."""
_LOG_LINES = 2000
_OUTCOMES = ("done", "kept", "refused")


@dataclass(eq=False)
class Job:
    """A job and what was heard of it.

    Attributes
    ----------
    id : str
        Its name in all events.
    request : Request
        What was asked for.
    state : str
        ``waiting running pausing paused cancelling``, and in the end one of ``cancelled done``,
        ``refused`` for its input, ``failed`` by a fault of the program, ``crashed`` with its process.
    step : str
        What it is at, in words.
    part : str
        Which of its parts, e.g. which network of ``train all``; empty where it has none.
    fraction : float
        Of the whole job, 0 to 1; never runs back.
    message : str
        A sentence on how it ended.
    path : Path or None
        Main result.
    files : dict of str to Path
        All files of the result, by what they are.
    value : dict
        Figures of the result.
    missing : str
        Name of a Python package that it lacked; empty where that was not the trouble.
    log : list of str
        Sentences.
    settled : dict of str to (str, str)
        Of a batch: outcome of each specimen, ``done``, ``kept`` or ``refused``, and the sentence on it.
    curves : dict of (str, str) to list of (int, float or None)
        Points of each curve by part and name.
    last_lines : tuple of str
        What the process wrote before it crashed.
    """

    id: str
    request: Request
    state: State = "waiting"
    step: str = ""
    part: str = ""
    fraction: float = 0.0
    message: str = ""
    path: Path | None = None
    files: dict[str, Path] = field(default_factory=dict)
    value: dict[str, Any] = field(default_factory=dict)
    missing: str = ""
    log: list[str] = field(default_factory=list)
    settled: dict[str, tuple[str, str]] = field(default_factory=dict)
    curves: dict[tuple[str, str], list[tuple[int, float | None]]] = field(default_factory=dict)
    last_lines: tuple[str, ...] = ()
    begun: bool = False
    """Whether the process has said anything of it."""
    _left: tuple[float, float] | None = None

    @property
    def kind(self) -> str:
        """Kind of the request."""
        return kind_of(self.request)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL

    @property
    def at_work(self) -> bool:
        """Whether the process works on it."""
        return self.state in ("running", "pausing", "cancelling")

    @property
    def seconds_left(self) -> float | None:
        """Remaining time of the job, or of its present part where it has parts; None while unknown."""
        if self._left is None or not self.at_work:
            return None
        told, when = self._left
        return max(0.0, told - (time.monotonic() - when))

    @property
    def words(self) -> str:
        """What it is at, for a line under a progress bar."""
        if not self.at_work:
            return self.message or self.state
        told = ": ".join(word for word in (self.part, self.step) if word) or self.state
        return f"{told}{left_words(self.seconds_left)}"

    def begin_again(self) -> None:
        """Be as new, but for what was learned and told so far."""
        self.begun, self.part, self.step, self._left = False, "", "", None
        if self.kind not in GOES_ON:
            self.fraction = 0.0

    def hear(self, event: dict[str, Any]) -> None:
        """Take in an event of this job; what it says of its end is for `end`."""
        self.begun = True
        kind = event["event"]
        if kind == "progress":
            self._hear_progress(event)
        elif kind == "log":
            self.log.append(str(event.get("message", "")))
            del self.log[:-_LOG_LINES]
            self._hear_outcome(event)
        elif kind == "metric":
            points = self.curves.setdefault((str(event.get("part", "")), str(event.get("name"))), [])
            step = int(event.get("step") or 0)
            while points and points[-1][0] >= step:  # gone on with from an earlier checkpoint
                points.pop()
            points.append((step, event.get("value")))

    def end(self, event: dict[str, Any], state: State) -> None:
        """Take in the event that ends it."""
        self.state = state
        self.message = str(event.get("message", ""))
        self.path = Path(event["path"]) if event.get("path") else None
        self.files = {str(name): Path(one) for name, one in (event.get("files") or {}).items()}
        self.value = dict(event.get("value") or {})
        self.missing = str(event.get("missing") or "")
        if state == "done":
            self.fraction = 1.0

    def _hear_outcome(self, event: dict[str, Any]) -> None:
        name, outcome = str(event.get("name") or ""), str(event.get("value") or "")
        again = outcome == "kept" and name in self.settled  # it was done before the job was paused
        if name and outcome in _OUTCOMES and not again:
            self.settled[name] = outcome, str(event.get("message", ""))

    def _hear_progress(self, event: dict[str, Any]) -> None:
        self.step, self.part = str(event.get("name") or ""), str(event.get("part") or "")
        self.fraction = max(self.fraction, min(1.0, float(event.get("fraction") or 0.0)))
        left = event.get("seconds_left")
        self._left = (float(left), time.monotonic()) if left is not None else None


def left_words(seconds: float | None) -> str:
    """Remaining time for a reader, with a comma before it; empty where unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f", {seconds:.0f} s left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f", {hours} h {minutes} min left" if hours else f", {minutes} min left"
