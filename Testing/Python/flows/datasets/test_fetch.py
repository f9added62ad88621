"""Sample data: where they lie, fetched with their sums, deleted."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from craniomark.flows.datasets.fetch import (
    changed_files,
    data_folder,
    delete_data,
    fetch_data,
    fetched_folder,
    missing_files,
)
from craniomark.flows.datasets.registry import SampleData, SampleFile, sample_set, sample_sets
from craniomark.ground.checks import InputError


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own data out."""
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))


@pytest.fixture
def data(tmp_path: Path) -> SampleData:
    """Return a data set of two files that lie in the folder ``web``."""
    files = {}
    for name in ("a.nii.gz", "b c.nii.gz"):
        path = tmp_path / "web" / "sub" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        url = "sub/" + name.replace(" ", "%20")
        files[name] = SampleFile(url, sha256(name.encode()).hexdigest(), len(name))
    return replace(sample_set("mmllm"), name="mine", base_url=(tmp_path / "web").as_uri() + "/", files=files)


def test_fetched_files_are_right_and_found_again(data: SampleData) -> None:
    assert data_folder(data) is None
    told = []
    folder = fetch_data(data, told=lambda name, done, total: told.append((name, done, total)))
    assert folder == fetched_folder(data) == data_folder(data)
    assert changed_files(data, folder) == {}
    assert told == [("a.nii.gz", 1, 2), ("b c.nii.gz", 2, 2)]


def test_from_a_server(data: SampleData, tmp_path: Path, serve: Callable[[Path], str]) -> None:
    served = replace(data, base_url=serve(tmp_path / "web"))
    assert changed_files(data, fetch_data(served)) == {}


def test_only_what_is_named_is_fetched(data: SampleData) -> None:
    fetch_data(data, ["a.nii.gz"])
    assert missing_files(data) == ["b c.nii.gz"]


def test_the_environment_wins(data: SampleData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own" / "mine"
    own.mkdir(parents=True)
    for name in data.files:
        (own / name).write_text(name)
    monkeypatch.setenv("CRANIOMARK_DATA", str(tmp_path / "own"))
    assert data_folder(data) == own
    assert fetch_data(data) == own
    assert not fetched_folder(data).exists()


def test_a_changed_file_at_the_source_is_refused(data: SampleData, tmp_path: Path) -> None:
    (tmp_path / "web" / "sub" / "b c.nii.gz").write_text("another")
    with pytest.raises(InputError, match="SHA-256"):
        fetch_data(data)


def test_changed_and_missing_files_are_told(data: SampleData) -> None:
    folder = fetch_data(data)
    (folder / "a.nii.gz").write_text("A.nii.gz")
    (folder / "b c.nii.gz").unlink()
    assert changed_files(data, folder) == {"a.nii.gz": "changed", "b c.nii.gz": "missing"}


def test_deleting(data: SampleData) -> None:
    fetch_data(data)
    assert not delete_data(data).exists()
    with pytest.raises(InputError, match="not fetched"):
        delete_data(data)


def test_every_registered_file_has_a_safe_address_and_a_sum() -> None:
    sets = sample_sets()
    assert set(sets) == {"mmllm", "mouse_models"}
    for data in sets.values():
        assert data.base_url.startswith("https://") and data.base_url.endswith("/")
        assert data.licence and data.attribution and data.citation
        for name, file in data.files.items():
            assert "/" not in name and file.url.endswith(name)
            assert len(file.sha256) == 64 and file.bytes > 0


def test_the_sums_are_those_of_the_real_files(data_folder: Path) -> None:
    for name, data in sample_sets().items():
        if (data_folder / name).is_dir():
            assert changed_files(data, data_folder / name) == {}


def test_an_unknown_set_names_the_known() -> None:
    with pytest.raises(InputError, match="mmllm, mouse_models"):
        sample_set("rats")
