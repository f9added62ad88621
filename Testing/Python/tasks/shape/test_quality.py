import numpy as np
import pytest

from craniomark.tasks.shape.pca import fit_particles
from craniomark.tasks.shape.quality import quality

RNG = np.random.default_rng(0)
DIRECTIONS = np.linalg.qr(RNG.normal(size=(90, 3)))[0].T.reshape(3, 30, 3)
SHAPES = RNG.normal(0, 5, (30, 3)) + np.tensordot(RNG.normal(size=(14, 3)) * [6, 3, 1], DIRECTIONS, 1)


def test_more_modes_generalise_better_until_all_is_told():
    found = quality(SHAPES, samples=50)
    assert found.compactness[2] == pytest.approx(1)
    assert (np.diff(found.generalisation[:3]) < 0).all() and found.generalisation[2] < 1e-6
    assert (found.specificity > 0).all()


def test_a_model_is_better_than_the_mean_alone():
    found = quality(SHAPES, samples=20)
    mean = np.mean([np.linalg.norm(one - fit_particles(np.delete(SHAPES, n, 0)).mean, axis=1).mean()
                    for n, one in enumerate(SHAPES)])  # fmt: skip
    assert found.generalisation[0] < mean


def test_too_few_shapes_are_refused():
    with pytest.raises(ValueError, match="at least 4"):
        quality(SHAPES[:3])
