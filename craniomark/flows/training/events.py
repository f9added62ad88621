"""What a run tells: events to whoever listens, curves, log and TensorBoard from the same calls."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.training.board import Board
from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.metrics import append_metric
from craniomark.flows.training.pictures import write_picture

Listener = Callable[[dict[str, Any]], None]
_BETWEEN_SECONDS = 0.25


class Teller:
    """Tells the events ``progress metric log result error`` of a run.

    Parameters
    ----------
    folder : RunFolder
        Where they are kept.
    job : str
        Name in each event.
    listen : callable or None
        Is given each event.
    """

    def __init__(self, folder: RunFolder, job: str, listen: Listener | None) -> None:
        self._folder, self._job, self._listen = folder, job, listen
        self.silent = False
        """Whether another process tells what this one would."""
        self._board: Board | None = None
        self._next = 0.0
        self.abandoned = False
        """Whether the listener has gone away."""

    def open_board(self, step: int) -> None:
        """Write for TensorBoard too, from this step on."""
        self.close()
        if not self.silent:
            self._board = Board(self._folder.board, step)

    def close(self) -> None:
        """Write what is left."""
        if self._board:
            self._board.close()
        self._board = None

    def progress(self, step: int, of: int, seconds_left: float | None) -> None:
        """Tell how far the run is; calls that follow one another quickly are left out."""
        now = time.monotonic()
        if not self.silent and (now >= self._next or step == of):
            self._next = now + _BETWEEN_SECONDS
            left = None if seconds_left is None else round(seconds_left, 1)
            self._tell("progress", step=step, of=of, seconds_left=left)

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        """Tell a point of each curve; what isn't a number is null."""
        if self.silent:
            return
        for name, value in values.items():
            finite = value if math.isfinite(value) else None
            append_metric(self._folder.metrics, self._tell("metric", step=step, name=name, value=finite))
            if self._board:
                self._board.curve(name, value, step)

    def picture(self, step: int, name: str, pixels: NDArray[np.uint8]) -> None:
        """Keep a picture and tell where it lies."""
        if self.silent:
            return
        path = write_picture(self._folder.pictures, name, step, pixels)
        self._tell("log", step=step, name=name, path=str(path), message=f"Picture of {name}.")
        if self._board:
            self._board.picture(name, pixels, step)

    def log(self, message: str) -> None:
        """Tell a sentence."""
        self.keep(message)
        self._tell("log", message=message)

    def result(self, step: int, path: Path, message: str) -> None:
        """Tell how the run ended and where its weights are."""
        self.keep(message)
        self._tell("result", step=step, path=str(path), message=message)

    def error(self, message: str) -> None:
        """Tell why the run can't go on; the log may be that of another process and is left alone."""
        self._tell("error", message=message)

    def keep(self, message: str) -> None:
        """Add a sentence to the log alone."""
        if self.silent:
            return
        with suppress(OSError), self._folder.log.open("a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {message}\n")

    def _tell(self, event: str, **values: Any) -> dict[str, Any]:
        told = {"event": event, "job": self._job, **values}
        if self._listen and not self.abandoned and not self.silent:
            try:
                self._listen(dict(told))
            except BrokenPipeError:
                self.abandoned = True
        return told
