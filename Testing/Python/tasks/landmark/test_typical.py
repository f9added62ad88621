"""Typical errors: means drawn to what mirror images, and peaks as wide, let expect."""

import numpy as np
import pytest

from craniomark.tasks.landmark.typical import expected_errors, typical_errors


def uneven(seed: int, specimens: int, scale: np.ndarray) -> np.ndarray:
    return np.random.default_rng(seed).gamma(3, 1 / 3, (specimens, len(scale))) * scale


def test_a_landmarks_typical_error_is_drawn_to_that_of_all_where_it_is_seldom_seen() -> None:
    errors = np.full((30, 2), 0.1)
    errors[:, 1] = np.nan
    errors[0, 1] = 0.9
    often, seldom = typical_errors(errors)
    assert 0.1 < often < 0.13
    assert 0.2 < seldom < 0.8
    np.testing.assert_allclose(typical_errors(np.full((5, 3), 0.2)), 0.2)


def test_a_landmark_is_judged_by_the_errors_of_its_mirror_image_too() -> None:
    errors = uneven(4, 6, np.array([0.12, 0.12, 0.36, 0.36]))
    left, right, worse, worst = typical_errors(errors, [1, 0, 3, 2])
    assert (left, worse) == (right, worst)
    assert worse > 1.5 * left
    np.testing.assert_allclose(typical_errors(errors, range(4)), typical_errors(errors))


def test_wide_peaks_let_expect_large_errors() -> None:
    widths = np.linspace(0.02, 0.2, 12)
    expected = expected_errors(uneven(1, 40, 1.5 * widths), np.tile(widths, (40, 1)))
    np.testing.assert_allclose(expected, 1.5 * widths, rtol=0.25)


def test_widths_tell_more_than_means_of_a_few_specimens() -> None:
    """The null: errors that are only averaged, or all expected alike, are farther from the truth."""
    truth = np.linspace(0.05, 0.3, 60)
    errors, widths = uneven(2, 4, truth), np.tile(truth / 3, (4, 1))
    off = [np.abs(np.log(t / truth)).mean() for t in (
        typical_errors(errors, widths=widths), typical_errors(errors), errors.mean(0)
    )]  # fmt: skip
    assert off[0] < 0.9 * min(off[1:])


def test_one_bad_specimen_tells_little() -> None:
    errors = np.full((8, 5), 0.1)
    errors[0, 2] = 0.9
    assert typical_errors(errors)[2] < 0.2


@pytest.mark.parametrize("widths", [np.full((3, 4), 0.1), np.zeros((3, 4))])
def test_widths_that_are_all_alike_tell_nothing(widths: np.ndarray) -> None:
    errors = uneven(3, 3, np.array([0.1, 0.1, 0.2, 0.2]))
    np.testing.assert_allclose(typical_errors(errors, widths=widths), typical_errors(errors))


def test_a_landmark_that_was_never_seen_is_expected_to_err_by_its_width() -> None:
    errors, widths = uneven(5, 20, np.array([0.1, 0.2, 0.3])), np.tile([0.1, 0.2, 0.3], (20, 1))
    errors[:, 2] = np.nan
    found = typical_errors(errors, widths=widths)
    assert np.isfinite(found).all()
    assert found[2] > found[1]
