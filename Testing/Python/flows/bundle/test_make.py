"""Bundles appear whole or not at all."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from craniomark.flows.bundle import Manifest, load_bundle, pack, write_bundle
from craniomark.ground.checks import InputError

Make = Callable[..., Path]
Parts = dict[str, Callable[[Path], None]]


def test_sums_are_filled_in(make_bundle: Make, parts: Parts) -> None:
    assert set(load_bundle(make_bundle()).manifest.files) == set(parts)


def test_a_failure_leaves_the_old_bundle_and_nothing_else(
    make_bundle: Make, manifest: Manifest, parts: Parts
) -> None:
    folder = make_bundle()

    def fail(_path: Path) -> None:
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_bundle(folder, manifest, parts | {"late.npz": fail})
    assert load_bundle(folder).manifest.version == "1.2"
    assert [path.name for path in folder.parent.iterdir()] == ["phantom"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_and_the_old_bundle_stays(
    make_bundle: Make, manifest: Manifest, parts: Parts, number: int
) -> None:
    folder = make_bundle()

    def full(path: Path) -> None:
        path.write_bytes(b"half of it")
        raise OSError(number, os.strerror(number))

    with pytest.raises(InputError, match=r"output folder is full .*: make room") as caught:
        write_bundle(folder, replace(manifest, version="3"), parts | {"late.npz": full})
    assert caught.value.file == str(folder.parent)
    assert load_bundle(folder).manifest.version == "1.2"
    assert [path.name for path in folder.parent.iterdir()] == ["phantom"]


def test_other_failures_of_a_disk_stay_what_they_are(
    tmp_path: Path, manifest: Manifest, parts: Parts
) -> None:
    def broken(_path: Path) -> None:
        raise OSError(errno.EIO, "broken")

    with pytest.raises(OSError, match="broken") as caught:
        write_bundle(tmp_path / "b", manifest, parts | {"late.npz": broken})
    assert not isinstance(caught.value, InputError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits of processes")
def test_a_true_limit_on_the_size_of_files_leaves_the_old_bundle(
    make_bundle: Make, manifest: Manifest, parts: Parts, tmp_path: Path
) -> None:
    """As of a full disk, by the system itself, in a process of its own."""
    import resource

    folder = make_bundle()
    largest = 2 * max(path.stat().st_size for path in folder.iterdir())
    large = parts | {"weights.safetensors": lambda path: path.write_bytes(bytes(2 * largest)) and None}
    answer = tmp_path / "answer"
    child = os.fork()
    if not child:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            write_bundle(folder, replace(manifest, version="3"), large)
        except InputError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            answer.write_text(str(error))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "output folder is full (File too large): make room" in answer.read_text()
    assert load_bundle(folder).manifest.version == "1.2"
    assert [path.name for path in folder.parent.iterdir()] == ["phantom"]


def test_an_older_bundle_is_replaced(make_bundle: Make) -> None:
    make_bundle()
    assert load_bundle(make_bundle(version="2")).manifest.version == "2"


def test_a_folder_in_use_is_left_alone(tmp_path: Path, manifest: Manifest, parts: Parts) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="in use by other files"):
        write_bundle(tmp_path / "mine", manifest, parts)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_names_that_escape_are_refused_before_anything_is_written(
    tmp_path: Path, manifest: Manifest, parts: Parts
) -> None:
    with pytest.raises(InputError, match="file name"):
        write_bundle(tmp_path / "b", manifest, parts | {"../up.npz": lambda _path: None})
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, manifest: Manifest, parts: Parts) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="output folder"):
        write_bundle(tmp_path / "file" / "b", manifest, parts)


def test_the_same_folder_packs_to_the_same_bytes(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle()
    assert pack(folder, tmp_path / "a.zip").read_bytes() == pack(folder, tmp_path / "b.zip").read_bytes()


def test_a_broken_bundle_is_not_packed(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle()
    (folder / "shape.npz").write_bytes(b"")
    with pytest.raises(InputError):
        pack(folder, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
