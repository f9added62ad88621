"""A copy of the library that its own processes find before any other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import craniomark
from craniomark.flows.training.snapshot import Snapshot, fingerprint, take_snapshot
from craniomark.ground.checks import InputError


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return take_snapshot(tmp_path_factory.mktemp("out") / "code")


def test_a_process_runs_the_copy_with_its_own_configs(snapshot: Snapshot, repository: Path) -> None:
    script = """
import craniomark
from craniomark.ground.resources import resource_folder
print(craniomark.__file__)
print(resource_folder())
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=repository, env=snapshot.environment(), capture_output=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    code, resources = done.stdout.split("\n")[:2]
    assert Path(code).is_relative_to(snapshot.folder)
    assert Path(resources) / "Configs" == snapshot.configs
    assert list(snapshot.configs.rglob("*.yaml"))


def test_it_holds_code_and_configs_and_nothing_large(snapshot: Snapshot) -> None:
    files = [path for path in snapshot.folder.rglob("*") if path.is_file()]
    assert not [f for f in files if f.suffix in (".pyc", ".safetensors", ".gz")]
    assert sum(f.stat().st_size for f in files) < 5e6
    assert (snapshot.folder / "craniomark" / "flows" / "training" / "child.py").read_bytes() == (
        Path(craniomark.__file__).parent / "flows" / "training" / "child.py"
    ).read_bytes()


def test_a_disk_without_room_for_it_is_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise shutil.Error([("a.py", "b.py", "[Errno 28] No space left on device: 'b.py'")])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(InputError, match=r"not writable \(No space left on device\)"):
        take_snapshot(tmp_path / "code")
    assert list(tmp_path.iterdir()) == []


def test_a_change_of_it_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "craniomark").mkdir()
    file = tmp_path / "craniomark" / "a.py"
    file.write_text("one")
    copy = Snapshot(tmp_path, fingerprint(tmp_path))
    copy.check()
    file.write_text("two")
    with pytest.raises(InputError, match="code of the multirun's start is changed"):
        copy.check()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="output folder is not writable"):
        take_snapshot(tmp_path / "file" / "code")
