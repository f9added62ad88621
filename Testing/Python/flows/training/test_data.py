"""Specimens in the template's frame, from the cache, with nothing of those that are held out."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from animals_on_disk import animals_folder

from craniomark.flows.template.average import examples_of, linear_average
from craniomark.flows.template.frame import template_frame
from craniomark.flows.template.scans import read_scans
from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.data import TrainingData, training_data
from craniomark.flows.training.prepared import packed
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks, write_landmarks

SPACING = 0.35
__all__ = ["animals_folder"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def changed(animals_folder: Path, tmp_path: Path) -> Path:
    """A copy of the animals to spoil."""
    return Path(shutil.copytree(animals_folder, tmp_path / "scans"))


def data_of(folder: Path, cache: Path, spacing: float = 0.0, **settings: Any) -> TrainingData:
    chosen = RunSettings(str(folder), "out", template_spacing=SPACING, **settings)
    return training_data(chosen, spacing, cache)


def test_examples_are_those_that_the_template_is_made_from(animals_folder: Path, cache: Path) -> None:
    """The path through the cache against the one in memory."""
    data = data_of(animals_folder, cache, fold=None)
    _, scans = read_scans([animals_folder])
    frame = template_frame(np.array([scan.points for scan in scans]))
    linear = linear_average(scans, frame, SPACING)
    np.testing.assert_allclose(data.template.voxels, linear.voxels, atol=2e-3)
    for found, wanted in zip(data.training, examples_of(scans, frame, linear), strict=True):
        assert found.id == wanted.id
        np.testing.assert_allclose(found.points, wanted.points, atol=1e-9)
        np.testing.assert_allclose(found.image.matrix, wanted.image.matrix, atol=1e-9)
        np.testing.assert_allclose(found.image.voxels, wanted.image.voxels, rtol=2e-3, atol=2e-3)


def test_a_held_out_specimen_has_no_part_in_the_template(
    animals_folder: Path, cache: Path, changed: Path
) -> None:
    before = data_of(animals_folder, cache, fold=1)
    assert [e.id for e in before.validation] == ["animal_1"] and before.held_out
    truth = read_landmarks(changed / "animal_1.mrk.json")
    write_landmarks(LandmarkSet(truth.labels, truth.points * 1.3), changed / "animal_1.mrk.json")
    shutil.copy(changed / "animal_0.nii.gz", changed / "animal_1.nii.gz")
    after = data_of(changed, cache, fold=1)
    np.testing.assert_array_equal(after.frame.mean, before.frame.mean)
    np.testing.assert_array_equal(after.template.voxels, before.template.voxels)
    np.testing.assert_array_equal(after.training[0].image.voxels, before.training[0].image.voxels)
    other = data_of(changed, cache, fold=None)
    assert not other.held_out
    assert (
        np.abs(other.frame.mean - before.frame.mean).max() > 1e-3
    )  # it does have a part where it is trained on


def test_coarser_voxels_are_averages_in_the_same_place(animals_folder: Path, cache: Path) -> None:
    fine, coarse = (data_of(animals_folder, cache, spacing).training[0] for spacing in (0.0, 0.71))
    assert coarse.image.shape == tuple(n // 2 for n in fine.image.shape)
    np.testing.assert_array_equal(coarse.points, fine.points)
    i, j, k = coarse.image.shape
    blocks = fine.image.voxels[: 2 * i, : 2 * j, : 2 * k].reshape(i, 2, j, 2, k, 2).mean((1, 3, 5))
    np.testing.assert_allclose(coarse.image.voxels, blocks, atol=2e-3)


def test_with_the_cache_nothing_is_read_and_no_reader_imported(animals_folder: Path, cache: Path) -> None:
    data_of(animals_folder, cache, fold=0)
    script = f"""
import sys
for name in ("SimpleITK", "vtk", "vtkmodules"):
    sys.modules[name] = None
from pathlib import Path
from craniomark.flows.training import prepared
from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.data import training_data
prepared.read_volume = prepared.read_truth = None
settings = RunSettings({str(animals_folder)!r}, "out", template_spacing={SPACING}, fold=0)
print(len(training_data(settings, 0.0, Path({str(cache)!r})).training))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "4", done.stderr


