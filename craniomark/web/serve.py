"""The server of the review in the browser: one folder, one address with a token, one process."""

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.ground.checks import InputError
from craniomark.web import downloads, uploads
from craniomark.web.app import App, Options, build
from craniomark.web.guard import ANY_ADDRESS, LOOPBACK, TOKEN, Guard
from craniomark.web.tabs import Tabs

HOST, PORT = "127.0.0.1", 8765
# Unless it is told where to connect, the page asks for a launcher first, which is not there.
_CONNECT = """<script>
  (() => {
    const line = new URL("ws", document.baseURI), here = new URL(location.href);
    line.protocol = line.protocol === "https:" ? "wss:" : "ws:";
    here.searchParams.set("sessionURL", line.href);
    history.replaceState({}, "", here.href);
  })();
</script>
"""
_OWN_WORDS = (
    ("trame is built by Kitware", "CranioMark"),
    ("Application built with trame, a product from Kitware", "Review of landmarks on skulls"),
    (",maximum-scale=1,minimum-scale=1", ""),
    ('href="logo.png"', 'href="data:,"'),
    ('<script src="vue.global.js">', _CONNECT + '<script src="vue.global.js">'),
)
_PORTS = 65_535


@dataclass(frozen=True)
class Place:
    """Where the server is to be found.

    Attributes
    ----------
    host : str
        Address or name that it listens on; only this machine reaches the loopback.
    port : int or None
        None for the usual one, or a free one where that is taken; 0 for a free one.
    upload_gb : float
        Largest upload, GB.
    """

    host: str = HOST
    port: int | None = None
    upload_gb: float = uploads.UPLOAD_GB


def serve(
    source: Path,
    options: Options | None = None,
    place: Place | None = None,
    tell: Callable[[str], None] = print,
    more: Callable[[Any, App], None] | None = None,
) -> None:
    """Serve the review of `source` until the process is told to end.

    Parameters
    ----------
    source : Path
        A scan, a surface, or a folder of them. Nothing outside of its folder is read or written but results.
    options : Options, optional
        How the application is used.
    place : Place, optional
        By default the loopback.
    tell : callable
        Given lines for the user; the first is the address.
    more : callable, optional
        Given the aiohttp application and the `App`, to add routes to it.

    Raises
    ------
    InputError
        If there is nothing to open, the address can't be used, or the extra ``web`` is missing.
    """
    place = place or Place()
    _check(source, place)
    server = _trame_server()
    guard = Guard(place.host, port=_free_port(place))
    app = build(server, source, options)
    tabs = Tabs(server)
    tabs.left = app.views.let_go

    def bind(web: Any) -> None:
        downloads.add_route(web.app, app.results)
        takes = uploads.Uploads(app.root, int(place.upload_gb * uploads.GB))
        uploads.add_route(web.app, takes, app.open_file, tabs.permits)
        web.app.router.add_get("/index.html", _index)
        if more:
            more(web.app, app)
        guard.install(web.app)
        tabs.install(web)

    server.controller.on_server_bind.add(bind)
    server.controller.on_server_ready.add(lambda **_: _tell_address(guard, tell))
    try:
        server.start(
            host=guard.host, port=guard.port, timeout=0, open_browser=False, show_connection_info=False,
            follow_symlinks=False,
        )  # fmt: skip
    except OSError as error:
        raise _unusable(place.host, guard.port, error) from error
    finally:
        app.close()


def address(guard: Guard) -> str:
    """What is opened in the browser."""
    host = LOOPBACK[0] if guard.host in ANY_ADDRESS else guard.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{guard.port}/?{TOKEN}={guard.token}"


def _check(source: Path, place: Place) -> None:
    if not source.exists():
        raise InputError(source, "input", "not there", "name a scan, a surface or a folder of them")
    if place.port is not None and not 0 <= place.port <= _PORTS:
        raise InputError("--port", "value", place.port, f"choose one from 0 to {_PORTS}")
    if not place.upload_gb > 0:
        raise InputError("--upload-gb", "value", place.upload_gb, "choose a positive number")


def _trame_server() -> Any:
    """A server that takes nothing from this command's arguments or from those of its environment."""
    os.environ["TRAME_ARGS"] = ""
    try:
        from trame.app import get_server
    except ImportError as error:
        remedy = "install what the browser needs with: pip install 'craniomark[web]'"
        raise InputError("craniomark review", "package", f"not installed ({error.name})", remedy) from error
    return get_server("craniomark", client_type="vue3")


def _free_port(place: Place) -> int:
    wanted = PORT if place.port is None else place.port
    try:
        return _tried(place.host, wanted)
    except OSError as error:
        if place.port is None and error.errno == errno.EADDRINUSE:
            return _tried(place.host, 0)
        raise _unusable(place.host, wanted, error) from error


def _tried(host: str, port: int) -> int:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        if os.name == "posix":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((host, port))
        return int(tried.getsockname()[1])


def _unusable(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError("--port", "port", f"{port}, which is in use", "choose another, or 0 for a free one")
    if error.errno in (errno.EACCES, errno.EPERM):
        return InputError("--port", "port", f"{port}, which is not allowed", "choose one above 1023")
    return InputError("--host", "address", f"{host} ({error.strerror})", "name an address of this machine")


def _tell_address(guard: Guard, tell: Callable[[str], None]) -> None:
    tell(f"Open {address(guard)}")
    if guard.host not in LOOPBACK:
        tell("Others in the network can reach it. Who has the address can change and download results.")


async def _index(_request: Any) -> Any:
    """The page of trame under this program's name, which connects at once and can be magnified."""
    from aiohttp import web
    from trame_client import module

    text = (Path(module.vue3.www) / "index.html").read_text(encoding="utf-8")
    for theirs, own in _OWN_WORDS:
        text = text.replace(theirs, own)
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
