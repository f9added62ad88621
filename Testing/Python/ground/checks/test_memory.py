import ctypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from craniomark.ground.checks import InputError, available_memory, check_memory, memory


def test_available_memory_is_below_what_the_machine_has() -> None:
    available = available_memory()
    assert available is not None
    assert 0 < available < 1 << 50


def test_more_than_the_memory_is_refused() -> None:
    with pytest.raises(InputError, match="memory free"):
        check_memory("a.nii", 1 << 60)


def test_a_little_is_let_through() -> None:
    check_memory("a.nii", 1)


def test_the_control_group_counts_where_it_leaves_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("4000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert available_memory() == 1000


def test_an_unlimited_control_group_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    assert (available_memory() or 1) > 1000


@pytest.mark.parametrize(("answers", "expected"), [(1, 12345), (0, None)])
def test_windows_is_asked_through_its_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: int, expected: int | None
) -> None:
    def ask(pointer: Any) -> int:
        status = pointer._obj
        assert status.length == ctypes.sizeof(status) == 64
        status.free = 12345
        return answers

    kernel = SimpleNamespace(kernel32=SimpleNamespace(GlobalMemoryStatusEx=ask))
    monkeypatch.setattr(ctypes, "windll", kernel, raising=False)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert available_memory() == expected
