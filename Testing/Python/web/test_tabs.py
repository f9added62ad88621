"""One tab works; the others look on, say so, and change nothing."""

import asyncio
from types import SimpleNamespace

import pytest

from craniomark.web import tabs
from craniomark.web.tabs import LOOKS_ON, PERMIT, WORK_HERE, Tabs


class State(dict):
    """As much of trame's state as tabs ask for."""

    translator = SimpleNamespace(translate_key=lambda key: key)

    def has(self, key):
        return key in self


class Handler:
    """As much of wslink's handler as tabs ask for."""

    def __init__(self, calls):
        self.functionMap = {name: (self, call) for name, call in calls.items()}

    async def onConnect(self, request, client):  # noqa: N802 - wslink's name
        pass

    async def onClose(self, client):  # noqa: N802 - wslink's name
        pass


class World:
    """A server that stands still, and what it was asked to do and to tell."""

    def __init__(self):
        self.state, self.done, self.told = State(theme="light", point="1"), [], []
        server = SimpleNamespace(state=self.state, protocol=self)
        calls = {
            "trame.state.get": lambda _: {"name": "x", "state": dict(self.state)},
            "trame.trigger": lambda _, *values: self.done.append(values),
            "trame.state.update": lambda _, changes: self.done.append(changes),
            "trame.rca.event": lambda _, *values: self.done.append(values),
            "something.new": lambda _, *values: self.done.append(values),
        }
        self.handler = Handler(calls)
        self.web = SimpleNamespace(_ws_handlers=[self.handler], last_active_client_id=None)
        self.tabs = Tabs(server)
        self.tabs.install(self.web)

    def publish(self, topic, values, client_id):
        assert topic == "trame.state.topic"
        self.told.append((client_id, values))

    async def open(self, *clients):
        for client in clients:
            await self.handler.onConnect(None, client)

    def call(self, client, name, *values):
        self.web.last_active_client_id = client
        owner, call = self.handler.functionMap[name]
        return call(owner, *values)

    def looks_on(self, client):
        return self.call(client, "trame.state.get")["state"][LOOKS_ON]


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(tabs, "_GRACE_SECONDS", 0.05)
    return World()


def test_the_second_tab_is_told_that_it_looks_on(world):
    asyncio.run(world.open("a", "b"))
    assert (world.looks_on("a"), world.looks_on("b")) == (False, True)
    assert world.state[LOOKS_ON] is False


@pytest.mark.parametrize(("name", "values"), [
    ("trame.trigger", ("accept", [], {})), ("trame.state.update", ([{"key": "point", "value": "2"}],)),
    ("trame.rca.event", ("slice", "x", {})), ("something.new", ()),
])  # fmt: skip
def test_only_the_working_tab_changes_anything(world, name, values):
    asyncio.run(world.open("a", "b"))
    world.call("b", name, *values)
    assert world.done == []
    world.call("a", name, *values)
    assert len(world.done) == 1


def test_a_tab_that_looks_on_gets_back_what_it_changed(world):
    asyncio.run(world.open("a", "b"))
    world.call("b", "trame.state.update", [{"key": "point", "value": "2"}, {"key": LOOKS_ON, "value": False}])
    assert world.told[-1] == ("b", {"point": "1", LOOKS_ON: True, PERMIT: ""})


def test_the_working_tab_alone_has_a_permit_which_ends_with_its_turn(world):
    assert not world.tabs.permits("")
    asyncio.run(world.open("a", "b"))
    permit, none = (world.call(one, "trame.state.get")["state"][PERMIT] for one in "ab")
    assert world.tabs.permits(permit) and none == "" and not world.tabs.permits(none)
    world.call("b", "trame.trigger", WORK_HERE, [], {})
    assert not world.tabs.permits(permit)
    assert world.tabs.permits(world.call("b", "trame.state.get")["state"][PERMIT])
    assert world.state[PERMIT] == "", "nor does it reach other tabs with the state that all share"


def test_a_page_that_is_loaded_again_works_on(world):
    async def reload():
        await world.open("a", "b")
        await world.handler.onClose("a")
        await world.open("a2")
        await asyncio.sleep(0.1)

    asyncio.run(reload())
    assert world.tabs.working == "a2"
    assert world.looks_on("b")


def test_the_oldest_other_tab_works_on_when_the_first_is_closed(world):
    async def close():
        await world.open("a", "b", "c")
        await world.handler.onClose("a")
        assert world.looks_on("b"), "its place is kept for a moment"
        await asyncio.sleep(0.1)

    asyncio.run(close())
    assert world.tabs.working == "b"
    client, told = world.told[-1]
    assert (client, told[LOOKS_ON]) == ("b", False)


def test_a_tab_takes_over_when_it_asks(world):
    asyncio.run(world.open("a", "b"))
    world.call("b", "trame.trigger", WORK_HERE, [], {})
    assert (world.looks_on("a"), world.looks_on("b")) == (True, False)
    assert ("a", {LOOKS_ON: True, PERMIT: ""}) in world.told
    assert world.done == []


def test_a_tab_that_looked_on_goes_without_a_change(world):
    async def close():
        await world.open("a", "b")
        await world.handler.onClose("b")
        await asyncio.sleep(0.1)

    asyncio.run(close())
    assert world.tabs.working == "a"


def test_what_a_tab_held_is_let_go_when_its_turn_ends(world):
    left = []
    world.tabs.left = lambda: left.append(world.tabs.working)

    async def turns():
        await world.open("a", "b")
        world.call("b", "trame.trigger", WORK_HERE, [], {})
        await world.handler.onClose("a")
        assert left == ["b"], "one that looked on held nothing"
        await world.handler.onClose("b")

    asyncio.run(turns())
    assert left == ["b", None]


def test_a_tab_that_is_gone_takes_nothing_over(world):
    asyncio.run(world.open("a"))
    world.tabs.take_over("ghost")
    assert world.tabs.working == "a"
