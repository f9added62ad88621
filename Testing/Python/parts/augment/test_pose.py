"""Poses: drawn as told, and one transform for images and points."""

import numpy as np
import pytest
import torch

from craniomark.ground.geometry import rotation_angle_degrees, scale_of
from craniomark.parts.augment.pose import (
    PoseRange,
    index_maps,
    moved_points,
    pose_matrices,
    resampled,
    sample_poses,
    small_rotations,
)

torch.set_num_threads(1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_nothing_is_moved_by_zeros() -> None:
    np.testing.assert_allclose(sample_poses(4, PoseRange(), rng(), (3, 4, 5)), np.tile(np.eye(4), (4, 1, 1)))


def test_angles_sizes_and_shifts_stay_in_their_ranges_and_fill_them() -> None:
    poses = sample_poses(500, PoseRange(20.0, 0.1, 0.0, 2.0), rng(), about=(7.0, 8.0, 9.0))
    sizes = np.array([scale_of(pose) for pose in poses])
    angles = rotation_angle_degrees(poses[:, :3, :3] / sizes[:, None, None], np.eye(3))
    shifts = moved_points([[7.0, 8.0, 9.0]], poses)[:, 0] - [7, 8, 9]
    assert 19 < angles.max() <= 20
    assert 0.098 < np.abs(np.log(sizes)).max() <= 0.1
    assert 1.9 < np.abs(shifts).max() <= 2


def test_half_a_turn_means_all_rotations_alike() -> None:
    turns = sample_poses(4000, PoseRange(180.0), rng())[:, :3, :3]
    np.testing.assert_allclose(turns.mean(0), np.zeros((3, 3)), atol=0.05)
    # Of all rotations, the mean angle is 90 degrees plus 2 over pi radians.
    assert float(rotation_angle_degrees(turns, np.eye(3)).mean()) == pytest.approx(126.5, abs=2)


def test_a_stretch_changes_each_axis_by_itself() -> None:
    poses = sample_poses(50, PoseRange(180.0, 0.0, 0.2), rng())
    sizes = np.linalg.svd(poses[:, :3, :3], compute_uv=False)
    assert np.abs(np.log(sizes)).max() <= 0.2 + 1e-9
    assert (sizes[:, 0] / sizes[:, 2]).max() > 1.2


def test_ranges_grow() -> None:
    assert PoseRange(10.0, 0.1, 0.2, 4.0).grown(0.5) == PoseRange(5.0, 0.05, 0.1, 2.0)


def test_the_same_seed_gives_the_same_poses() -> None:
    ranges = PoseRange(180.0, 0.1, 0.1, 1.0)
    np.testing.assert_array_equal(sample_poses(3, ranges, rng(5)), sample_poses(3, ranges, rng(5)))


@pytest.mark.parametrize(("name", "value"), [("degrees", 181.0), ("scale", -1.0), ("shift", float("nan"))])
def test_ranges_are_checked(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        PoseRange(**{name: value})


def test_images_and_points_move_together() -> None:
    """A bright spot is found where its point goes, at grids of any spacing."""
    spot = np.array([2.0, -3.0, 4.0])
    to_mm = np.diag([0.7, 0.8, 0.9, 1.0])
    to_mm[:3, 3] = [-10, -11, -12]
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (30, 28, 26)), indexing="ij"), -1)
    away = index @ to_mm[:3, :3].T + to_mm[:3, 3] - spot
    image = torch.from_numpy(np.exp(-(away**2).sum(-1) / 8).astype(np.float32))
    poses = sample_poses(5, PoseRange(180.0, 0.1, 0.1, 1.5), rng(3))
    out = np.diag([1.0, 1.0, 1.1, 1.0])
    out[:3, 3] = [-15, -16, -17]
    maps = index_maps(to_mm, poses, out)
    found = resampled(image.expand(5, 1, -1, -1, -1), maps, (31, 32, 33))[:, 0]
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in (31, 32, 33)), indexing="ij"), -1)
    places = grid @ out[:3, :3].T + out[:3, 3]
    weights = found.numpy().astype(float) ** 2
    centres = (weights[..., None] * places).sum((1, 2, 3)) / weights.sum((1, 2, 3))[:, None]
    wanted = moved_points(spot[None], poses)[:, 0]
    np.testing.assert_allclose(centres, wanted, atol=0.1)
    assert np.linalg.norm(wanted - spot, axis=1).max() > 1, "without a move this would test nothing"


def test_missing_points_stay_missing() -> None:
    moved = moved_points([[1.0, 2.0, 3.0], [np.nan] * 3], sample_poses(2, PoseRange(180.0), rng()))
    np.testing.assert_array_equal(np.isnan(moved).all(-1), [[False, True]] * 2)


def test_small_rotations_are_rotations() -> None:
    turns = small_rotations(10, 30.0, rng())
    np.testing.assert_allclose(turns @ turns.swapaxes(1, 2), np.tile(np.eye(3), (10, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(pose_matrices(turns, np.zeros(3))[:, :3, :3], turns)


def test_masks_stay_masks() -> None:
    mask = (torch.from_numpy(rng(2).uniform(0, 1, (1, 1, 9, 9, 9)).astype(np.float32)) > 0.5).float()
    maps = index_maps(np.eye(4), sample_poses(1, PoseRange(40.0), rng(), 4.0), np.eye(4))
    assert set(resampled(mask, maps, (9, 9, 9), "nearest").unique().tolist()) == {0.0, 1.0}
