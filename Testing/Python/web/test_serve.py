"""Where the server is to be found, and what is told where it can't be."""

import socket
import sys

import pytest

from craniomark.ground.checks import InputError
from craniomark.web import serve as serving
from craniomark.web.guard import Guard
from craniomark.web.serve import Place, address, serve


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as heard:
        yield heard.getsockname()[1]


def test_a_port_that_is_taken_is_told(tmp_path, taken):
    with pytest.raises(InputError, match=f"--port: port is {taken}, which is in use"):
        serve(tmp_path, place=Place(port=taken))


def test_the_usual_port_gives_way_to_a_free_one(monkeypatch, taken):
    monkeypatch.setattr(serving, "PORT", taken)
    assert serving._free_port(Place()) not in (0, taken)


def test_a_free_port_can_be_asked_for():
    assert serving._free_port(Place(port=0)) > 0


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_told(tmp_path, host):
    with pytest.raises(InputError, match=f"--host: address is {host}"):
        serve(tmp_path, place=Place(host=host, port=0))


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="input is not there"):
        serve(tmp_path / "gone")


@pytest.mark.parametrize(
    ("place", "where"), [(Place(port=70_000), "--port"), (Place(upload_gb=0), "--upload-gb")]
)
def test_numbers_that_make_no_sense_are_told(tmp_path, place, where):
    with pytest.raises(InputError, match=where):
        serve(tmp_path, place=place)


def test_the_extra_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "trame.app", None)
    with pytest.raises(InputError, match=r"craniomark\[web\]"):
        serve(tmp_path, place=Place(port=0))


@pytest.mark.parametrize(("host", "shown"), [
    ("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("lab", "lab"),
])  # fmt: skip
def test_the_address_holds_the_token(host, shown):
    assert address(Guard(host, 8765, "secret")) == f"http://{shown}:8765/?token=secret"
