"""Where a user's data lie, by the rules of the platform."""

from pathlib import Path

import pytest

from craniomark.flows.datasets import folders
from craniomark.flows.datasets.folders import data_folder_given, user_data_folder


@pytest.mark.parametrize(
    ("platform", "variable", "inside"),
    [
        ("linux", "XDG_DATA_HOME", ".local/share"),
        ("darwin", "XDG_DATA_HOME", "Library/Application Support"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
    ],
)
def test_the_variable_wins_over_the_home_folder(
    platform: str, variable: str, inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.sys, "platform", platform)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert user_data_folder() == tmp_path / inside / "craniomark"
    monkeypatch.setenv(variable, str(tmp_path / "own"))
    assert user_data_folder() == tmp_path / "own" / "craniomark"


def test_an_empty_variable_names_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRANIOMARK_DATA", " ")
    assert data_folder_given() is None
