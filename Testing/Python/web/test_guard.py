"""Nothing is given without the token, under another name, or to pages of other sites."""

import pytest

from craniomark.web.guard import Guard, new_token

PLACES = ["/", "/index.html", "/download/a.csv", "/nothing", "/ws"]
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


def without(headers, *names):
    return {name: value for name, value in headers.items() if name not in names}


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_given_without_the_token(served, place):
    answer = served.ask(place, without(served.own, "Cookie"))
    assert answer.status == 403
    assert b"Open the address that craniomark review printed" in answer.body


@pytest.mark.parametrize("wrong", ["", "x", "{token}x", "{token}"[:-3]])
def test_a_wrong_token_is_refused(served, wrong):
    wrong = wrong.format(token=served.guard.token) if "{token}" in wrong else wrong
    assert served.ask(f"/?token={wrong}", without(served.own, "Cookie")).status == 403
    cookie = {"Cookie": f"{served.guard.cookie}={wrong}"}
    assert served.ask("/index.html", {**served.own, **cookie}).status == 403


def test_the_token_of_another_server_is_refused(served):
    cookie = {"Cookie": f"{served.guard.cookie}={new_token()}"}
    assert served.ask("/index.html", {**served.own, **cookie}).status == 403


def test_the_address_gives_a_cookie_and_leads_on_without_the_token(served):
    answer = served.ask(f"/?token={served.guard.token}", {"Host": served.own["Host"]})
    assert answer.status == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{served.guard.cookie}={served.guard.token}")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert served.guard.token.encode() not in answer.body
    assert b"url=./index.html" in answer.body


def test_the_page_is_given_with_the_cookie(served):
    answer = served.ask("/index.html")
    assert (answer.status, answer.body) == (200, b"the page")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "", "localhost."],
)
def test_another_name_is_refused(served, host):
    """A site that lets its own name lead here (DNS rebinding) gets nothing, token or not."""
    assert served.ask("/index.html", {**served.own, "Host": host, "Origin": f"http://{host}"}).status in (
        400,
        403,
    )
    assert served.ask(f"/?token={served.guard.token}", {"Host": host}).status in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "localhost:9000", "[::1]:8765", "LOCALHOST"])
def test_own_names_are_answered_also_through_a_tunnel(served, host):
    assert served.ask("/index.html", {**served.own, "Host": host, "Origin": f"http://{host}"}).status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "x"]
)
@pytest.mark.parametrize("place", ["/index.html", "/ws"])
def test_pages_of_other_sites_are_refused(served, origin, place):
    headers = {**served.own, "Origin": origin, **(SOCKET if place == "/ws" else {})}
    answer = served.ask(place, headers)
    assert answer.status == 403
    assert b"Pages of other sites" in answer.body


def test_a_websocket_opens_for_its_own_page_alone(served):
    assert served.ask("/ws", {**served.own, **SOCKET}).status == 101
    assert served.ask("/ws", {**without(served.own, "Origin"), **SOCKET}).status == 403
    assert served.ask("/ws", {**without(served.own, "Cookie"), **SOCKET}).status == 403


def test_an_upload_needs_an_origin(served):
    headers = without(served.own, "Origin")
    answer = served.ask("/upload?name=a.ply", headers, method="POST", body=b"ply\nformat ascii 1.0\n")
    assert answer.status == 403
    assert not list(served.folder.glob("*.ply"))


@pytest.mark.parametrize(("site", "mode", "status"), [
    ("cross-site", "no-cors", 403), ("same-site", "no-cors", 403), ("cross-site", "navigate", 200),
    ("same-origin", "cors", 200), ("none", "navigate", 200),
])  # fmt: skip
def test_what_the_browser_tells_of_the_asking_page_counts(served, site, mode, status):
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert served.ask("/index.html", {**without(served.own, "Origin"), **told}).status == status


@pytest.mark.parametrize("place", ["/index.html", "/nothing", "/?token=wrong"])
def test_every_answer_forbids_to_load_from_elsewhere_or_to_be_framed(served, place):
    headers = served.ask(place).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert not any("http" in value or "*" in value for value in policy.values())
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


def test_tokens_differ_and_are_long():
    tokens = {new_token() for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 40


def test_a_guard_does_not_show_its_token():
    guard = Guard("127.0.0.1")
    assert guard.token not in repr(guard)


def test_every_address_of_the_machine_is_its_own_where_it_listens_on_all():
    everywhere, here = Guard("0.0.0.0"), Guard("127.0.0.1")
    assert everywhere.is_own_name("192.0.2.7:8765")
    assert not here.is_own_name("192.0.2.7:8765")
    assert not everywhere.is_own_name("evil.example")
