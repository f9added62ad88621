"""What a job tells while it works."""

import time
from collections.abc import Mapping
from typing import Any

from craniomark.jobs.streams import Speaker
from craniomark.jobs.warden import Warden

_BETWEEN_SECONDS = 0.1
_TELLING = 0.03
"""Fraction of the work from which its remaining time can be told."""


class Reports:
    """Tells the events of one job; every call raises `Stopped` where the job should stop.

    Parameters
    ----------
    job : str
        Its name.
    speaker : Speaker
        Who says it.
    warden : Warden
        Who knows whether it should stop.
    """

    def __init__(self, job: str, speaker: Speaker, warden: Warden) -> None:
        self.job, self._speaker, self._warden = job, speaker, warden
        self._began, self._next, self._name = time.monotonic(), 0.0, ""

    @property
    def warden(self) -> Warden:
        """Who knows whether the job should stop."""
        return self._warden

    def say(self, event: str, **values: Any) -> None:
        """Tell an event."""
        self._speaker.say({"event": event, "job": self.job, **values})

    def check(self) -> None:
        """Raise `Stopped` where the job should stop."""
        self._warden.check()

    def progress(self, name: str, fraction: float, seconds_left: float | None = None) -> None:
        """Tell how far the job is as a whole; quick calls for the same step are left out."""
        self.check()
        now = time.monotonic()
        if now >= self._next or name != self._name:
            self._name, self._next = name, now + _BETWEEN_SECONDS
            if seconds_left is None and fraction > _TELLING:
                seconds_left = (now - self._began) / fraction * (1 - fraction)
            left = None if seconds_left is None else round(seconds_left, 1)
            step = round(100 * fraction)
            self.say("progress", name=name, step=step, of=100, fraction=round(fraction, 4), seconds_left=left)

    def log(self, message: str, **values: Any) -> None:
        """Tell a sentence."""
        self.check()
        self.say("log", message=message, **values)


class Steps:
    """Progress of steps that follow one another, as that of the whole.

    Parameters
    ----------
    reports : Reports
        Who is told.
    shares : mapping of str to (float, float)
        Where each step begins and ends, as parts of the whole.
    """

    def __init__(self, reports: Reports, shares: Mapping[str, tuple[float, float]]) -> None:
        self._reports, self._shares, self._done = reports, shares, 0.0

    def __call__(self, name: str, fraction: float) -> None:
        """Hear that a step is done to this fraction."""
        begin, end = self._shares.get(name, (self._done, self._done))
        self._done = max(self._done, begin + (end - begin) * min(1.0, fraction))
        self._reports.progress(name, self._done)
