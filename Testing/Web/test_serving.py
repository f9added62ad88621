"""The server as a browser and a shell see it: its token, its names, and that it ends as it should."""

import signal
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import pytest
from harness import until


def status(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


@pytest.fixture
def server(serve, tmp_path, tiny_scan):
    (tmp_path / "secret.txt").write_text("secret")
    return serve(tiny_scan.parent)


def test_the_page_opens_and_its_address_holds_no_token(server, open_tab):
    page = open_tab(server.address)
    page.wait_for_url("**/index.html")
    until(lambda: page.evaluate("!!window.trame"), "the page runs", pause=lambda: page.wait_for_timeout(100))
    assert server.token not in page.evaluate("document.documentElement.outerHTML + document.cookie")
    page.reload()
    page.wait_for_function("document.title === 'CranioMark'")
    assert server.said[0] == f"Open {server.address}"
    assert not [line for line in server.said if "warn" in line.lower()]


def test_a_wrong_token_shows_a_sentence_and_nothing_else(server, browser):
    page = browser.new_page()
    answer = page.goto(server.address + "x")
    assert answer.status == 403
    assert "Open the address that craniomark review printed" in page.inner_text("body")
    assert page.goto(server.url + "/index.html").status == 403
    page.context.close()


def test_every_route_of_trame_is_guarded(server):
    for place in (
        "/",
        "/index.html",
        "/vue.global.js",
        "/logo.png",
        "/ws",
        "/__trame_vuetify/",
        "/loading.tpl",
    ):
        assert status(server.url + place) == 403, place
        assert status(f"{server.url}{place}?token={server.token}", Host="evil.example") == 403, place
        assert status(f"{server.url}{place}?token={server.token}", Origin="http://evil.example") == 403, place


def test_nothing_outside_is_given(server):
    for place in (
        "/../secret.txt",
        "/..%2f..%2fsecret.txt",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
    ):
        assert status(f"{server.url}{place}?token={server.token}") in (400, 403, 404), place


def test_a_page_of_another_port_reaches_neither_data_nor_the_websocket(server, serve, browser, tiny_scan):
    """Another program on this machine: to browsers a page of the same site, with the same cookies."""
    other = serve(tiny_scan.parent)
    page = browser.new_page()
    page.goto(server.address)
    page.wait_for_url("**/index.html")
    page.goto(other.address)
    page.wait_for_url("**/index.html")
    port = server.url.rpartition(":")[2]
    opened = page.evaluate(
        """(port) => new Promise((done) => {
            const line = new WebSocket(`ws://127.0.0.1:${port}/ws`);
            line.onopen = () => done("open");
            line.onerror = () => done("refused");
        })""",
        port,
    )
    read = page.evaluate(
        "(url) => fetch(url, {credentials: 'include'}).then(() => 'read', () => 'refused')", server.url
    )
    assert (opened, read) == ("refused", "refused")
    page.context.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_when_it_is_told_to(server, how):
    server.process.send_signal(how)
    assert server.process.wait(60) == 0
    assert not [line for line in server.said if "Traceback" in line]


def test_the_command_tells_a_port_that_is_taken(server, tiny_scan):
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "craniomark.cli", "review", str(tiny_scan), "--port", port],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f"--port: port is {port}, which is in use: choose another, or 0 for a free one.\n"
