"""Progress of training on the terminal: a bar where there is one, plain lines where there is none."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from craniomark.cli.settings import settings

_LINE_SECONDS = 10.0
_VALIDATION = "validation/"


class Silent:
    """Listens and says nothing: errors are told by how the command ends."""

    def __call__(self, event: dict[str, Any]) -> None:
        """Hear an event of a run."""

    def say(self, text: str) -> None:
        """Tell a sentence."""


class Lines(Silent):
    """A line for each sentence and validation, and of long work one now and then."""

    def __init__(self) -> None:
        self._spoke = time.monotonic()
        self._validated = ("", 0)

    def __call__(self, event: dict[str, Any]) -> None:
        kind, job = event.get("event"), event.get("job", "")
        if kind in ("log", "result"):
            self.say(f"{job}: {event.get('message', '')}")
        elif kind == "progress":
            self.progress(job, event)
        elif kind == "metric" and event["name"].startswith(_VALIDATION):
            self.validated(job, event)

    def validated(self, job: str, event: dict[str, Any]) -> None:
        """Tell the first figure of a validation, which is the one that matters."""
        if (job, event["step"]) != self._validated and event["value"] is not None:
            self._validated = (job, event["step"])
            name = event["name"].removeprefix(_VALIDATION)
            self.say(f"{job}: step {event['step']}: {name} {event['value']:.4g}")

    def progress(self, job: str, event: dict[str, Any]) -> None:
        """Tell how far a job is."""
        if time.monotonic() - self._spoke > _LINE_SECONDS:
            what = event.get("name") or "step"
            self.say(f"{job}: {what} {event['step']}/{event['of']}{left_words(event)}")

    def say(self, text: str) -> None:
        self._spoke = time.monotonic()
        print(text, file=sys.stderr, flush=True)


class Bars(Lines):
    """A bar for the job at work, with the time that it will still take."""

    def __init__(self, bars: Any) -> None:
        super().__init__()
        self._bars = bars
        self._task = bars.add_task("", total=None)

    def progress(self, job: str, event: dict[str, Any]) -> None:
        what = event.get("name") or "step"
        told = f"{job} [dim]{what} {event['step']}/{event['of']}{left_words(event)}[/dim]"
        self._bars.update(self._task, description=told, completed=event["step"], total=event["of"])

    def say(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False)


def left_words(event: dict[str, Any]) -> str:
    """Remaining time of a progress event, for a reader."""
    seconds = event.get("seconds_left")
    if seconds is None:
        return ""
    if seconds < 60:
        return f", {seconds:.0f} s left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f", {hours} h {minutes} min left" if hours else f", {minutes} min left"


@contextmanager
def shown_training() -> Iterator[Silent]:
    """A listener for the events of training, as the terminal and --quiet allow."""
    if settings.quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            yield Bars(bars)