def test_checksums_do_not_depend_on_the_folder(animals_folder: Path, cache: Path, changed: Path) -> None:
    here, there = data_of(animals_folder, cache), data_of(changed, cache)
    assert here.files == there.files
    assert set(here.files) == {f"animal_{n}{end}" for n in range(5) for end in (".nii.gz", ".mrk.json")}


def test_a_csv_list_and_its_groups_are_taken(animals_folder: Path, cache: Path, tmp_path: Path) -> None:
    rows = [
        f"s{n},{animals_folder}/animal_{n}.nii.gz,{animals_folder}/animal_{n}.mrk.json,g{n % 2}"
        for n in range(3)
    ]
    table = tmp_path / "list.csv"
    table.write_text("id,path,landmarks,group\n" + "\n".join(rows), encoding="utf-8")
    data = data_of(table, cache, folds=3, fold=2)
    assert [e.id for e in data.training] == ["s0", "s1"]
    assert data.groups == {"s0": "g0", "s1": "g1", "s2": "g0"}


def test_missing_landmarks_stay_missing(changed: Path, cache: Path) -> None:
    truth = read_landmarks(changed / "animal_2.mrk.json")
    write_landmarks(truth.ordered(truth.labels[:-1]), changed / "animal_2.mrk.json")
    data = data_of(changed, cache, fold=None)
    assert data.labels == truth.labels
    assert np.isnan(data.training[2].points[-1]).all()
    assert np.isfinite(data.training[2].points[:-1]).all()


def test_an_unreadable_specimen_is_named(changed: Path, cache: Path) -> None:
    (changed / "animal_3.nii.gz").write_bytes(b"no scan at all")
    with pytest.raises(InputError, match=r"animal_3\.nii\.gz"):
        data_of(changed, cache)


def test_a_specimen_with_other_landmarks_is_named(changed: Path, cache: Path) -> None:
    truth = read_landmarks(changed / "animal_3.mrk.json")
    others = tuple(f"other {label}" for label in truth.labels)
    write_landmarks(LandmarkSet(others, truth.points), changed / "animal_3.mrk.json")
    with pytest.raises(InputError, match=r"animal_3\.mrk\.json: labels shared with the others is 0 of 16"):
        data_of(changed, cache)


@pytest.mark.parametrize("kept", [0, 1])
def test_an_empty_or_single_data_set_is_refused(changed: Path, cache: Path, kept: int) -> None:
    for path in sorted(changed.glob("*.mrk.json"))[kept:]:
        path.unlink()
    with pytest.raises(InputError, match=f"number of landmarked CTs or meshes is {kept}: give at least 2"):
        data_of(changed, cache)


def test_a_missing_folder_is_named(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        data_of(tmp_path / "nowhere", cache)


def test_small_numbers_keep_brightness() -> None:
    import torch

    bytes_, gain = packed(torch.tensor([[[0.0, 7.0, 255.0]]]))
    assert bytes_.dtype == np.uint8 and gain == 1.0
    values = torch.tensor([[[0.0, 0.3, 70_000.0, -5.0]]])  # beyond what half precision holds
    halves, gain = packed(values)
    assert halves.dtype == np.float16
    np.testing.assert_allclose(halves.astype(np.float32) * gain, values, rtol=1e-3, atol=0.1)


def test_a_bundle_gives_frame_and_labels(mouse_ct_folder: Path, cache: Path) -> None:
    data = training_data(
        RunSettings(str(mouse_ct_folder), "out", template="mouse-skull", train_ids=("152_10", "152_11")),
        1.0,
        cache,
    )
    from craniomark.flows.bundle import load_bundle

    bundle = load_bundle("mouse-skull")
    assert data.labels == bundle.manifest.labels
    np.testing.assert_array_equal(data.frame.mean, bundle.landmarks().points)
    assert "template/bundle.json" in data.files
    for example in data.training:
        assert np.linalg.norm(example.points - data.frame.mean, axis=1).mean() < 0.4
