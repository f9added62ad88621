"""A server in its own process, and tabs of a real browser on it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

HERE = Path(__file__).resolve().parent
PATIENCE = 90.0
"""Seconds; four processes may share two cores."""


class Server:
    """The server of one folder, started and ended as often as a test likes."""

    def __init__(
        self,
        source: Path,
        results: Path | None = None,
        observer: str = "",
        gb: float = 2.0,
        made_up: bool = False,
    ) -> None:
        self._words = [str(source), str(results or ""), observer, str(gb), "made up" if made_up else ""]
        self.process: subprocess.Popen[str] | None = None
        self.address = ""
        self.said: list[str] = []

    def start(self) -> "Server":
        """Start it and wait for its address."""
        self.said.clear()
        self.address = ""
        self.process = subprocess.Popen(
            [sys.executable, "-u", str(HERE / "served.py"), *self._words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True,
        )  # fmt: skip
        self._ear = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self._ear.start()
        until(lambda: self.address or self._ended(), "the server tells its address")
        return self

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line.rstrip())
            if line.startswith("Open http"):
                self.address = line.split()[1]

    def _ended(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError("the server ended:\n" + "\n".join(self.said))
        return False

    @property
    def url(self) -> str:
        """Where it is, without the token."""
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]

    def state(self) -> dict[str, Any]:
        """What scene and session hold, told by the server itself."""
        return self._told("state")

    def position(self, view: str, label: str) -> tuple[float, float] | None:
        """Where a point is in a view, as parts of its width and height from the top left."""
        return self._told("position", view=view, label=label)

    def choose_model(self, name: str) -> None:
        """Choose a model by its name; to the child that makes results up it tells what goes wrong."""
        self._told("model", name=name)

    def _told(self, what: str, **asked: str) -> Any:
        words = urlencode({**asked, "token": self.token})
        with urllib.request.urlopen(f"{self.url}/{what}-for-tests?{words}", timeout=60) as answer:
            return json.load(answer)

    def stood_in_line(self) -> float:
        """Seconds for which its first thread, which draws, waited for a processor; 0 where none tells."""
        assert self.process is not None
        pid = self.process.pid
        try:
            return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0

    def stop(self) -> int:
        """End it as a supervisor does; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._reap()
        return code

    def kill(self) -> None:
        """End it as a power cut does: no chance to tidy up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(60)
        self._reap()

    def _reap(self) -> None:
        """End what it left, such as the child that computes; its own process group only."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._ear.join(20)
        if self.process.stdout:
            self.process.stdout.close()


def until(
    true: Callable[[], Any],
    what: str,
    seconds: float = PATIENCE,
    pause: Callable[[], Any] = lambda: time.sleep(0.1),
) -> Any:
    """Ask again and again until something is true, and return it.

    In a test with a browser `pause` must let the browser's events in: ``lambda: page.wait_for_timeout(100)``.
    """
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} seconds: {what}")
        pause()
