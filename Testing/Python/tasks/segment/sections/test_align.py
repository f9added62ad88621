"""Sections out of place are found and brought in line, and labels come back to the voxel."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from craniomark.tasks.segment.sections.align import AlignSettings, align
from craniomark.tasks.segment.sections.alignment import STEEPEST, Alignment, Placed, side_of
from craniomark.tasks.segment.sections.pairs import correlation, pair_shift, shifted


@pytest.fixture(scope="module")
def stack() -> np.ndarray:
    """Twelve sections that change slowly."""
    rng = np.random.default_rng(2)
    found = gaussian_filter(rng.normal(size=(72, 64, 12)), (3, 3, 6))
    found *= np.hanning(72)[:, None, None] * np.hanning(64)[None, :, None]
    return np.asarray(found / found.std() * 20 + 100, dtype=np.float32)


def spoilt(stack: np.ndarray, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """The stack with sections shifted, and by how much."""
    rng = np.random.default_rng(seed)
    moves = np.cumsum(np.where(rng.random((12, 1)) < 0.4, rng.choice([-6, -5, 4, 6], (12, 2)), 0), 0)
    cuts = [shifted(stack[:, :, k] - 100, (int(a), int(b))) + 100 for k, (a, b) in enumerate(moves)]
    return np.stack(cuts, -1).astype(np.float32), moves


def labels_like(stack: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 250, stack.shape).astype(np.uint8)


def comes_back(found: Alignment) -> bool:
    labels = np.random.default_rng(0).integers(0, 250, found.shape).astype(np.uint8)
    return bool(np.array_equal(found.restored(found.aligned(labels, labels=True)), labels))


def roughness(stack: np.ndarray) -> float:
    """Difference of a section and the next, root mean square."""
    return float(np.sqrt(np.square(np.diff(stack.astype(np.float64), axis=2)).mean()))


def test_shifts_add_up(stack: np.ndarray) -> None:
    moved, moves = spoilt(stack)
    found = align(moved, AlignSettings(most=16))
    left = np.array([one.shift for one in found.sections]) + moves
    assert np.array_equal(left, np.broadcast_to(left[0], left.shape)) and np.ptp(moves, 0).min() > 3
    assert comes_back(found)
    inner = found.aligned(moved)
    assert roughness(inner) < 0.6 * roughness(moved)


def test_a_stack_in_line_is_left_alone(stack: np.ndarray) -> None:
    found = align(stack, AlignSettings())
    assert {one.shift for one in found.sections} == {(0, 0)}
    assert np.array_equal(found.aligned(stack), stack) and found.aligned_shape == stack.shape


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_any_axis_may_run_across_the_sections(stack: np.ndarray, axis: int) -> None:
    moved, _ = spoilt(stack)
    found = align(np.moveaxis(moved, 2, axis), AlignSettings(axis=axis, most=16))
    again = align(moved, AlignSettings(most=16))
    assert [one.shift for one in found.sections] == [one.shift for one in again.sections]
    assert comes_back(found)


def test_missing_sections_are_stepped_over_and_shown_as_their_neighbours(stack: np.ndarray) -> None:
    gone = stack.copy()
    gone[:, :, 5] = 0
    found = align(gone, AlignSettings())
    assert [one.blank for one in found.sections] == [number == 5 for number in range(12)]
    shown = found.aligned(gone)
    assert (
        np.abs(shown[:, :, 5] - stack[:, :, 5]).mean() < 0.1 * np.abs(gone[:, :, 5] - stack[:, :, 5]).mean()
    )
    assert comes_back(found)


def test_a_cracked_section_is_split_and_each_side_put_where_it_belongs(stack: np.ndarray) -> None:
    torn = stack.copy()
    i, j = np.meshgrid(np.arange(72), np.arange(64), indexing="ij")
    side = side_of((1.0, 0.0, 36.0), i, j)
    cut = stack[:, :, 6] - 100
    torn[:, :, 6] = 100 + np.where(side > 0, shifted(cut, (4, 1)), shifted(cut, (-3, 0)))
    found = align(torn, AlignSettings(cracks=True, block=12))
    parts = [one for one in found.sections if one.side]
    assert [(one.source, one.side) for one in parts] == [(6, -1), (6, 1)] and len(found.sections) == 13
    apart = np.subtract(parts[0].shift, parts[1].shift)
    assert np.abs(apart - [7, 1]).max() <= 1
    assert comes_back(found)
    shown = found.aligned(torn)
    assert roughness(shown) < roughness(torn)


def test_bent_sections_are_bent_back_and_labels_still_return_exactly(stack: np.ndarray) -> None:
    i, j = np.meshgrid(np.arange(72.0), np.arange(64.0), indexing="ij")
    bend = 3 * np.sin(i / 72 * np.pi) * np.sin(j / 64 * np.pi)
    bent = stack.copy()
    for k in range(1, 12, 2):
        bent[:, :, k] = map_coordinates(stack[:, :, k], np.stack([i + bend, j]), order=1, mode="nearest")
    found = align(bent, AlignSettings(warp=True, block=12))
    assert sum(bool(one.warp) for one in found.sections) >= 4
    assert comes_back(found)
    assert correlation(*_pair(found.aligned(bent), 5)) > correlation(*_pair(bent, 5))


def _pair(stack: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    one, two = (stack[:, :, k].astype(np.float64) for k in (number, number + 1))
    return one, two


def test_warps_as_steep_as_they_may_be_lose_no_voxel() -> None:
    rng = np.random.default_rng(1)
    field = rng.normal(size=(2, 5, 5))
    steps = (40 - 1) / 4, (36 - 1) / 4
    slopes = [sum(np.abs(np.diff(f, axis=a)).max() / steps[a] for a in (0, 1)) for f in field]
    field *= STEEPEST / max(slopes)
    warp = tuple(tuple(tuple(map(float, row)) for row in part) for part in field)
    found = Alignment((40, 36, 2), 2, (Placed(0, (3, -2), warp=warp), Placed(1)))
    assert comes_back(found)


def test_an_alignment_comes_back_from_its_text(stack: np.ndarray) -> None:
    found = align(spoilt(stack)[0], AlignSettings(most=16, warp=True, cracks=True))
    assert Alignment.from_json(found.to_json()) == found
    for text in ("{}", '{"schema": 1, "shape": [1, 2, 3], "axis": 0, "sections": [{"x": 1}]}'):
        with pytest.raises(ValueError, match="text is no alignment"):
            Alignment.from_json(text)


def test_places_in_space_stay(stack: np.ndarray) -> None:
    moved, _ = spoilt(stack)
    found = align(moved, AlignSettings(most=16))
    matrix = np.diag([0.1, 0.2, 0.3, 1.0])
    first = np.array([*found.first, 0]) * [0.1, 0.2, 0.3]
    assert found.matrix(matrix)[:3, 3] == pytest.approx(first)


def test_arrays_of_another_size_are_refused(stack: np.ndarray) -> None:
    found = align(stack, AlignSettings())
    with pytest.raises(ValueError, match="mask has 3 x 3 x 3 voxels"):
        found.restored(np.zeros((3, 3, 3)))
    with pytest.raises(ValueError, match="stack has 1 section"):
        align(stack[:, :, :1], AlignSettings())
    with pytest.raises(ValueError, match="axis is 3"):
        AlignSettings(axis=3)


def test_noise_alone_has_no_shift() -> None:
    rng = np.random.default_rng(0)
    one = gaussian_filter(rng.normal(size=(50, 50)), 2)
    assert pair_shift(one, one + rng.normal(size=one.shape) * 0.01, 8) == (0, 0)
    assert pair_shift(one, shifted(one, (5, -3)), 8) == (-5, 3)
