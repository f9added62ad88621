"""Derived data sets: whole, told by their lineage, made again to the byte, refused where sources changed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.flows.datasets.derived.make import make_data, rebuild_data
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, write_surface
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.parts.augment.recipes import RECIPES, recipe_values
from craniomark.parts.augment.transform import Transform, apply, seen

LABELS = ("a", "b", "c")
CHOSEN = {"name": "scans", "recipe": recipe_values(RECIPES["scans"](0.5)), "count": 2, "seed": 3}


def quiet(*_: object) -> None:
    """Hear nothing."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return two small scans with masks and landmarks."""
    rng = np.random.default_rng(0)
    for name in ("m1", "m2"):
        array = rng.integers(0, 200, (16, 14, 12)).astype(np.uint8)
        matrix = np.diag([0.5, 0.5, 0.5, 1.0])
        write_volume(Volume(array, matrix), tmp_path / "source" / "images" / f"{name}.nii.gz")
        mask = (array > 100).astype(np.uint8)
        write_volume(Volume(mask, matrix), tmp_path / "source" / "masks" / f"seg_{name}.nii.gz")
        truth = LandmarkSet(LABELS, rng.uniform(2, 5, (3, 3)))
        write_landmarks(truth, tmp_path / "source" / "landmarks" / f"{name}.mrk.json")
    return tmp_path / "source"


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_augmented_samples_are_those_of_their_transforms(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    make_data("augmented", source, out, CHOSEN, quiet)
    made = find_specimens([out / "list.csv"])
    assert [(one.id, one.subject) for one in made] == [
        ("m1_0", "m1"), ("m1_1", "m1"), ("m2_0", "m2"), ("m2_1", "m2"),
    ]  # fmt: skip
    for one in made:
        drawn = Transform.from_json((out / "transforms" / f"{one.id}.json").read_text())
        was = find_specimens([source / "images" / f"{one.subject}.nii.gz"])[0]
        wanted = seen(drawn, read_truth(was).points)
        np.testing.assert_allclose(read_truth(one).points, wanted, atol=1e-5)
        assert was.mask and one.mask
        mask = torch.from_numpy(read_volume(was.mask).array.astype(np.float32))
        found = apply(drawn, mask, mask).mask
        assert found is not None
        np.testing.assert_array_equal(read_volume(one.mask).array, found.numpy())


def test_lineage_tells_all_and_one_call_makes_it_again(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    make_data("augmented", source, out, CHOSEN, quiet)
    told = json.loads((out / "lineage.json").read_text())
    assert told["command"].startswith("craniomark data make augmented ")
    assert {"version", "settings", "sources", "files"} <= set(told)
    assert len(told["sources"]) == 6 and len(told["sources"]["images/m1.nii.gz"]) == 64
    before = bytes_of(out)
    (out / "images" / "m1_0.nii.gz").unlink()
    (out / "list.csv").write_text("spoilt")
    assert rebuild_data(out, quiet) == []
    assert bytes_of(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "source"]


def test_a_data_set_that_moved_with_its_source_is_still_made_again(source: Path, tmp_path: Path) -> None:
    make_data("augmented", source, tmp_path / "made", CHOSEN, quiet)
    (tmp_path / "elsewhere").mkdir()
    for name in ("made", "source"):
        (tmp_path / name).rename(tmp_path / "elsewhere" / name)
    assert rebuild_data(tmp_path / "elsewhere" / "made", quiet) == []


@pytest.mark.parametrize("change", ["changed", "gone", "new"])
def test_other_sources_are_refused_and_nothing_is_lost(source: Path, tmp_path: Path, change: str) -> None:
    out = tmp_path / "made"
    make_data("augmented", source, out, CHOSEN, quiet)
    before = bytes_of(out)
    if change == "changed":
        truth = read_truth(find_specimens([source])[0])
        write_landmarks(LandmarkSet(LABELS, truth.points + 0.01), source / "landmarks" / "m1.mrk.json")
    elif change == "gone":
        (source / "masks" / "seg_m1.nii.gz").unlink()
    else:
        shutil.copy(source / "images" / "m1.nii.gz", source / "images" / "m3.nii.gz")
    with pytest.raises(InputError, match=f"is {change}"):
        rebuild_data(out, quiet)
    assert bytes_of(out) == before


def test_a_folder_that_holds_something_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="there already"):
        make_data("augmented", source, tmp_path / "made", CHOSEN, quiet)
    assert (tmp_path / "made" / "mine.txt").read_text() == "keep"


def test_what_fails_leaves_nothing(source: Path, tmp_path: Path) -> None:
    (source / "masks" / "seg_m2.nii.gz").write_bytes(b"no image")
    with pytest.raises(InputError):
        make_data("augmented", source, tmp_path / "made", CHOSEN, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_full_disk_is_a_sentence(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from craniomark.flows.datasets.derived import kinds

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kinds, "write_volume", full)
    with pytest.raises(InputError, match="No space left"):
        make_data("augmented", source, tmp_path / "made", CHOSEN, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_meshes_become_voxels_with_their_bone_as_mask(tmp_path: Path) -> None:
    corners = np.array([[x, y, z] for x in (0, 6) for y in (0, 5) for z in (0, 4)], dtype=float)
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    write_surface(Surface(corners, np.array(faces)), tmp_path / "source" / "box.ply")
    truth = LandmarkSet(LABELS, corners[:3])
    write_landmarks(truth, tmp_path / "source" / "box.mrk.json")
    make_data("voxels", tmp_path / "source", tmp_path / "made", {}, quiet)
    (one,) = find_specimens([tmp_path / "made"])
    assert one.mask
    mask = read_volume(one.mask)
    assert mask.array.sum() * np.prod(mask.spacing) == pytest.approx(6 * 5 * 4, rel=0.03)
    np.testing.assert_allclose(read_truth(one).points, truth.points, atol=1e-6)
    assert rebuild_data(tmp_path / "made", quiet) == []


def test_scans_have_no_mesh_to_fill(source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no mesh"):
        make_data("voxels", source, tmp_path / "made", {}, quiet)


@pytest.mark.parametrize("text", [None, "{}", "[", '{"schema": 9}'])
def test_odd_lineage_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "lineage.json").write_text(text)
    with pytest.raises(InputError):
        rebuild_data(tmp_path, quiet)
