"""Fetching and deleting, from a server on this machine and from files."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.flows.bundle import (
    Source,
    delete_bundle,
    fetch_bundle,
    find_bundles,
    given,
    load_bundle,
    pack,
    registered,
    user_models_folder,
    verify_bundle,
)
from craniomark.ground.checks import InputError

Make = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("only_models")


def yes(_url: str, _length: int | None) -> bool:
    return True


@pytest.fixture
def archive(make_bundle: Make, tmp_path: Path) -> Path:
    """Return a bundle's zip that is not on the search path."""
    path = tmp_path / "web" / "phantom 1.zip"
    return pack(make_bundle(tmp_path / "elsewhere"), path)


def source(archive: Path, url: str | None = None) -> Source:
    return Source(url or archive.as_uri(), hashlib.sha256(archive.read_bytes()).hexdigest())


def test_a_file_is_installed_for_the_user(archive: Path) -> None:
    folder = fetch_bundle(source(archive), yes)
    assert folder == user_models_folder() / "phantom"
    assert load_bundle("phantom").manifest.version == "1.2"


def test_a_server_is_asked_for_the_size_first(archive: Path, serve: Callable[[Path], str]) -> None:
    told = []

    def ask(url: str, length: int | None) -> bool:
        told.append((url, length))
        return True

    url = serve(archive.parent) + "phantom%201.zip"
    assert fetch_bundle(source(archive, url), ask) is not None
    assert told == [(url, archive.stat().st_size)]
    assert verify_bundle("phantom").startswith("phantom 1.2: 4 files")


def test_no_means_no(archive: Path) -> None:
    assert fetch_bundle(source(archive), lambda _url, _length: False) is None
    assert find_bundles() == []


def test_another_sum_is_refused_and_nothing_is_installed(archive: Path) -> None:
    with pytest.raises(InputError, match="SHA-256"):
        fetch_bundle(Source(archive.as_uri(), "0" * 64), yes)
    assert find_bundles() == []


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.zip"
    page.write_text("<html>")
    with pytest.raises(InputError, match="not a whole zip"):
        fetch_bundle(source(page), yes)
    assert not user_models_folder().exists() or not list(user_models_folder().iterdir())


def test_a_newer_one_replaces_the_older(archive: Path, make_bundle: Make, tmp_path: Path) -> None:
    fetch_bundle(source(archive), yes)
    newer = pack(make_bundle(tmp_path / "newer", version="2"), tmp_path / "newer.zip")
    fetch_bundle(source(newer), yes)
    assert load_bundle("phantom").manifest.version == "2"


@pytest.mark.parametrize("url", ["http://example.org/a.zip", "ftp://example.org/a.zip", "a.zip"])
def test_unsafe_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="address"):
        fetch_bundle(Source(url, "0" * 64), yes)


def test_no_server_is_one_sentence(unused_port_url: str) -> None:
    with pytest.raises(InputError, match="not reachable"):
        fetch_bundle(Source(unused_port_url + "a.zip", "0" * 64), yes)


def test_an_address_without_a_sum_is_refused() -> None:
    with pytest.raises(InputError, match="--sha256"):
        given("https://example.org/a.zip", "")


def test_a_registry_names_address_and_sum(tmp_path: Path) -> None:
    registry = tmp_path / "registry.json"
    registry.write_text(json.dumps({"rat": {"url": "https://example.org/rat.zip", "sha256": "a" * 64}}))
    assert registered("rat", registry) == Source("https://example.org/rat.zip", "a" * 64)
    with pytest.raises(InputError, match="name one of these: rat"):
        registered("cat", registry)


def test_fetched_bundles_are_deleted(archive: Path) -> None:
    folder = fetch_bundle(source(archive), yes)
    assert delete_bundle("phantom") == folder
    assert find_bundles() == []


def test_shipped_bundles_are_not_deleted(
    make_bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRANIOMARK_MODELS")
    folder = make_bundle(tmp_path / "resources" / "Models")
    with pytest.raises(InputError, match="shipped with CranioMark"):
        delete_bundle("phantom")
    assert folder.is_dir()


def test_bundles_of_the_environment_are_not_deleted(make_bundle: Make) -> None:
    folder = make_bundle()
    with pytest.raises(InputError, match="CRANIOMARK_MODELS"):
        delete_bundle("phantom")
    assert folder.is_dir()


def test_deleting_what_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="unknown"):
        delete_bundle("phantom")
