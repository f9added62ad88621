"""The job process seen from outside: its lines as they come, its end, and how to end it."""

import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from craniomark.flows.jobs import launch
from craniomark.flows.jobs.lines import Order, is_event, is_greeting, object_of, order_line

_LONGEST_TEXT = 2000
_LAST_LINES = 40
_REAPING = 5.0


class JobProcess:
    """One job process.

    Two threads read what it says, since pipes can't be asked on every system whether there is anything;
    nobody else ever waits for it.

    Parameters
    ----------
    command : sequence of str
        Command line.
    environment : mapping
        Its environment.
    polite : bool
        Whether it runs at a lower priority.
    folder : Path, optional
        Of its temporary files, which it can't remove itself where it is killed.

    Raises
    ------
    OSError
        If it can't be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        polite: bool = True,
        folder: Path | None = None,
    ) -> None:
        self._folder, self._began = folder, time.monotonic()
        self._popen = subprocess.Popen(
            list(command), env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **launch.ways(polite),
        )  # fmt: skip
        assert self._popen.stdin and self._popen.stdout and self._popen.stderr
        self._stdin: BinaryIO = self._popen.stdin  # type: ignore[assignment]
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self.pid: int | None = None
        """Of the interpreter itself, which a launcher hides; None until it has greeted."""
        self._readers = [
            threading.Thread(target=self._read, args=(self._popen.stdout,), daemon=True),
            threading.Thread(target=self._read_trouble, args=(self._popen.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def heard(self) -> list[dict[str, Any]]:
        """What was said since the last call: the greeting, events, and other text as ``text`` objects."""
        found = []
        while True:
            try:
                found.append(self._said.get_nowait())
            except queue.Empty:
                return found

    @property
    def ended(self) -> bool:
        """Whether it is gone: nobody holds its output any more, and all of that was heard."""
        return not self._readers[0].is_alive() and self._said.empty()

    @property
    def code(self) -> int | None:
        """Exit code of what was started; None while that runs."""
        return self._popen.poll()

    def last_lines(self) -> tuple[str, ...]:
        """The end of what it wrote beside the protocol."""
        return tuple(self._last)

    def send(self, order: Order) -> None:
        """Ask for a job; raises OSError where nobody listens any more."""
        self._stdin.write(order_line(order))
        self._stdin.flush()

    def dismiss(self) -> None:
        """Tell it that nothing more is asked: it stops its job and ends."""
        with suppress(OSError):
            self._stdin.close()

    def kill(self) -> None:
        """End it at once, with the launcher if there is one."""
        if self.pid is not None and self.pid != self._popen.pid and not self.ended:
            with suppress(OSError):  # on Windows any signal ends a process
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        with suppress(OSError):
            self._popen.kill()
        self.dismiss()

    def tidy(self) -> None:
        """Remove what a killed process has left; only where it has ended."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def silent_seconds(self) -> float:
        """How long it has been starting without having greeted; 0 where it has."""
        return 0.0 if self.pid is not None else time.monotonic() - self._began

    def wait(self, seconds: float) -> bool:
        """Wait for its end; for scripts and tests, not for programs with windows."""
        for reader in self._readers:
            reader.join(seconds)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        return not any(reader.is_alive() for reader in self._readers)

    def _read(self, stream: BinaryIO) -> None:
        with stream:
            for line in stream:
                if not line.strip():
                    continue
                content = object_of(line)
                if content is not None and is_greeting(content):
                    self.pid = self.pid or content["pid"]
                    self._said.put(content)
                elif content is not None and is_event(content):
                    self._said.put(content)
                else:
                    self._note(line)
        with suppress(subprocess.TimeoutExpired):  # so that the exit code is known with the end
            self._popen.wait(_REAPING)

    def _read_trouble(self, stream: BinaryIO) -> None:
        with stream:
            for line in stream:
                for part in line.split(b"\r"):  # progress bars overwrite their line
                    self._note(part)

    def _note(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()[:_LONGEST_TEXT]
        if text:
            self._last.append(text)
            self._said.put({"text": text})
