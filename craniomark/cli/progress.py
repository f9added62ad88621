"""Progress on the terminal: a bar where there is one, plain lines where there is none."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from craniomark.cli.settings import settings

_LINE_SECONDS = 10.0


class Progress:
    """Listener that says nothing but what must be said: refusals and, with --debug, traces."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.settled: dict[str, str] = {}

    def started(self, specimen: str) -> None:
        """Work on a specimen begins."""

    def step(self, specimen: str, name: str, fraction: float) -> None:
        """A step is done to this fraction."""

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:
        """A specimen is settled; several workers may say so of one."""
        if specimen not in self.settled:
            self.settled[specimen] = outcome
            self.settle(specimen, outcome, sentence)

    def failed(self, specimen: str, trace: str) -> None:
        """The program itself failed on a specimen."""
        if settings.debug:
            self.say(f"{specimen}:\n{trace}")

    def settle(self, specimen: str, outcome: str, sentence: str) -> None:
        """Say that a specimen is settled."""
        if outcome == "refused":
            self.say(f"refused {specimen}: {sentence}")

    def say(self, text: str) -> None:
        """A line on stderr."""
        print(text, file=sys.stderr, flush=True)


class Lines(Progress):
    """One line a settled specimen, and of long steps one now and then."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self._spoke = time.monotonic()

    def step(self, specimen: str, name: str, fraction: float) -> None:
        if time.monotonic() - self._spoke > _LINE_SECONDS:
            self.say(f"      {specimen}: {name} {fraction:.0%}")

    def settle(self, specimen: str, outcome: str, sentence: str) -> None:
        self.say(f"[{len(self.settled)}/{self.total}] {specimen}: {outcome}{': ' * bool(sentence)}{sentence}")

    def say(self, text: str) -> None:
        self._spoke = time.monotonic()
        super().say(text)


class Bars(Progress):
    """A bar for the run and the step of each specimen at work."""

    def __init__(self, total: int, bars: Any) -> None:
        super().__init__(total)
        self._bars = bars
        self._run = bars.add_task("specimens", total=total)
        self._tasks: dict[str, Any] = {}

    def started(self, specimen: str) -> None:
        self._tasks[specimen] = self._bars.add_task(_plain(specimen), total=1.0)

    def step(self, specimen: str, name: str, fraction: float) -> None:
        if specimen in self._tasks:
            told = f"{_plain(specimen)} [dim]{_plain(name)}[/dim]"
            self._bars.update(self._tasks[specimen], description=told, completed=fraction)

    def settle(self, specimen: str, outcome: str, sentence: str) -> None:
        if specimen in self._tasks:
            self._bars.remove_task(self._tasks.pop(specimen))
        self._bars.update(self._run, completed=len(self.settled))
        super().settle(specimen, outcome, sentence)

    def say(self, text: str) -> None:
        self._bars.console.print(text, markup=False, highlight=False)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


@contextmanager
def shown_progress(total: int) -> Iterator[Progress]:
    """Progress of a run over `total` specimens, as the terminal and --quiet allow."""
    if settings.quiet:
        yield Progress(total)
    elif not sys.stderr.isatty():
        yield Lines(total)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        share = TextColumn("{task.percentage:>3.0f}%")
        columns = (TextColumn("{task.description}"), BarColumn(), share, TimeElapsedColumn())
        with RichProgress(*columns, console=Console(stderr=True), transient=True) as bars:
            yield Bars(total, bars)
