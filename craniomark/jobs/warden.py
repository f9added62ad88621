"""Watches over the job at work: its stop file, the parent process, and that it does end."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.watch import Watch

_SECONDS = 0.2
ABANDONED = 4
"""Exit code of a process whose parent is gone and whose job did not end by itself."""


class Warden:
    """Knows whether the job at work should stop.

    Parameters
    ----------
    parent : int or None
        Process whose end ends this one.
    patience : float
        Seconds that a job has to end then.
    folder : Path, optional
        For its file; made if need be, and removed in the end.
    """

    def __init__(self, parent: int | None, patience: float, folder: Path | None = None) -> None:
        self._parent, self._patience = Watch(None, parent), patience
        self._folder = folder or Path(tempfile.mkdtemp(prefix="craniomark-job-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        self._asked: Path | None = None
        self._lock = threading.Lock()
        self._dismissed: float | None = None
        self.stop_file = self._folder / "stop"
        """Appears for whatever reason there is to stop; for those who can look at nothing but a file."""
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def over(self, stop_file: Path | None) -> Iterator[None]:
        """Watch over a job during the block; it is stopped by this file."""
        with self._lock, suppress(OSError):
            self._asked = stop_file
            self.stop_file.unlink(missing_ok=True)
        try:
            yield
        finally:
            with self._lock:
                self._asked = None

    def check(self) -> None:
        """Raise `Stopped` where the job should stop."""
        if self.reason():
            raise Stopped("stopped")

    def reason(self) -> str:
        """Why the job should stop; empty where it should not."""
        if self._dismissed is not None:
            return "dismissed"
        return "asked" if self._asked is not None and self._asked.exists() else ""

    def dismiss(self) -> None:
        """Nobody wants anything any more: the job stops, and if it doesn't, the process ends."""
        if self._dismissed is None:
            self._dismissed = time.monotonic()

    @property
    def dismissed(self) -> bool:
        """Whether nothing more is wanted."""
        return self._dismissed is not None

    def close(self) -> None:
        """Remove what was made."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch(self) -> None:
        while True:
            time.sleep(_SECONDS)
            if self._parent.reason():
                self.dismiss()
            with self._lock, suppress(OSError):  # or the next job might be stopped for this one
                if self.reason():
                    self.stop_file.touch()
            if self._dismissed is not None and time.monotonic() - self._dismissed > self._patience:
                self.close()
                os._exit(ABANDONED)
