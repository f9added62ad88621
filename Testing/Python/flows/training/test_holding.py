"""One process at a time in a folder."""

import errno
from pathlib import Path

import pytest

from craniomark.flows.training import holding
from craniomark.flows.training.holding import held
from craniomark.ground.checks import InputError


def test_a_folder_is_held_once_under_each_name_and_let_go(tmp_path: Path) -> None:
    in_use = pytest.raises(InputError, match="run folder is in use by process")
    with held(tmp_path, "run"), held(tmp_path, "other"), in_use, held(tmp_path, "run"):
        pass
    with held(tmp_path, "run"):
        pass


def test_a_folder_that_nothing_can_be_written_in_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(holding, "claimed", full)
    with pytest.raises(InputError, match=r"not writable \(No space left on device\)"), held(tmp_path, "run"):
        pass


def test_errors_within_come_through(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="own"), held(tmp_path, "run"):
        raise OSError("own")
