"""The template's frame: midplane at x = 0, axes and size of the data set, landmarks at their mean."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from synthetic_cohort import MIDDLE, SIDES, animal, own_pose

from craniomark.flows.template.definitions import described
from craniomark.flows.template.frame import Frame, template_frame
from craniomark.ground.geometry import apply, centroid_size, rotation_angle_degrees, scale_of, similarity_fit

seeds = st.integers(0, 2**32 - 1)
LEFT, RIGHT, MIDLINE = np.arange(SIDES), np.arange(SIDES, 2 * SIDES), np.arange(2 * SIDES, 2 * SIDES + MIDDLE)


def shapes(count: int = 6, tilt: np.ndarray | None = None, own: float = 0.1) -> np.ndarray:
    """Landmarks of several animals, all tilted alike."""
    tilt = np.eye(3) if tilt is None else tilt
    return np.array([apply(own_pose(s), animal(s, own).centres) @ tilt.T for s in range(count)])


@pytest.fixture(scope="module")
def frame() -> Frame:
    return template_frame(shapes())


def test_left_and_right_are_found_and_mirror_at_x_0(frame: Frame) -> None:
    assert {frozenset(pair) for pair in frame.structure.pairs} == {
        frozenset(pair) for pair in zip(LEFT.tolist(), RIGHT.tolist(), strict=True)
    }
    assert set(frame.structure.midline) == set(MIDLINE.tolist())
    np.testing.assert_allclose(abs(frame.structure.normal[0]), 1, atol=1e-4)
    assert abs(frame.structure.point @ frame.structure.normal) < 1e-3
    assert np.abs(frame.mean[LEFT] * [-1, 1, 1] - frame.mean[RIGHT]).max() < 0.3
    assert np.abs(frame.mean[MIDLINE, 0]).max() < 0.15


def test_the_origin_is_the_centroid_on_the_midplane(frame: Frame) -> None:
    np.testing.assert_allclose(frame.mean.mean(0)[1:], 0, atol=1e-3)
    assert abs(frame.mean.mean(0)[0]) < 0.1


def test_left_stays_left_and_anterior_stays_anterior(frame: Frame) -> None:
    assert (frame.mean[LEFT, 0] > 0).all()
    turn = similarity_fit(animal(0, 0.0).centres, frame.mean)
    assert rotation_angle_degrees(turn[:3, :3] / scale_of(turn), np.eye(3)) < 5


@settings(max_examples=10)
@given(seeds)
def test_a_tilted_data_set_is_set_upright_by_the_smallest_turn(seed: int) -> None:
    axis = np.random.default_rng(seed).normal(size=3)
    tilt = Rotation.from_rotvec(np.radians(25) * axis / np.linalg.norm(axis)).as_matrix()
    found = template_frame(shapes(3, tilt))
    np.testing.assert_allclose(abs(found.structure.normal[0]), 1, atol=1e-4)
    turn = similarity_fit(shapes(3, tilt).mean(0), found.mean)[:3, :3]
    needed = np.degrees(np.arccos(min(1.0, abs(tilt[0, 0]))))
    assert rotation_angle_degrees(turn / scale_of(turn), np.eye(3)) < needed + 5


@pytest.mark.parametrize("seed", range(4))
def test_without_left_and_right_only_the_origin_moves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lopsided = rng.normal(size=(7, 3)) * [1, 4, 9]
    given = lopsided + 7 + rng.normal(0, 0.02, (5, 7, 3))
    found = template_frame(given)
    assert len(found.structure.pairs) < 3
    assert len(described(found, tuple("abcdefg"))) == 7
    turn = similarity_fit(given.mean(0), found.mean)
    np.testing.assert_allclose(turn[:3, :3], np.eye(3), atol=0.01)
    np.testing.assert_allclose(found.mean.mean(0), 0, atol=1e-9)


def test_the_mean_has_the_mean_size(frame: Frame) -> None:
    sizes = [centroid_size(shape) for shape in shapes()]
    assert centroid_size(frame.mean) == pytest.approx(np.mean(sizes), rel=1e-3)


def test_specimens_come_to_the_mean(frame: Frame) -> None:
    for shape in shapes():
        placed = apply(frame.pose_of(shape), shape)
        assert np.linalg.norm(placed - frame.mean, axis=1).mean() < 0.2


def test_missing_landmarks_do_not_move_the_frame(frame: Frame) -> None:
    holed = shapes()
    holed[0, 3] = holed[4, 9] = np.nan
    found = template_frame(holed)
    assert np.isfinite(found.mean).all()
    assert np.linalg.norm(found.mean - frame.mean, axis=1).max() < 0.15
    assert np.isfinite(frame.pose_of(holed[0])).all()


def test_words_tell_side_partner_and_place(frame: Frame) -> None:
    labels = tuple(f"L{n}" for n in range(len(frame.mean)))
    words = described(frame, labels)
    assert tuple(words) == labels
    assert words["L0"].startswith(f"left, mirrors L{RIGHT[0]}; ")
    assert words[f"L{RIGHT[0]}"].startswith("right, mirrors L0; ")
    assert words[f"L{MIDLINE[0]}"].startswith("midline; ")
    front, top = int(frame.mean[:, 1].argmin()), int(frame.mean[:, 2].argmax())
    assert "0 % of the landmarks' length from the front" in words[f"L{front}"]
    assert "100 % of their height from below" in words[f"L{top}"]
