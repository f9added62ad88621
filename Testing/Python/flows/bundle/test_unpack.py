"""Zips that lie."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.flows.bundle import load_bundle, pack
from craniomark.flows.bundle.unpack import read_zip_manifest, unpack
from craniomark.ground.checks import InputError

Make = Callable[..., Path]


@pytest.fixture
def archive(make_bundle: Make, tmp_path: Path) -> Path:
    """Return the zip of a sound bundle."""
    return pack(make_bundle(), tmp_path / "sound.zip")


def rewritten(archive: Path, change: Callable[[zipfile.ZipInfo, bytes], bytes | None], **more: bytes) -> Path:
    path = archive.with_name("lying.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = change(info, source.read(info))
            if content is not None:
                target.writestr(info, content)
        for name, content in more.items():
            target.writestr(name, content)
    return path


def same(_info: zipfile.ZipInfo, content: bytes) -> bytes:
    return content


def test_a_member_that_climbs_out_is_refused_and_not_written(archive: Path, tmp_path: Path) -> None:
    lying = rewritten(archive, same, **{"phantom/../../escaped.npz": b"x"})
    with pytest.raises(InputError, match="member"):
        unpack(lying, tmp_path / "a" / "b")
    assert not list(tmp_path.rglob("escaped.npz"))


def test_an_absolute_member_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="member"):
        unpack(rewritten(archive, same, **{"/escaped.npz": b"x"}), tmp_path / "out")


def test_an_unlisted_member_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"extra\.npz, not listed"):
        unpack(rewritten(archive, same, **{"phantom/extra.npz": b"x"}), tmp_path / "out")


def test_a_missing_member_is_refused(archive: Path, tmp_path: Path) -> None:
    without = rewritten(archive, lambda info, text: None if info.filename.endswith("shape.npz") else text)
    with pytest.raises(InputError, match=r"shape\.npz, missing"):
        unpack(without, tmp_path / "out")


def test_a_member_that_swells_is_cut_off(archive: Path, tmp_path: Path) -> None:
    def swell(info: zipfile.ZipInfo, text: bytes) -> bytes:
        return bytes(50_000_000) if info.filename.endswith("shape.npz") else text

    with pytest.raises(InputError, match=r"not .* bytes long"):
        unpack(rewritten(archive, swell), tmp_path / "out")
    assert (tmp_path / "out" / "shape.npz").stat().st_size < 10_000


def test_a_manifest_that_swells_is_refused(archive: Path) -> None:
    def swell(info: zipfile.ZipInfo, text: bytes) -> bytes:
        return b" " * 20_000_000 + text if info.filename.endswith("bundle.json") else text

    with pytest.raises(InputError, match="over"):
        read_zip_manifest(rewritten(archive, swell))


def test_a_link_is_refused(archive: Path, tmp_path: Path) -> None:
    def link(info: zipfile.ZipInfo, text: bytes) -> bytes:
        if info.filename.endswith("shape.npz"):
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            return b"/etc/hostname"
        return text

    with pytest.raises(InputError, match="symbolic link"):
        unpack(rewritten(archive, link), tmp_path / "out")


def test_a_changed_byte_in_a_zip_is_refused(archive: Path) -> None:
    def change(info: zipfile.ZipInfo, text: bytes) -> bytes:
        return text[:-1] + bytes([text[-1] ^ 1]) if info.filename.endswith("shape.npz") else text

    with pytest.raises(InputError, match="changed"):
        load_bundle(rewritten(archive, change))


@pytest.mark.parametrize("keep", [0, 40, 0.5, 0.95])
def test_a_cut_zip_is_refused(archive: Path, keep: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(keep * len(content) if keep < 1 else keep)])
    with pytest.raises(InputError, match="whole zip"):
        load_bundle(archive)


def test_a_damaged_zip_is_refused(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 255
    archive.write_bytes(content)
    with pytest.raises(InputError):
        load_bundle(archive)


def test_a_zip_without_manifest_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as target:
        target.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match=r"bundle\.json is missing"):
        load_bundle(tmp_path / "other.zip")
