"""Faults planted into real data are each found; the intact data raise few alarms."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.datasets.check import check_data
from craniomark.flows.datasets.findings import Finding
from craniomark.ground.geometry import random_rotations
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.ground.specimens import read_truth, specimen_at
from craniomark.ground.volumes import Volume, read_volume, write_volume

COUNT = 5
Planted = tuple[str, str]
RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def thinned(path: Path) -> Volume:
    """Return a scan of every third voxel: a test of checks needs no more."""
    volume = read_volume(path)
    return Volume(volume.array[::3, ::3, ::3].copy(), volume.matrix @ np.diag([3, 3, 3, 1]))


@pytest.fixture(scope="module")
def scans(mouse_ct_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a few real scans, thinned, with landmarks and masks in folders of their own."""
    folder = tmp_path_factory.mktemp("real")
    for path in sorted(p for p in mouse_ct_folder.glob("*.nii.gz") if "-LM" not in p.name)[:COUNT]:
        name, volume = path.name.removesuffix(".nii.gz"), thinned(path)
        write_volume(volume, folder / "images" / f"{name}.nrrd")
        write_landmarks(read_truth(specimen_at(path)), folder / "landmarks" / f"{name}.mrk.json")
        bone = (volume.array > 0.5 * np.percentile(volume.array, 99.5)).astype(np.uint8)
        write_volume(Volume(bone, volume.matrix), folder / "masks" / f"seg_{name}.nrrd")
    return folder


@pytest.fixture
def copy(scans: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scans, tmp_path / "set"))


def names(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(".nrrd") for path in (folder / "images").iterdir())


def truth_of(folder: Path, name: str) -> tuple[Path, LandmarkSet]:
    path = folder / "landmarks" / f"{name}.mrk.json"
    return path, read_truth(specimen_at(folder / "images" / f"{name}.nrrd"))


def test_intact_scans_raise_no_alarm(scans: Path) -> None:
    report = check_data(scans)
    assert (report.specimens, report.findings) == (COUNT, ())


def test_all_intact_scans_raise_only_the_one_of_a_file_without_scan(mouse_ct_folder: Path) -> None:
    found = check_data(mouse_ct_folder).findings
    assert [one.what for one in found] == ["152_9.fcsv belongs to no scan here"]


