"""Who may ask the server for anything: the token, Host and Origin of a request; what pages may load."""

import hmac
import ipaddress
import re
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANY_ADDRESS = ("0.0.0.0", "::", "")
TOKEN = "token"
"""Name of the token in the address that is printed."""

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_ENTRANCES = ("/", "/index.html")
_SENTENCE = "Open the address that craniomark review printed, with its token."
_ENTERED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>CranioMark</title>'
    '<link rel="icon" href="data:,"><meta http-equiv="refresh" content="0; url=./index.html">'
)
# The pages make their code out of templates, hence unsafe-eval; nothing comes from another host.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""

Handler = Callable[[Any], Awaitable[Any]]


def new_token() -> str:
    """A secret that can't be guessed, for one run of the server."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Guard:
    """Lets through what comes from a page of this server that was opened with its token.

    The token is asked for once, in the address; the page then holds it as a cookie that no script can read
    and that goes to no other site. A page of another site, or of another port, is refused even with it.

    Attributes
    ----------
    host : str
        What the server listens on.
    token : str
        As `new_token` makes it.
    port : int
        Tells the cookies of two servers of one machine apart.
    """

    host: str
    port: int = 0
    token: str = field(default_factory=new_token, repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie that holds the token."""
        return f"craniomark-{self.port}"

    def refusal(self, request: Any) -> str | None:
        """Why a request is refused, in one sentence, or None if it is let through."""
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not self.is_own_name(hosts[0]):
            return "This server does not answer under that name."
        if not _is_own_origin(request, hosts[0]):
            return "Pages of other sites may not use this server."
        if not self._has_token(request):
            return _SENTENCE
        return None

    def is_own_name(self, host: str) -> bool:
        """Whether a Host header names this server; its port may be that of a tunnel.

        A site that lets its own name lead here (DNS rebinding) is told by that name.
        """
        found = _HOST.fullmatch(host)
        if not found:
            return False
        name = found["name"].strip("[]").lower()
        if name in LOOPBACK or name == self.host.lower():
            return True
        if self.host not in ANY_ADDRESS:
            return False
        return _is_address(name) or name in {socket.gethostname().lower(), socket.getfqdn().lower()}

    def install(self, app: Any) -> None:
        """Guard an aiohttp application that has not started yet: every route, and what has none."""
        from aiohttp import web

        @web.middleware
        async def guarded(request: Any, handler: Handler) -> Any:
            why = self.refusal(request)
            if why is not None:
                return web.Response(status=403, text=why + "\n")
            if request.method == "GET" and request.path in _ENTRANCES and TOKEN in request.query:
                return self._entered(web)
            return await handler(request)

        async def with_headers(_request: Any, response: Any) -> None:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)

        app.middlewares.append(guarded)
        app.on_response_prepare.append(with_headers)

    def _entered(self, web: Any) -> Any:
        """Leave the token as a cookie, and lead to the page by an address without it."""
        answer = web.Response(text=_ENTERED, content_type="text/html", headers={"Cache-Control": "no-store"})
        answer.set_cookie(self.cookie, self.token, path="/", httponly=True, samesite="Strict")
        return answer

    def _has_token(self, request: Any) -> bool:
        given = (*request.query.getall(TOKEN, []), request.cookies.get(self.cookie, ""))
        return any(hmac.compare_digest(text.encode(), self.token.encode()) for text in given)


def _is_own_origin(request: Any, host: str) -> bool:
    """Whether a request comes from a page of this server, or from no page at all."""
    origins = request.headers.getall("Origin", [])
    if not origins:
        changes = request.method not in ("GET", "HEAD") or "Upgrade" in request.headers
        return not changes and _is_own_fetch(request)
    own = {f"http://{host}".lower(), f"https://{host}".lower()}  # https: behind a proxy that encrypts
    return all(origin.lower() in own for origin in origins)


def _is_own_fetch(request: Any) -> bool:
    """Whether the browser says that it follows a link, or that the page that asks is of this server."""
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return True
    return request.headers.get("Sec-Fetch-Mode") == "navigate"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
