"""From two files to transform, warped image and report; null tests on real CTs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from craniomark.cli.main import app
from craniomark.engine.maps import Linear
from craniomark.engine.maps.itk import read_map
from craniomark.flows.registration.methods import Options, method_names, method_of
from craniomark.flows.registration.pair import Pair, pair_of
from craniomark.flows.registration.run import Registration, registered
from craniomark.flows.registration.warp import warped
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import apply, invert
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume, resample, write_volume

IDS = "152_11", "152_17"


def coarse(volume: Volume, step: int = 2) -> Volume:
    """Every second voxel."""
    matrix = volume.matrix @ np.diag([step, step, step, 1.0])
    return Volume(volume.array[::step, ::step, ::step].astype(np.float32), matrix)


@pytest.fixture(scope="module")
def skulls(mouse_ct_folder: Path) -> tuple[Volume, Volume]:
    one, two = (coarse(read_volume(mouse_ct_folder / f"{name}.nii.gz")) for name in IDS)
    return one, two


@pytest.fixture(scope="module")
def truth(mouse_ct_folder: Path) -> tuple[LandmarkSet, LandmarkSet]:
    known = {s.id: s for s in find_specimens([mouse_ct_folder])}
    one, two = (read_truth(known[name]) for name in IDS)
    return one, two.ordered(one.labels)


def turned(volume: Volume, degrees: float, gain: float = 3.0) -> tuple[Volume, np.ndarray]:
    """The volume elsewhere, turned, on another grid, brighter; and where its points went."""
    moved = np.eye(4)
    axis = np.array([1.0, 2.0, -1.5])
    moved[:3, :3] = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    moved[:3, 3] = volume.centre + np.array([4, -3, 40]) - moved[:3, :3] @ volume.centre
    corners = apply(
        moved, volume.to_lps(np.stack(np.meshgrid(*[[0, n] for n in volume.shape]), -1).reshape(-1, 3))
    )
    spacing = np.array([0.25, 0.2, 0.3])
    matrix = np.diag([*-spacing, 1.0]) if degrees else np.diag([*spacing, 1.0])
    matrix[:3, 3] = corners.max(0) if degrees else corners.min(0)
    shape = tuple(int(n) for n in np.ceil(np.ptp(corners, axis=0) / spacing))
    placed = resample(volume, shape, matrix, invert(moved))  # type: ignore[arg-type]
    return replace(placed, array=(placed.array * gain).astype(np.int16)), moved


def done(pair: Pair, name: str, steps: int | None = None) -> Registration:
    return registered(pair, method_of(name), Options(steps))


def error(
    found: Registration, truth: tuple[LandmarkSet, LandmarkSet], moved: np.ndarray | None = None
) -> float:
    assert isinstance(found.found.map, Linear)
    target = truth[1].points if moved is None else apply(moved, truth[1].points)
    return float(np.linalg.norm(apply(found.found.map.matrix, truth[0].points) - target, axis=1).mean())


def test_affine_carries_landmarks_better_than_staying_and_than_rigid(skulls, truth) -> None:
    pair = pair_of(*skulls)
    errors = {name: error(done(pair, name), truth) for name in ("identity", "rigid", "affine")}
    assert errors["affine"] < errors["identity"] - 0.002
    assert errors["affine"] <= errors["rigid"]


@pytest.mark.parametrize("name", ["rigid", "affine"])
def test_another_pose_grid_and_brightness_do_not_matter(name: str, skulls, truth) -> None:
    moving, moved = turned(skulls[1], 130.0)
    found = done(pair_of(skulls[0], moving), name)
    assert found.verdict == "good"
    assert error(found, truth, moved) < (0.27 if name == "rigid" else 0.22)
    assert found.after.correlation > found.before.correlation + 0.5


def test_no_common_place_is_no_obstacle_but_is_told_of_the_identity(skulls, truth) -> None:
    moving, moved = turned(skulls[1], 0.0)
    pair = pair_of(skulls[0], moving)
    assert done(pair, "identity").verdict == "none"
    assert error(done(pair, "affine"), truth, moved) < 0.23


def test_no_steps_leave_the_start_unrefined(skulls) -> None:
    pair = pair_of(*skulls)
    assert done(pair, "rigid", 0).after.correlation < done(pair, "rigid").after.correlation


def test_the_inverse_way_is_the_inverse_map(skulls, truth) -> None:
    pair = pair_of(*skulls)
    there, back = done(pair, "affine").found.map, done(pair.swapped(), "affine").found.map
    assert isinstance(there, Linear)
    assert isinstance(back, Linear)
    points = truth[0].points
    assert np.linalg.norm(apply(back.matrix @ there.matrix, points) - points, axis=1).mean() < 0.06


@pytest.mark.parametrize("kind", ["tube", "shuffled"])
def test_something_else_is_not_called_good(kind: str, skulls) -> None:
    from common.not_skulls import NOT_SKULLS

    other = NOT_SKULLS[kind](skulls[1], np.random.default_rng(1))
    assert done(pair_of(skulls[0], other), "affine").verdict != "good"


def test_images_that_can_not_be_registered_are_named(skulls) -> None:
    flat = replace(skulls[1], array=np.full(skulls[1].shape, 7.0))
    with pytest.raises(InputError, match="moving image: voxels is the same everywhere"):
        pair_of(skulls[0], flat)
    broken = skulls[1].array.copy()
    broken[3, 4, 5] = np.nan
    with pytest.raises(InputError, match="moving image: voxels is not all finite"):
        pair_of(skulls[0], replace(skulls[1], array=broken))
    tiny = np.zeros((8, 8, 8))
    tiny[4, 4, 4] = 1
    with pytest.raises(InputError, match="fixed image: content is no bone to align"):
        done(pair_of(Volume(tiny, np.diag([0.1, 0.1, 0.1, 1.0])), skulls[1]), "affine")


def test_an_unknown_method_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="the nearest is affine"):
        method_of("afine")
    assert {"identity", "rigid", "similarity", "scales", "affine"} <= set(method_names())
    with pytest.raises(ValueError, match="steps is -1"):
        Options(-1)


def test_the_command_writes_what_simpleitk_applies_to_the_same_image(skulls, tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK")
    moving, _ = turned(skulls[1], 20.0)
    for name, volume in (("fixed", skulls[0]), ("moving", moving)):
        write_volume(volume, tmp_path / f"{name}.nii.gz")
    out = tmp_path / "out"
    scans = [str(tmp_path / f"{name}.nii.gz") for name in ("fixed", "moving")]
    ended = CliRunner().invoke(app, ["register", *scans, "-o", str(out), "--method", "rigid"])
    assert ended.exit_code == 0, ended.output
    report = json.loads((out / "report.json").read_text())
    assert report["verdict"] == "good"
    assert report["similarity"]["after"] > 0.7 > report["similarity"]["before"]
    assert report["degrees"] == pytest.approx(20, abs=2)
    assert report["folding_percent"] == 0
    images = [
        sitk.ReadImage(str(tmp_path / f"{name}.nii.gz"), sitk.sitkFloat32) for name in ("fixed", "moving")
    ]
    low = float(moving.array.min())
    transform = sitk.ReadTransform(str(out / "transform.h5"))
    expected = sitk.GetArrayFromImage(sitk.Resample(images[1], images[0], transform, sitk.sitkLinear, low)).T
    found = read_volume(out / "warped.nii.gz").array
    # ITK keeps the border half a voxel longer.
    assert np.mean(np.isclose(found, expected, atol=0.05)) > 0.99
    assert isinstance(read_map(out / "transform.h5"), Linear)


def test_what_lies_outside_is_as_dark_as_the_darkest(skulls) -> None:
    shifted = np.eye(4)
    shifted[:3, 3] = 1000
    moving = replace(skulls[1], array=skulls[1].array - 5)
    assert (warped(moving, skulls[0], Linear(shifted)).array == moving.array.min()).all()
