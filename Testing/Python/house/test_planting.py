"""Planted faults: each does what it says and no more, and is a function of its seed."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume

SPACING = 0.2


@pytest.fixture(scope="module")
def planting(benchmarks: Path) -> Any:  # noqa: ARG001 - where it lies
    return importlib.import_module("common.planting")


@pytest.fixture(scope="module")
def known() -> Any:
    """A block of noisy bone, 14 mm wide, with landmarks on a lattice, pairs of them close."""
    rng = np.random.default_rng(5)
    array = (1000 + 300 * rng.normal(size=(70, 70, 70))).astype(np.float32)
    volume = Volume(array, np.diag([SPACING, SPACING, SPACING, 1.0]))
    lattice = np.stack(np.meshgrid(*[[2.0, 6.5, 11.5]] * 3), -1).reshape(-1, 3)
    points = np.concatenate([lattice, lattice + np.array([0.6, 0.0, 0.0])])
    truth = LandmarkSet(tuple(map(str, range(len(points)))), points)
    return SimpleNamespace(volume=lambda: volume, truth=truth, id="made_1")


def places(volume: Volume) -> np.ndarray:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in volume.shape], indexing="ij"), -1)
    return volume.to_lps(index)


@pytest.mark.parametrize("fault", ["missing_bone", "smoothed_region"])
def test_a_fault_spoils_its_balls_alone(planting: Any, known: Any, fault: str) -> None:
    planted = getattr(planting, fault)(known, np.random.default_rng(1))
    before, after = known.volume(), planted.volume
    spoilt = np.zeros(before.shape, dtype=bool)
    for label in planted.centres:
        radius = planted.amounts[label] if fault == "missing_bone" else planting.SMOOTHED_MM
        spoilt |= np.linalg.norm(places(before) - known.truth.ordered([label]).points[0], axis=-1) <= radius
    assert len(planted.centres) == planting.BALLS
    np.testing.assert_array_equal(after.array[~spoilt], before.array[~spoilt])
    if fault == "missing_bone":
        assert after.array[spoilt].max() <= np.percentile(before.array, 2)
    else:
        assert after.array[spoilt].std() < 0.5 * before.array[spoilt].std()
        assert after.array[spoilt].mean() == pytest.approx(before.array[spoilt].mean(), rel=0.02)


@pytest.mark.parametrize("fault", ["missing_bone", "smoothed_region"])
def test_landmarks_within_a_ball_are_concerned_and_no_others(planting: Any, known: Any, fault: str) -> None:
    planted = getattr(planting, fault)(known, np.random.default_rng(2))
    same = planted.volume.array == known.volume().array
    index = np.round(known.truth.points / SPACING).astype(int)
    changed = {label for label, at in zip(known.truth.labels, index, strict=True) if not same[tuple(at)]}
    assert set(planted.amounts) == changed
    assert set(planted.centres) < changed


def test_a_cut_scan_lacks_the_landmarks_beyond_its_end(planting: Any, known: Any) -> None:
    for seed in range(6):
        planted = planting.cut_view(known, np.random.default_rng(seed))
        index = planted.volume.to_index(known.truth.points)
        inside = ((index > -0.5) & (index < np.array(planted.volume.shape) - 0.5)).all(1)
        there = {label for label, here in zip(known.truth.labels, inside, strict=True) if here}
        assert set(planted.amounts) == set(known.truth.labels) - there
        share = 1 - planted.volume.array.size / known.volume().array.size
        assert planting.CUTS[0] - 0.03 < share < planting.CUTS[1] + 0.03


def test_so_many_points_are_moved_by_what_is_told(planting: Any, known: Any) -> None:
    given, away = planting.moved_points(known.truth, np.random.default_rng(3))
    moved = np.linalg.norm(given.points - known.truth.points, axis=1)
    assert (moved > 0).sum() == len(away) == planting.MOVED
    for label, mm in away.items():
        assert planting.MOVED_MM[0] <= mm <= planting.MOVED_MM[1]
        assert moved[known.truth.labels.index(label)] == pytest.approx(mm)


def test_a_wrong_pose_is_too_far_off_for_a_start(planting: Any, known: Any) -> None:
    centre = known.truth.points.mean(0)
    pose, degrees = planting.wrong_pose(centre, np.random.default_rng(4))
    turn, shift = pose[:3, :3], pose[:3, :3] @ centre + pose[:3, 3] - centre
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(degrees)
    assert planting.TURN_DEGREES[0] <= degrees <= planting.TURN_DEGREES[1]
    assert planting.SHIFT_MM[0] <= np.linalg.norm(shift) <= planting.SHIFT_MM[1]


def test_the_same_seed_plants_the_same_faults(planting: Any, known: Any) -> None:
    first, again, other = (planting.missing_bone(known, np.random.default_rng(s)) for s in (7, 7, 8))
    assert first.amounts == again.amounts
    np.testing.assert_array_equal(first.volume.array, again.volume.array)
    assert first.amounts != other.amounts
