import numpy as np
import pytest

from craniomark.tasks.shape.sampler import SAMPLERS, nearest_real, sampler_of

RNG = np.random.default_rng(0)
TWO_PARTS = np.concatenate([RNG.normal(-4, 0.3, (20, 1)), RNG.normal(4, 0.3, (20, 1))])
SCORES = np.hstack([TWO_PARTS, RNG.normal(0, 1, (40, 1))])


def drawn(name: str, count: int = 400) -> np.ndarray:
    sampler = sampler_of(name, SCORES - SCORES.mean(0))
    return np.array([sampler.draw(np.random.default_rng([0, n])) for n in range(count)])


@pytest.mark.parametrize("name", SAMPLERS)
def test_new_shapes_vary_as_the_real_ones(name):
    assert np.allclose(drawn(name).std(0), SCORES.std(0), rtol=0.25)


def test_mixture_and_kernels_keep_two_groups_apart_and_a_gaussian_does_not():
    between = {name: (np.abs(drawn(name)[:, 0]) < 2).mean() for name in SAMPLERS}
    assert between["Gaussian"] > 0.2 > 0.05 > max(between["Mixture"], between["KDE"])


def test_names_are_known_in_any_case():
    assert np.array_equal(drawn("kde", 5), drawn("KDE", 5))


def test_an_unknown_name_and_too_many_parts_are_refused():
    with pytest.raises(ValueError, match="one of Gaussian, Mixture, KDE"):
        sampler_of("uniform", SCORES)
    with pytest.raises(ValueError, match="1 to 20 parts"):
        sampler_of("mixture", SCORES, parts=30)


def test_the_nearest_is_told_in_standard_deviations():
    real = np.array([[0.0, 1.0], [3.0, 0.0]])
    assert nearest_real(np.array([0.0, 0.0]), real, np.array([10.0, 0.1])) == 1
