"""Uploads: scans and surfaces only, of bounded size, whole or not at all, and nothing is replaced."""

import errno
import json
import socket
import time

import pytest

from craniomark.ground.checks import InputError
from craniomark.web import uploads
from craniomark.web.uploads import Uploads

MOST, PERMIT = 200_000, "of-the-tab-that-works"  # of the server in conftest.py
SCAN = b"\x1f\x8b" + bytes(5000)
MESH = b"ply\nformat ascii 1.0\n" + b"\n" * 100


def left(served):
    """Return everything that lies in the folder but the results."""
    return sorted(path.name for path in served.folder.iterdir() if path.name != "craniomark")


def error(answer):
    assert answer.status == 400
    return json.loads(answer.body)["error"]


@pytest.mark.parametrize(("name", "body"), [("a.nii.gz", SCAN), ("A%20b.PLY", MESH)])
def test_an_upload_arrives_whole_and_is_opened(served, name, body):
    answer = served.upload(name, body)
    assert answer.status == 201
    path = served.folder / json.loads(answer.body)["name"]
    assert path.read_bytes() == body
    assert served.opened == [path]
    assert left(served) == [path.name]


@pytest.mark.parametrize("permit", ["", "of-another-tab"])
def test_a_tab_that_looks_on_uploads_nothing(served, permit):
    answer = served.upload("a.nii.gz", SCAN, permit)
    assert (answer.status, left(served), served.opened) == (403, [], [])
    assert "looks on" in json.loads(answer.body)["error"]


def test_an_upload_in_pieces_arrives_too(served):
    assert served.upload("a.ply", iter([b"p", b"ly\nformat", b" ascii 1.0\n"])).status == 201
    assert (served.folder / "a.ply").read_bytes() == b"ply\nformat ascii 1.0\n"


@pytest.mark.parametrize("name", [
    "a.html", "a.js", "a.exe", "a.csv", "a.nhdr", "a", "a.nii.gz.html", "bundle.zip", "session.json",
    ".nii.gz",
])  # fmt: skip
def test_other_types_are_refused(served, name):
    assert "type is" in error(served.upload(name, SCAN)) or name.startswith(".")
    assert left(served) == [] and served.opened == []


@pytest.mark.parametrize("name", [
    "..%2fa.ply", "%2ftmp%2fa.ply", "b%5ca.ply", "craniomark%2fa.ply", "..", "", ".a.ply", "a%00.ply",
    "a%0a.ply", "c:a.ply", "x" * 300 + ".ply", "%20a.ply",
])  # fmt: skip
def test_names_that_are_paths_or_odd_are_refused(served, name):
    assert "name is not that of a file" in error(served.upload(name, MESH))
    assert left(served) == []


@pytest.mark.parametrize(("name", "body"), [
    ("a.nii.gz", MESH), ("a.ply", SCAN), ("a.nrrd", b"<html><script>" * 3), ("a.stl", b"\x7fELF" + bytes(90)),
    ("a.obj", b"MZ" + bytes(90)), ("a.nii", bytes(400)),
])  # fmt: skip
def test_content_that_is_not_what_the_name_tells_is_refused(served, name, body):
    assert "content is not what its name tells" in error(served.upload(name, body))
    assert left(served) == []


def test_an_upload_that_is_announced_as_too_large_is_refused_at_once(served):
    assert "size is" in error(served.upload("a.ply", MESH + bytes(MOST)))
    assert left(served) == []


def test_an_upload_that_turns_out_too_large_is_refused(served):
    body = iter([MESH, *[bytes(50_000)] * 6])
    assert "size is" in error(served.upload("a.ply", body))
    assert left(served) == [] and served.opened == []


def test_an_empty_upload_is_refused(served):
    assert error(served.upload("a.ply", b""))
    assert left(served) == []


def test_an_upload_that_breaks_off_leaves_nothing(served):
    head = "".join(f"{name}: {value}\r\n" for name, value in served.own.items())
    with socket.create_connection(("127.0.0.1", served.guard.port)) as line:
        line.sendall(
            f"POST /upload?name=a.ply&permit={PERMIT} HTTP/1.1\r\n{head}Content-Length: 9000\r\n\r\n".encode()
            + MESH
        )
        deadline = time.monotonic() + 10
        while not left(served) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert left(served)[0].startswith(".part-")  # under its own name there is never half a file
    while left(served) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left(served) == [] and served.opened == []


def test_nothing_is_replaced(served):
    (served.folder / "a.ply").write_text("mine")
    (served.folder / "b.ply").symlink_to(served.folder / "nowhere")
    for name in ("a.ply", "b.ply"):
        assert "file is there already" in error(served.upload(name, MESH))
    assert (served.folder / "a.ply").read_text() == "mine"
    assert not (served.folder / "nowhere").exists()


def test_what_cannot_be_opened_is_told(served):
    served.refusing = InputError("a.ply", "content", "damaged", "export it again")
    assert "damaged" in error(served.upload("a.ply", MESH))


def test_a_full_disk_is_told(served, monkeypatch):
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: type("usage", (), {"free": 10}))
    assert "make room" in error(served.upload("a.ply", MESH))


def test_a_disk_that_fills_up_is_told(served, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.os, "link", full)
    monkeypatch.setattr(uploads.os, "replace", full)
    assert "disk" in error(served.upload("a.ply", MESH))
    assert left(served) == []


def test_a_disk_without_hard_links_takes_uploads(served, monkeypatch):
    def none(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(uploads.os, "link", none)
    assert served.upload("a.ply", MESH).status == 201
    assert left(served) == ["a.ply"]


def test_the_limit_is_told_in_words(tmp_path):
    with pytest.raises(InputError, match="of more than 2 GB into the folder"):
        Uploads(tmp_path).place("a.ply", 3_000_000_000)
