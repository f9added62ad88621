"""What the doctor says of memory, folders and models."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.flows.doctor import examined
from craniomark.flows.doctor.machine import (
    data_check,
    disk_check,
    memory_check,
    model_checks,
    threads_check,
    writable_check,
)

pytestmark = pytest.mark.usefixtures("only_models")
Make = Callable[..., Path]


def test_everything_is_looked_at(make_bundle: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bundle()
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)
    names = {check.name for check in examined()}
    assert {
        "device",
        "threads",
        "memory",
        "disk",
        "user data folder",
        "model phantom",
        "sample data",
    } <= names


def test_a_verified_model_is_well(make_bundle: Make) -> None:
    make_bundle()
    (check,) = model_checks()
    assert check.state == "ok"
    assert "verified" in check.value


def test_no_model_is_bad() -> None:
    (check,) = model_checks()
    assert check.state == "bad"
    assert "bundle fetch" in check.remedy


def test_a_changed_model_is_bad(make_bundle: Make) -> None:
    path = make_bundle() / "shape.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    (check,) = model_checks()
    assert check.state == "bad"
    assert "shape.npz" in check.value


@pytest.mark.parametrize(("free", "state"), [(None, "note"), (2**30, "note"), (2**34, "ok")])
def test_little_memory_is_noted(free: int | None, state: str) -> None:
    assert memory_check(free).state == state


def test_a_folder_that_is_not_there_yet_is_asked_of_the_one_above(tmp_path: Path) -> None:
    before = list(tmp_path.iterdir())
    assert writable_check("results", tmp_path / "a" / "b").state == "ok"
    assert list(tmp_path.iterdir()) == before
    assert disk_check(tmp_path / "a").name == "disk"


def test_a_place_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = writable_check("results", tmp_path / "file")
    assert check.state == "bad"


def test_more_threads_than_cores_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", str((os.cpu_count() or 1) + 1))
    assert threads_check().state == "note"
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads_check().state == "ok"


def test_a_data_folder_that_is_not_there_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRANIOMARK_DATA", str(tmp_path / "nothing"))
    assert data_check().state == "note"
    monkeypatch.delenv("CRANIOMARK_DATA")
    assert "craniomark data fetch" in data_check().value
