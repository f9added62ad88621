"""``craniomark bundle``: what it prints and how it ends."""

import hashlib
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.cli import bundle, exits

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from phantom_bundle import make_bundle, manifest, only_models, parts, serve

__all__ = ["make_bundle", "manifest", "only_models", "parts", "serve"]

pytestmark = pytest.mark.usefixtures("only_models")
Make = Callable[..., Path]


def run(*arguments: object) -> int:
    return exits.run(bundle.app, [str(one) for one in arguments])


def test_a_folder_is_verified_and_zipped(
    make_bundle: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "skulls of mice.zip"
    assert run("make", make_bundle(), "-o", out) == 0
    assert "phantom/bundle.json" in zipfile.ZipFile(out).namelist()
    assert "phantom 1.2" in capsys.readouterr().out


def test_a_folder_is_copied(make_bundle: Make, tmp_path: Path) -> None:
    assert run("make", make_bundle(), "-o", tmp_path / "copy") == 0
    assert run("verify", tmp_path / "copy") == 0


def test_a_changed_byte_ends_with_two_and_one_sentence(
    make_bundle: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_bundle() / "shape.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert run("verify", "phantom") == 2
    told = capsys.readouterr().err
    assert "shape.npz" in told and "Traceback" not in told
    assert len(told.strip().splitlines()) == 1


def test_a_broken_bundle_is_not_made(make_bundle: Make, tmp_path: Path) -> None:
    (make_bundle() / "extra.txt").write_text("")
    assert run("make", tmp_path / "models" / "phantom", "-o", tmp_path / "a.zip") == 2
    assert not (tmp_path / "a.zip").exists()


def test_models_are_listed_with_the_broken_ones(
    make_bundle: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make_bundle()
    (make_bundle(name="broken") / "bundle.json").write_text("{")
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "ct, 10 to 40 mm" in told
    assert "not valid JSON" in told


def test_the_list_as_json(make_bundle: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make_bundle()
    assert run("list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["version"], row["place"]) == ("phantom", "1.2", "CRANIOMARK_MODELS")


def test_an_empty_list_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    assert "bundle fetch" in capsys.readouterr().out


def test_a_model_is_shown(make_bundle: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make_bundle()
    assert run("show", "phantom") == 0
    told = capsys.readouterr().out
    for words in ("Apache-2.0", "mean_mm: 0.1", "seen", "4 left/right pairs", "craniomark template"):
        assert words in told
    assert run("show", "phantom", "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == "phantom"


def test_an_unknown_model_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "rat-skull") == 2
    assert "unknown" in capsys.readouterr().err


def test_fetching_tells_the_size_and_installs(
    make_bundle: Make, tmp_path: Path, serve: Callable[[Path], str], capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "web" / "phantom.zip"
    assert run("make", make_bundle(tmp_path / "elsewhere"), "-o", archive) == 0
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    address = serve(archive.parent) + "phantom.zip"
    assert run("fetch", address, "--sha256", digest, "--yes") == 0
    told = capsys.readouterr()
    assert "0.2 MB" in told.err and "installed" in told.out
    assert run("verify", "phantom") == 0
    assert run("delete", "phantom") == 0
    assert run("verify", "phantom") == 2


def test_nobody_to_ask_means_no_download(
    make_bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "phantom.zip"
    run("make", make_bundle(tmp_path / "elsewhere"), "-o", archive)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert run("fetch", archive.as_uri(), "--sha256", digest) == 2
    assert "--yes" in capsys.readouterr().err


def test_an_address_without_a_sum_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", "https://example.org/a.zip") == 2
    assert "--sha256" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["make", "list", "show", "verify", "fetch", "delete"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert f"craniomark bundle {command}" in capsys.readouterr().out
