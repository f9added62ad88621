"""Downloads are kept only if they are what was expected."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from craniomark.flows.datasets.download import download, remote_bytes
from craniomark.ground.checks import InputError

CONTENT = b"landmarks" * 1000
SUM = sha256(CONTENT).hexdigest()


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Return a folder with one file to fetch."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "a file.bin").write_bytes(CONTENT)
    return folder


def test_from_a_server(web: Path, tmp_path: Path, serve: Callable[[Path], str]) -> None:
    url = serve(web) + "a%20file.bin"
    assert remote_bytes(url) == len(CONTENT)
    assert download(url, tmp_path / "new" / "a.bin", SUM).read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.bin"]


def test_from_a_file(web: Path, tmp_path: Path) -> None:
    url = (web / "a file.bin").as_uri()
    assert remote_bytes(url) == len(CONTENT)
    assert download(url, tmp_path / "a.bin", SUM).read_bytes() == CONTENT


def test_a_right_copy_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    assert download("https://invalid.invalid/a.bin", tmp_path / "a.bin", SUM).read_bytes() == CONTENT


def test_a_wrong_copy_is_fetched_again(web: Path, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")
    assert download((web / "a file.bin").as_uri(), tmp_path / "a.bin", SUM).read_bytes() == CONTENT


def test_another_sum_is_refused_and_the_old_file_stays(
    web: Path, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")
    with pytest.raises(InputError, match="SHA-256"):
        download(serve(web) + "a%20file.bin", tmp_path / "a.bin", "0" * 64)
    assert (tmp_path / "a.bin").read_bytes() == b"old"


def test_a_page_that_is_not_there_is_one_sentence(
    web: Path, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    with pytest.raises(InputError, match="404"):
        download(serve(web) + "nothing", tmp_path / "a.bin", SUM)
    assert not (tmp_path / "a.bin").exists()


def test_no_server_is_one_sentence(unused_port_url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not reachable"):
        download(unused_port_url + "a", tmp_path / "a.bin", SUM)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        download((tmp_path / "nothing").as_uri(), tmp_path / "a.bin", SUM)


@pytest.mark.parametrize(
    "url", ["http://example.org/a", "ftp://localhost/a", "a.bin", "file://server/share/a"]
)
def test_other_addresses_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        download(url, tmp_path / "a.bin", SUM)
