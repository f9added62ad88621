import numpy as np
import pytest

from craniomark.tasks.shape.pca import fit_particles

RNG = np.random.default_rng(0)
MEAN = RNG.normal(0, 5, (40, 3))
DIRECTIONS = np.linalg.qr(RNG.normal(size=(120, 2)))[0].T.reshape(2, 40, 3)
SCORES = RNG.normal(size=(12, 2)) * [4, 1]
SHAPES = MEAN + np.tensordot(SCORES, DIRECTIONS, 1)


def test_shapes_come_back_from_their_scores():
    model = fit_particles(SHAPES)
    assert len(model.modes) == 2
    assert np.allclose(model.shapes(model.scores(SHAPES)), SHAPES)
    assert model.scores(SHAPES[0]).shape == (2,) and model.shapes(model.scores(SHAPES[0])).shape == (40, 3)


def test_variances_are_those_of_the_scores_and_modes_hold_shares():
    model = fit_particles(SHAPES)
    assert np.allclose(model.scores(SHAPES).var(axis=0, ddof=1), model.variances)
    assert model.compactness[-1] == pytest.approx(1) and model.modes_for(0.5) == 1 and model.modes_for(1) == 2


def test_the_sign_of_a_mode_does_not_hang_on_the_order():
    assert np.allclose(fit_particles(SHAPES).modes, fit_particles(SHAPES[::-1]).modes)


@pytest.mark.parametrize(("shapes", "words"), [(SHAPES[:2], "at least 3"), (SHAPES[[0, 0, 0]], "differ")])
def test_what_makes_no_model_is_refused(shapes, words):
    with pytest.raises(ValueError, match=words):
        fit_particles(shapes)
