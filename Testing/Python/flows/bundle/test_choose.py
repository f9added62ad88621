"""The default model: the only one that fits, or a sentence."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.flows.bundle import choose_bundle, find_bundles, load_bundle, pack
from craniomark.ground.checks import InputError

Make = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("only_models")


def test_the_only_one_that_fits_is_taken(make_bundle: Make) -> None:
    make_bundle(name="small", size_range_mm=(10, 40))
    make_bundle(name="large", size_range_mm=(50, 90))
    make_bundle(name="mesh", kind="surface")
    assert choose_bundle("ct", 22.0).manifest.name == "small"
    assert choose_bundle("ct", [12.0, 60.0, 20.0]).manifest.name == "large"


def test_a_bundle_of_shapes_is_neither_taken_nor_in_the_way(make_bundle: Make) -> None:
    make_bundle(name="points", kind="surface")
    make_bundle(name="shapes", kind="surface", parts=("shape",))
    assert choose_bundle("surface", 22.0).manifest.name == "points"
    with pytest.raises(InputError, match="of shape alone: choose another"):
        choose_bundle("surface", 22.0, name="shapes")


def test_several_are_listed(make_bundle: Make) -> None:
    make_bundle(name="one")
    make_bundle(name="two")
    with pytest.raises(InputError, match="one, two") as caught:
        choose_bundle("ct", 22.0, file="a.nii")
    assert caught.value.file == "a.nii"


def test_none_that_fits_tells_what_there_is(make_bundle: Make) -> None:
    make_bundle()
    with pytest.raises(InputError, match="phantom, ct of 10 to 40 mm"):
        choose_bundle("ct", 220.0)


@pytest.mark.parametrize("name", [None, "phantom"])
@pytest.mark.parametrize(
    ("size", "told"), [(22_000.0, "22000 mm, likely micrometres"), (0.022, "likely metres")]
)
def test_a_wrong_unit_is_named(make_bundle: Make, name: str | None, size: float, told: str) -> None:
    make_bundle()
    with pytest.raises(InputError, match=told):
        choose_bundle("ct", size, name)


def test_none_at_all_is_told() -> None:
    with pytest.raises(InputError, match="none for ct is installed") as caught:
        choose_bundle("ct", 22.0)
    assert caught.value.field == "model"


def test_an_unknown_extent_fits_any_size(make_bundle: Make) -> None:
    make_bundle()
    assert choose_bundle("ct", None).manifest.name == "phantom"


def test_the_named_one_is_taken_whatever_the_size(make_bundle: Make) -> None:
    make_bundle(name="one")
    make_bundle(name="two")
    assert choose_bundle("ct", 99.0, name="two").manifest.name == "two"


def test_a_named_one_of_another_kind_is_refused(make_bundle: Make) -> None:
    make_bundle(kind="surface")
    with pytest.raises(InputError, match="reads surface"):
        choose_bundle("ct", 22.0, name="phantom")


def test_an_unknown_name_lists_the_known(make_bundle: Make) -> None:
    make_bundle()
    with pytest.raises(InputError, match=r"unknown: name an installed one .*phantom"):
        load_bundle("rat-skull")


def test_the_environment_hides_what_comes_later(
    make_bundle: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    make_bundle(first, version="first")
    make_bundle(second, version="second")
    monkeypatch.setenv("CRANIOMARK_MODELS", os.pathsep.join(map(str, (first, second))))
    assert [bundle.hidden for bundle in find_bundles()] == [False, True]
    assert choose_bundle("ct", 22.0).manifest.version == "first"


def test_the_environment_may_name_a_bundle_itself(make_bundle: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRANIOMARK_MODELS", str(make_bundle()))
    assert [bundle.name for bundle in find_bundles()] == ["phantom"]


def test_zips_are_found_too(only_models: Path, make_bundle: Make, tmp_path: Path) -> None:
    pack(make_bundle(tmp_path / "elsewhere"), only_models / "phantom.zip")
    assert choose_bundle("ct", 22.0).source.suffix == ".zip"


def test_a_broken_one_is_told_and_stops_no_other(make_bundle: Make) -> None:
    make_bundle()
    (make_bundle(name="broken") / "bundle.json").write_text("{")
    found = {bundle.name: bundle for bundle in find_bundles()}
    assert "not valid JSON" in found["broken"].problem
    assert choose_bundle("ct", 22.0).manifest.name == "phantom"


def test_a_changed_byte_in_the_default_model_is_refused(make_bundle: Make) -> None:
    path = make_bundle() / "calibration.json"
    path.write_text(path.read_text().replace("1.5", "1.6"))
    with pytest.raises(InputError, match="changed"):
        choose_bundle("ct", 22.0)


def test_paths_with_spaces_and_other_letters_work(make_bundle: Make, tmp_path: Path) -> None:
    assert load_bundle(make_bundle(tmp_path / "Schädel und Mäuse")).manifest.name == "phantom"
