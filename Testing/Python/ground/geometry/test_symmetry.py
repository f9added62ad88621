"""Symmetry: structure from points alone, the annotation noise it implies, and handedness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from craniomark.ground.geometry import (
    BilateralStructure,
    annotation_noise,
    apply,
    asymmetry,
    directional_asymmetry_sign,
    find_bilateral_structure,
    generalised_procrustes,
    random_rotations,
)

seeds = st.integers(0, 2**32 - 1)
PAIRS, MIDLINE = 14, 6


def skull(rng: np.random.Generator) -> np.ndarray:
    """Symmetric points about x = 0: left 0..13, right 14..27, midline 28..33."""
    left = rng.uniform([0.8, -10, -4], [5, 10, 4], size=(PAIRS, 3))
    midline = rng.uniform([0, -10, -4], [0, 10, 4], size=(MIDLINE, 3))
    return np.vstack([left, left * [-1, 1, 1], midline])


def sides(structure: BilateralStructure) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in structure.pairs}


def posed(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(points @ random_rotations(1, rng)[0].T + rng.normal(size=3) * 20)


def known_structure(points: np.ndarray) -> BilateralStructure:
    pairs = tuple((i, i + PAIRS) for i in range(PAIRS))
    midline = tuple(range(2 * PAIRS, 2 * PAIRS + MIDLINE))
    return BilateralStructure(pairs, midline, (), np.array([1.0, 0, 0]), np.zeros(3), points)


@settings(max_examples=20)
@given(seeds)
def test_pairs_and_midline_are_found_in_any_pose(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = posed(skull(rng) + rng.normal(size=(2 * PAIRS + MIDLINE, 3)) * 0.01, rng)
    found = find_bilateral_structure(points)
    assert sides(found) == {frozenset((i, i + PAIRS)) for i in range(PAIRS)}
    assert found.midline == tuple(range(2 * PAIRS, 2 * PAIRS + MIDLINE))
    assert found.unpaired == ()
    np.testing.assert_allclose(found.mirrored(points), points, atol=0.15)


@settings(max_examples=10)
@given(seeds)
def test_normal_points_to_the_first_of_each_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = posed(skull(rng), rng)
    found = find_bilateral_structure(points)
    assert np.linalg.norm(found.normal) == pytest.approx(1)
    for i, j in found.pairs:
        assert (points[i] - points[j]) @ found.normal > 0


def test_mirroring_twice_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    points = posed(skull(rng), rng)
    found = find_bilateral_structure(points)
    anything = rng.normal(size=(4, *points.shape))
    np.testing.assert_allclose(found.mirrored(found.mirrored(anything)), anything, atol=1e-9)


def test_lone_and_missing_points_stay_unpaired() -> None:
    rng = np.random.default_rng(1)
    points = np.vstack([skull(rng), [[4.5, 14.0, 6.0]], [[np.nan] * 3]])
    found = find_bilateral_structure(points)
    assert found.unpaired == (len(points) - 2, len(points) - 1)
    assert found.partner[-1] == -1
    assert np.isnan(found.mirrored(points)[-2:]).all()


def test_points_without_symmetry_are_refused() -> None:
    points = np.random.default_rng(3).uniform(-1, 1, size=(20, 3)) * [3, 2, 1]
    with pytest.raises(ValueError, match="no left and right"):
        find_bilateral_structure(points, tolerance=0.05)


def test_three_points_are_refused() -> None:
    with pytest.raises(ValueError, match="3 are present"):
        find_bilateral_structure(np.eye(3))


@given(seeds)
def test_parts_add_up_and_mirror_as_they_should(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = skull(rng)
    structure = known_structure(base)
    points = posed(base + rng.normal(size=base.shape) * 0.1, rng)
    split = asymmetry(points, structure)
    np.testing.assert_allclose(split.symmetric + split.asymmetric, points, atol=1e-9)
    np.testing.assert_allclose(asymmetry(split.symmetric, structure).asymmetric, 0, atol=1e-7)


@given(seeds)
def test_symmetric_shape_has_no_asymmetry(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = skull(rng)
    np.testing.assert_allclose(asymmetry(posed(base, rng), known_structure(base)).asymmetric, 0, atol=1e-8)


def test_noise_that_was_added_is_measured() -> None:
    rng = np.random.default_rng(4)
    base = skull(rng)
    noise = rng.normal(size=(80, *base.shape)) * 0.1
    noise[:, 0] *= 3
    noise[:, PAIRS] *= 3
    found = annotation_noise([posed(base + e, rng) for e in noise], known_structure(base))
    paired = noise[:, : 2 * PAIRS]
    # Six numbers of 3 x 34 go into the superimposition.
    assert found.rms_mm == pytest.approx(np.sqrt(np.mean(np.sum(paired**2, axis=2))), rel=0.1)
    assert found.mean_mm == pytest.approx(np.linalg.norm(paired, axis=2).mean(), rel=0.1)
    assert found.per_point_rms_mm[0] == pytest.approx(3 * found.per_point_rms_mm[1], rel=0.3)
    assert np.isnan(found.per_point_rms_mm[2 * PAIRS :]).all()


def test_directional_asymmetry_is_no_noise() -> None:
    rng = np.random.default_rng(5)
    base = skull(rng)
    lopsided = base.copy()
    lopsided[:PAIRS] += rng.normal(size=(PAIRS, 3)) * 0.3
    shapes = [posed(lopsided + rng.normal(size=base.shape) * 0.01, rng) for _ in range(20)]
    assert annotation_noise(shapes, known_structure(base)).rms_mm < 0.05


def test_missing_points_leave_the_noise_of_the_rest() -> None:
    rng = np.random.default_rng(6)
    base = skull(rng)
    shapes = np.array([base + rng.normal(size=base.shape) * 0.1 for _ in range(30)])
    shapes[:, 3] = np.nan
    found = annotation_noise(shapes, known_structure(base))
    assert np.isnan(found.per_point_rms_mm[[3, 3 + PAIRS]]).all()
    assert found.rms_mm == pytest.approx(0.1 * np.sqrt(3), rel=0.15)


def test_mirrored_specimens_disagree_with_the_cohort() -> None:
    rng = np.random.default_rng(7)
    base = skull(rng)
    structure = known_structure(base)
    lopsided = base + rng.normal(size=base.shape) * 0.2
    shapes = np.array([posed(lopsided + rng.normal(size=base.shape) * 0.1, rng) for _ in range(12)])
    flipped = [2, 9]
    shapes[flipped] = [posed(structure.mirrored(shapes[i]), rng) for i in flipped]
    agreement = directional_asymmetry_sign(shapes, structure)
    assert (agreement[flipped] < -0.3).all()
    assert (np.delete(agreement, flipped) > 0.3).all()


def test_two_specimens_say_nothing_of_handedness() -> None:
    base = skull(np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least three"):
        directional_asymmetry_sign([base, base], known_structure(base))


def test_mouse_cts_show_23_pairs_and_9_midline_points(mouse_cts: np.ndarray) -> None:
    found = find_bilateral_structure(generalised_procrustes(mouse_cts).mean)
    assert (len(found.pairs), len(found.midline), found.unpaired) == (23, 9, ())
    assert abs(found.normal[0]) > 0.99
    noise = annotation_noise(mouse_cts, found)
    assert noise.mean_mm == pytest.approx(0.098, abs=0.005)
    assert noise.rms_mm == pytest.approx(0.119, abs=0.005)


def test_a_flipped_ct_stands_against_the_others(mouse_cts: np.ndarray) -> None:
    structure = find_bilateral_structure(generalised_procrustes(mouse_cts).mean)
    before = directional_asymmetry_sign(mouse_cts, structure)
    clearest = int(np.argmax(before))
    flipped = mouse_cts.copy()
    flipped[clearest] = structure.mirrored(mouse_cts[clearest])
    after = directional_asymmetry_sign(flipped, structure)
    assert after[clearest] == pytest.approx(-before[clearest], abs=0.05)
    assert (np.delete(after, clearest) > 0).all()


def test_structure_of_one_ct_is_that_of_the_mean(mouse_cts: np.ndarray) -> None:
    of_mean = find_bilateral_structure(generalised_procrustes(mouse_cts).mean)
    for shape in mouse_cts[:3]:
        assert sides(find_bilateral_structure(shape)) == sides(of_mean)


def test_strains_show_21_pairs_and_9_midline_points(strains: np.ndarray) -> None:
    found = find_bilateral_structure(generalised_procrustes(strains).mean)
    assert (len(found.pairs), len(found.midline), found.unpaired) == (21, 9, ())
    assert annotation_noise(strains, found).mean_mm == pytest.approx(0.09, abs=0.015)


def test_a_flipped_strain_is_noticed(strains: np.ndarray) -> None:
    structure = find_bilateral_structure(generalised_procrustes(strains).mean)
    assert (directional_asymmetry_sign(strains, structure) > 0).all()
    flipped = strains.copy()
    flipped[3] = apply(np.diag([-1.0, 1, 1, 1]), strains[3])[structure.partner]
    agreement = directional_asymmetry_sign(flipped, structure)
    assert agreement[3] < -0.3
    assert (np.delete(agreement, 3) > 0).all()
