import numpy as np
import pytest

from craniomark.tasks.segment.targets import signed_distance, signed_tanh


def test_distance_is_in_mm_positive_inside_with_the_border_between_voxels() -> None:
    mask = np.zeros((12, 5, 5), dtype=bool)
    mask[:6] = True
    found = signed_distance(mask, (0.5, 1.0, 1.0))[:, 2, 2]
    assert found == pytest.approx(0.5 * (5.5 - np.arange(12)))


def test_tanh_bounds_it_and_keeps_its_sign() -> None:
    mask = np.random.default_rng(0).random((6, 6, 6)) < 0.3
    found = signed_tanh(mask, (1, 1, 1), 2.0)
    assert np.array_equal(found > 0, mask) and np.abs(found).max() < 1
    assert signed_tanh(np.zeros((3, 3, 3), bool), (1, 1, 1), 1).max() == -1
    with pytest.raises(ValueError, match="width is 0"):
        signed_tanh(mask, (1, 1, 1), 0)