def no_label(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    write_landmarks(LandmarkSet(truth.labels[:-2], truth.points[:-2]), path)
    return "has no landmark"


def more_labels(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    points = np.vstack([truth.points, truth.points[:1] + 1])
    write_landmarks(LandmarkSet((*truth.labels, "extra"), points), path)
    return "has a landmark that most others lack: extra"


def sides_exchanged(folder: Path, name: str) -> str:
    from craniomark.ground.geometry import find_bilateral_structure

    path, truth = truth_of(folder, name)
    partner = find_bilateral_structure(truth.points).partner
    other = np.where(partner >= 0, partner, np.arange(len(partner)))
    write_landmarks(LandmarkSet(truth.labels, truth.points[other]), path)
    return "left and right labels are exchanged"


def one_pair_exchanged(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    apart = np.linalg.norm(truth.points - truth.points[0], axis=1)
    order = np.arange(len(apart))
    far = int(apart.argmax())
    order[[0, far]] = far, 0
    write_landmarks(LandmarkSet(truth.labels, truth.points[order]), path)
    return "are exchanged"


def one_far_off(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    points = truth.points.copy()
    points[3] += (1.2, -1.2, 1.2)
    write_landmarks(LandmarkSet(truth.labels, points), path)
    return f"landmark {truth.labels[3]} lies"


def odd_shape(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    points = truth.points + np.random.default_rng(1).normal(0, 0.8, truth.points.shape)
    write_landmarks(LandmarkSet(truth.labels, points), path)
    return "its shape is unusual"


def in_ras(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    write_landmarks(LandmarkSet(truth.labels, truth.points * [-1, -1, 1]), path)
    return "fit only with x and y negated"


def all_in_ras(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    write_landmarks(LandmarkSet(truth.labels, truth.points * [-1, -1, 1]), path)
    for kind, stem in (("images", ""), ("masks", "seg_")):
        file = folder / kind / f"{stem}{name}.nrrd"
        write_volume(read_volume(file).moved(RAS), file)
    return "stands turned by half about z"


def coarser(folder: Path, name: str) -> str:
    for kind, stem in (("images", ""), ("masks", "seg_")):
        file = folder / kind / f"{stem}{name}.nrrd"
        volume = read_volume(file)
        write_volume(Volume(volume.array[:, :, ::2].copy(), volume.matrix @ np.diag([1, 1, 2, 1])), file)
    return "differ much from the others'"


def other_axes(folder: Path, name: str) -> str:
    for kind, stem in (("images", ""), ("masks", "seg_")):
        file = folder / kind / f"{stem}{name}.nrrd"
        volume = read_volume(file)
        matrix = volume.matrix[:, [1, 0, 2, 3]]
        write_volume(Volume(volume.array.transpose(1, 0, 2).copy(), matrix), file)
    return "its voxel axes run"


def in_micrometres(folder: Path, name: str) -> str:
    file = folder / "images" / f"{name}.nrrd"
    write_volume(read_volume(file).moved(np.diag([1000.0, 1000, 1000, 1])), file)
    return "micrometres"


def wrong_size(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    for kind, stem in (("images", ""), ("masks", "seg_")):
        file = folder / kind / f"{stem}{name}.nrrd"
        write_volume(read_volume(file).moved(np.diag([2.0, 2, 2, 1])), file)
    write_landmarks(LandmarkSet(truth.labels, truth.points * 2), path)
    return "times as large as the median specimen"


def written_otherwise(folder: Path, name: str) -> str:
    other = names(folder)[-1]
    for kind, stem in (("images", ""), ("masks", "seg_")):
        (folder / kind / f"{stem}{name}.nrrd").unlink()
        volume = read_volume(folder / kind / f"{stem}{other}.nrrd")
        turned = Volume(volume.array.transpose(2, 0, 1).astype(np.float32), volume.matrix[:, [2, 0, 1, 3]])
        write_volume(turned, folder / kind / f"{stem}{name}.nii.gz")
    shutil.copy(folder / "landmarks" / f"{other}.mrk.json", folder / "landmarks" / f"{name}.mrk.json")
    return "holds the same scan as"


def brighter_and_turned(folder: Path, name: str) -> str:
    volume = read_volume(folder / "images" / f"{names(folder)[-1]}.nrrd")
    other = 0.7 * volume.array.astype(np.float32) + 20
    turn = np.eye(4)
    turn[:3, :3] = random_rotations(1, np.random.default_rng(2))[0]
    written = Volume(other, turn @ volume.matrix)
    write_volume(written, folder / "images" / f"{name}.nrrd")
    (folder / "masks" / f"seg_{name}.nrrd").unlink()
    return "has in every moment the bone of"


def copied_points(folder: Path, name: str) -> str:
    path, truth = truth_of(folder, name)
    other = truth_of(folder, names(folder)[-1])[1]
    turn = random_rotations(1, np.random.default_rng(1))[0]
    write_landmarks(LandmarkSet(truth.labels, other.points @ turn.T + 1), path)
    return "has the very landmarks of"


def another_mask(folder: Path, name: str) -> str:
    other = folder / "masks" / f"seg_{names(folder)[-1]}.nrrd"
    own = folder / "masks" / f"seg_{name}.nrrd"
    wanted, place = read_volume(other).array, read_volume(own)
    fitted = np.zeros(place.shape, np.uint8)
    shared = tuple(slice(0, min(a, b)) for a, b in zip(wanted.shape, place.shape, strict=True))
    fitted[shared] = wanted[shared]
    write_volume(Volume(fitted, place.matrix), own)
    return "follows the image less than others do"


def flipped_mask(folder: Path, name: str) -> str:
    file = folder / "masks" / f"seg_{name}.nrrd"
    volume = read_volume(file)
    write_volume(Volume(volume.array[:, ::-1].copy(), volume.matrix), file)
    return "follows the image less than others do"


def moved_mask(folder: Path, name: str) -> str:
    file = folder / "masks" / f"seg_{name}.nrrd"
    shift = np.eye(4)
    shift[0, 3] = 1.0
    write_volume(read_volume(file).moved(shift), file)
    return "its mask lies elsewhere"


def mask_of_another_size(folder: Path, name: str) -> str:
    file = folder / "masks" / f"seg_{name}.nrrd"
    volume = read_volume(file)
    write_volume(Volume(volume.array[:-1].copy(), volume.matrix), file)
    return "its mask has"


def empty_mask(folder: Path, name: str) -> str:
    file = folder / "masks" / f"seg_{name}.nrrd"
    volume = read_volume(file)
    write_volume(Volume(np.zeros_like(volume.array), volume.matrix), file)
    return "its mask is the same everywhere"


def scan_for_mask(folder: Path, name: str) -> str:
    volume = read_volume(folder / "images" / f"{name}.nrrd")
    array = volume.array.astype(np.float32) / 3
    write_volume(Volume(array, volume.matrix), folder / "masks" / f"seg_{name}.nrrd")
    return "holds no labels but a range of values"


def broken_mask(folder: Path, name: str) -> str:
    (folder / "masks" / f"seg_{name}.nrrd").write_bytes(b"no image")
    return "mask: "


def no_mask(folder: Path, name: str) -> str:
    (folder / "masks" / f"seg_{name}.nrrd").unlink()
    return "has no mask"


def no_landmarks(folder: Path, name: str) -> str:
    (folder / "landmarks" / f"{name}.mrk.json").unlink()
    return "landmarks is none"


FAULTS: list[Callable[[Path, str], str]] = [
    no_label, more_labels, sides_exchanged, one_pair_exchanged, one_far_off, odd_shape, in_ras, all_in_ras,
    coarser, other_axes, in_micrometres, wrong_size, written_otherwise, brighter_and_turned,
    copied_points, another_mask, flipped_mask, moved_mask, mask_of_another_size, empty_mask, scan_for_mask,
    broken_mask, no_mask, no_landmarks,
]  # fmt: skip
BESIDES = {
    # What else is true of the specimen, or follows from the fault.
    sides_exchanged: 3, one_pair_exchanged: 3, one_far_off: 2, odd_shape: 40, in_ras: 4, all_in_ras: 2,
    wrong_size: 2, in_micrometres: 1, written_otherwise: 3, brighter_and_turned: 5, copied_points: 3,
    coarser: 1,
}  # fmt: skip


@pytest.mark.parametrize("plant", FAULTS, ids=lambda one: one.__name__)
def test_each_planted_fault_is_named_and_little_else(plant: Callable[[Path, str], str], copy: Path) -> None:
    name = names(copy)[1]
    wanted = plant(copy, name)
    found = check_data(copy).findings
    assert any(wanted in one.what for one in found), [(one.specimen, one.what) for one in found]
    others = [one for one in found if wanted not in one.what]
    assert len(others) <= BESIDES.get(plant, 0), [(one.specimen, one.what) for one in others]


def test_landmarks_without_a_scan_are_named(copy: Path) -> None:
    (copy / "images" / f"{names(copy)[0]}.nrrd").unlink()
    found = [one.what for one in check_data(copy).findings]
    assert sum("belongs to no scan here" in what for what in found) == 2


def test_masks_alone_are_checked_without_asking_for_landmarks(copy: Path) -> None:
    shutil.rmtree(copy / "landmarks")
    assert check_data(copy).findings == ()
    wanted = empty_mask(copy, names(copy)[0])
    (found,) = check_data(copy).findings
    assert wanted in found.what


@pytest.fixture
def meshes(mouse_mesh_folder: Path, tmp_path: Path) -> Path:
    """Return two real meshes with their markups."""
    for path in sorted(mouse_mesh_folder.glob("B*.ply"))[:2]:
        shutil.copy(path, tmp_path / path.name)
        beside = path.with_name(path.name.replace(".ply", ".mrk.json"))
        shutil.copy(beside, tmp_path / beside.name)
    return tmp_path


def told(folder: Path) -> list[Finding]:
    return list(check_data(folder).findings)


def first_mesh(folder: Path) -> tuple[Path, Surface]:
    path = sorted(folder.glob("*.ply"))[0]
    return path, read_surface(path)


def mesh_open(folder: Path) -> str:
    path, surface = first_mesh(folder)
    write_surface(Surface(surface.vertices, surface.faces[: len(surface.faces) // 3]), path)
    return "open"


def mesh_empty(folder: Path) -> str:
    path, _ = first_mesh(folder)
    path.write_text(
        "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 0\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return "faces|vertices|triangles|empty"


def mesh_in_micrometres(folder: Path) -> str:
    path, surface = first_mesh(folder)
    write_surface(Surface(surface.vertices * 1000, surface.faces), path)
    return "micrometres"


def mesh_in_ras(folder: Path) -> str:
    path, surface = first_mesh(folder)
    write_surface(Surface(surface.vertices * [-1, -1, 1], surface.faces), path)
    return "fit only with x and y negated"


def mesh_twice(folder: Path) -> str:
    path, surface = first_mesh(folder)
    order = np.random.default_rng(1).permutation(len(surface.vertices))
    back = np.argsort(order)
    write_surface(Surface(surface.vertices[order], back[surface.faces]), folder / "again.stl")
    markups = path.with_name(path.name.replace(".ply", ".mrk.json"))
    shutil.copy(markups, folder / "again.mrk.json")
    return "holds the same scan as|has the very landmarks of"


@pytest.mark.parametrize(
    "plant",
    [mesh_open, mesh_empty, mesh_in_micrometres, mesh_in_ras, mesh_twice],
    ids=lambda one: one.__name__,
)
def test_faults_of_meshes_are_named(plant: Callable[[Path], str], meshes: Path) -> None:
    wanted = plant(meshes).split("|")
    found = [one.what for one in told(meshes) if one.severity == "problem"]
    assert any(part in what for part in wanted for what in found), found


def test_intact_meshes_have_no_problem(meshes: Path) -> None:
    assert [one.what for one in told(meshes) if one.severity == "problem"] == []


def test_ct_and_mesh_in_one_set_are_named(meshes: Path, scans: Path) -> None:
    name = names(scans)[0]
    shutil.copy(scans / "images" / f"{name}.nrrd", meshes / "ct.nrrd")
    shutil.copy(scans / "landmarks" / f"{name}.mrk.json", meshes / "ct.mrk.json")
    assert any("1 CTs and 2 meshes" in one.what for one in told(meshes))
