import numpy as np
import pytest

from craniomark.tasks.shape.intensity import IntensitySettings, Look, drawn_look

IMAGE = np.random.default_rng(0).normal(size=(6, 7, 8)).astype(np.float32)


def test_a_look_is_the_same_each_time():
    look = drawn_look(IntensitySettings(True, gamma=0.3, blur=1.0), np.random.default_rng(1))
    assert np.array_equal(look(IMAGE), look(IMAGE)) and not np.allclose(look(IMAGE), IMAGE)


def test_nothing_set_changes_nothing():
    assert np.array_equal(Look(0, 0, 0, 0, 0, 1)(IMAGE), IMAGE)


def test_scale_shift_and_gamma_do_what_they_say():
    assert np.allclose(Look(0.1, 0.5, 0, 0, 0, 1)(IMAGE), 1.1 * IMAGE + 0.5, atol=1e-6)
    bent = Look(0, 0, 0, 0.4, 0, 1)(IMAGE)
    assert bent.min() == pytest.approx(IMAGE.min()) and bent.mean() < IMAGE.mean()


def test_values_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"scale is 1\.5: allowed is 0 to below 1"):
        IntensitySettings(True, scale=1.5)
    with pytest.raises(ValueError, match="noise is -1"):
        IntensitySettings(True, noise=-1)
