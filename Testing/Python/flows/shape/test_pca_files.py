import numpy as np
import pytest

from craniomark.flows.shape.pca_files import read_pca, write_pca
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.pca import fit_particles

SHAPES = np.random.default_rng(0).normal(size=(6, 8, 3))
MODEL = fit_particles(SHAPES)


def test_a_model_comes_back(tmp_path):
    write_pca(tmp_path, MODEL.kept(3), MODEL.kept(3).scores(SHAPES))
    model, scores = read_pca(tmp_path)
    assert np.allclose(model.modes, MODEL.modes[:3], atol=1e-6)
    assert np.allclose(scores, MODEL.scores(SHAPES)[:, :3], atol=1e-6)


def test_modes_of_a_larger_model_before_are_gone(tmp_path):
    write_pca(tmp_path, MODEL, MODEL.scores(SHAPES))
    write_pca(tmp_path, MODEL.kept(2), MODEL.kept(2).scores(SHAPES))
    assert sorted(p.name for p in tmp_path.glob("pcamode*")) == ["pcamode0.particles", "pcamode1.particles"]


def test_scores_that_older_versions_wrote_as_an_array_are_read(tmp_path):
    write_pca(tmp_path, MODEL, MODEL.scores(SHAPES))
    (tmp_path / "original_PCA_scores.particles").unlink()
    np.save(tmp_path / "original_PCA_scores.npy", MODEL.scores(SHAPES))
    assert read_pca(tmp_path)[1].shape == (6, 5)


def test_a_pickled_array_is_not_read(tmp_path):
    write_pca(tmp_path, MODEL, MODEL.scores(SHAPES))
    (tmp_path / "original_PCA_scores.particles").unlink()
    np.save(tmp_path / "original_PCA_scores.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no plain array"):
        read_pca(tmp_path)


def test_a_mode_without_variance_is_refused(tmp_path):
    write_pca(tmp_path, MODEL, MODEL.scores(SHAPES))
    (tmp_path / "eigenvalues.txt").write_text("1\n0.5\n0\n0\n0\n")
    with pytest.raises(InputError, match=r"eigenvalues\.txt: variance is zero for mode 2"):
        read_pca(tmp_path)
