"""One tab works, the others look on: all tabs of a server show one scene."""

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

LOOKS_ON = "tab_looks_on"
"""State variable: true in a tab that may only look. It differs from tab to tab; the server's own is false."""
PERMIT = "tab_permit"
"""State variable: a secret of the tab that works, by which its uploads are known; empty in all others."""
WORK_HERE = "work_in_this_tab"
"""Trigger by which a tab that looks on takes over."""

_GRACE_SECONDS = 3.0
_STATE = "trame.state.topic"
_MAY_ALWAYS = {
    "trame.state.get", "trame.force.push", "trame.error.client", "trame.rca.drop", "trame.rca.reset",
    "trame.rca.video.codecs",
}  # fmt: skip

Clock = Callable[[], float]


class Tabs:
    """Lets the first tab work and the others look on, and tells each which it is.

    When the working tab goes, its place is kept for a moment for a page that is loaded again. Then the
    tab that has been open for longest works on.

    Attributes
    ----------
    working : str or None
        Client that works.
    """

    def __init__(self, server: Any, clock: Clock = time.monotonic) -> None:
        self._server, self._clock = server, clock
        self._open: list[str] = []
        self._web: Any = None
        self._left: float | None = None
        self.working: str | None = None
        self.left: Callable[[], object] = lambda: None
        """Called when a tab works no more."""
        self._permit = ""
        server.state[LOOKS_ON] = False
        server.state[PERMIT] = ""

    def install(self, web: Any) -> None:
        """Watch the connections of a wslink server that has not started yet."""
        self._web = web
        for handler in web._ws_handlers:
            self._watch(handler)
            for name, (owner, call) in list(handler.functionMap.items()):
                handler.functionMap[name] = (owner, self._watched(name, call))

    def came(self, client: str) -> None:
        """A tab was opened."""
        self._open.append(client)
        if self.working is None:
            self._let_work(client)

    def went(self, client: str) -> None:
        """A tab was closed."""
        if client in self._open:
            self._open.remove(client)
        if client == self.working:
            self.working, self._left = None, self._clock()
            self.left()
            self._soon(self.fill)

    def fill(self) -> None:
        """Let the tab that has been open for longest work, if none does and none came back."""
        if self.working is None and self._open:
            self._let_work(self._open[0])

    def take_over(self, client: str) -> None:
        """Let a tab work in place of the one that does."""
        if client in self._open and client != self.working:
            before = self.working
            self._let_work(client)
            if before is not None:
                self.left()
                self._tell(before)

    def looks_on(self, client: str | None) -> bool:
        """Whether a tab may only look."""
        return client != self.working

    def permits(self, permit: str) -> bool:
        """Whether a request that is no call of a tab comes from the one that works."""
        return self.working is not None and hmac.compare_digest(permit.encode(), self._permit.encode())

    def _let_work(self, client: str) -> None:
        self.working, self._permit = client, secrets.token_urlsafe(16)
        self._tell(client)

    def _own(self, client: str | None) -> dict[str, Any]:
        """What differs from tab to tab."""
        looks_on = self.looks_on(client)
        return {LOOKS_ON: looks_on, PERMIT: "" if looks_on else self._permit}

    def _tell(self, client: str) -> None:
        self._publish(self._own(client), client)

    def _publish(self, values: dict[str, Any], client: str) -> None:
        if self._server.protocol:
            self._server.protocol.publish(_STATE, values, client_id=client)

    def _soon(self, call: Callable[[], None]) -> None:
        import asyncio

        try:
            asyncio.get_running_loop().call_later(_GRACE_SECONDS, call)
        except RuntimeError:  # the server has ended
            return

    def _watch(self, handler: Any) -> None:
        connected, closed = handler.onConnect, handler.onClose

        async def on_connect(request: Any, client: str) -> None:
            await connected(request, client)
            self.came(client)

        async def on_close(client: str) -> None:
            self.went(client)
            await closed(client)

        handler.onConnect, handler.onClose = on_connect, on_close

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """A remote call that does nothing for tabs that look on."""

        def watched(owner: Any, *values: Any, **named: Any) -> Any:
            client = self._web.last_active_client_id
            if name == "trame.state.get":
                return self._state_for(client, call(owner, *values, **named))
            if name == "trame.trigger" and values[:1] == (WORK_HERE,):
                return self.take_over(client)
            if self.looks_on(client) and name not in _MAY_ALWAYS:
                return self._undo(name, values, client)
            return call(owner, *values, **named)

        return watched

    def _state_for(self, client: str, answer: dict[str, Any]) -> dict[str, Any]:
        key = self._server.state.translator.translate_key
        own = {key(name): value for name, value in self._own(client).items()}
        return {**answer, "state": {**answer["state"], **own}}

    def _undo(self, name: str, values: tuple[Any, ...], client: str) -> None:
        """Give a tab that looks on the values of the server back, in place of those that it changed."""
        if name != "trame.state.update" or not values:
            return
        state = self._server.state
        keys = [change["key"] for change in values[0]]
        back = {key: state[key] for key in keys if state.has(key)}
        self._publish({**back, **self._own(client)}, client)
