"""A real aiohttp server on the loopback, asked over a plain connection: no browser smooths anything over."""

import asyncio
import http.client
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

web = pytest.importorskip("aiohttp.web", reason="needs the extra web")

from craniomark.web import downloads, uploads  # noqa: E402
from craniomark.web.guard import Guard  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))

from skulls import make_desk, opened, scene, shelf, slicer, until, views  # noqa: E402, F401

MOST = 200_000
"""Largest upload, bytes."""
PERMIT = "of-the-tab-that-works"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Served:
    """A running server; `ask` sends what a test says, and nothing else."""

    guard: Guard
    folder: Path
    opened: list[Path] = field(default_factory=list)
    refusing: Exception | None = None

    def open_file(self, path: Path) -> None:
        if self.refusing:
            raise self.refusing
        self.opened.append(path)

    @property
    def own(self) -> dict[str, str]:
        """Headers of a page of this server, which was opened with the token."""
        host = f"127.0.0.1:{self.guard.port}"
        return {
            "Host": host,
            "Origin": f"http://{host}",
            "Cookie": f"{self.guard.cookie}={self.guard.token}",
        }

    def ask(
        self, target: str, headers: dict[str, str] | None = None, method: str = "GET", body: Any = None
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.guard.port, timeout=20)
        line.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in (self.own if headers is None else headers).items():
            line.putheader(name, value)
        if isinstance(body, bytes):
            line.putheader("Content-Length", str(len(body)))
        elif body is not None:
            line.putheader("Transfer-Encoding", "chunked")
        line.endheaders(body, encode_chunked=body is not None and not isinstance(body, bytes))
        came = line.getresponse()
        answer = Answer(came.status, {k.lower(): v for k, v in came.getheaders()}, came.read())
        line.close()
        return answer

    def upload(self, name: str, body: Any, permit: str = PERMIT) -> Answer:
        return self.ask(f"/upload?name={name}&permit={permit}", method="POST", body=body)


class _Server:
    """Run a server in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready, self.loop = threading.Event(), asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Served:
        self.thread.start()
        assert self.ready.wait(20)
        return self.made

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        runner = self.loop.run_until_complete(self._started())
        self.ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(runner.cleanup())
        self.loop.close()

    async def _started(self) -> Any:
        heard = socket.create_server(("127.0.0.1", 0))
        self.made = Served(Guard("127.0.0.1", heard.getsockname()[1]), self.folder)
        app = web.Application()
        downloads.add_route(app, self.folder / "craniomark")
        takes = uploads.Uploads(self.folder, MOST)
        uploads.add_route(app, takes, self.made.open_file, lambda permit: permit == PERMIT)
        app.router.add_get("/index.html", _page)
        app.router.add_get("/ws", _socket)
        self.made.guard.install(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.SockSite(runner, heard).start()
        return runner


async def _page(_request: Any) -> Any:
    return web.Response(text="the page")


async def _socket(request: Any) -> Any:
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    await answer.close()
    return answer


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a folder with the routes of the review, without its pages."""
    folder = tmp_path / "scans"
    (folder / "craniomark").mkdir(parents=True)
    with _Server(folder) as made:
        yield made
