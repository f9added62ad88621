"""Thin-plate spline: as scipy does it, exact at its points, affine where the points are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import RBFInterpolator

from craniomark.ground.geometry import ThinPlateSpline, apply
from craniomark.ground.geometry import thinplate as module

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("smoothing", [0.0, 0.5])
@given(seed=seeds)
def test_same_as_scipy(seed: int, smoothing: float) -> None:
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(15, 3)) * 10
    target, anywhere = source + rng.normal(size=source.shape), rng.normal(size=(20, 3)) * 12
    oracle = RBFInterpolator(source, target, kernel="linear", degree=1, smoothing=smoothing)
    np.testing.assert_allclose(
        ThinPlateSpline(source, target, smoothing)(anywhere), oracle(anywhere), atol=1e-7
    )


@given(seeds)
def test_passes_through_its_points(seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(2, 12, 3)) * 10
    np.testing.assert_allclose(ThinPlateSpline(source, target)(source), target, atol=1e-7)


@given(seeds)
def test_affine_points_give_an_affine_map_without_bending(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3] += rng.normal(size=(3, 4)) * 0.3
    source, anywhere = rng.normal(size=(10, 3)) * 10, rng.normal(size=(4, 5, 3)) * 30
    spline = ThinPlateSpline(source, apply(matrix, source))
    np.testing.assert_allclose(spline(anywhere), apply(matrix, anywhere), atol=1e-6)
    assert spline.bending_energy == pytest.approx(0, abs=1e-6)


def test_smoothing_bends_less() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 20, 3))
    energies = [ThinPlateSpline(source, target, s).bending_energy for s in (0, 0.1, 1, 100)]
    assert energies == sorted(energies, reverse=True)
    assert energies[-1] < energies[0] / 100


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 10, 3))
    spline, anywhere = ThinPlateSpline(source, target), rng.normal(size=(101, 3))
    whole = spline(anywhere)
    monkeypatch.setattr(module, "_CHUNK_ELEMENTS", 70)
    np.testing.assert_allclose(spline(anywhere), whole, rtol=1e-12)


def test_missing_pairs_are_left_out() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 10, 3))
    holed = target.copy()
    holed[4, 2] = np.nan
    kept = np.arange(10) != 4
    np.testing.assert_allclose(
        ThinPlateSpline(source, holed)(source), ThinPlateSpline(source[kept], target[kept])(source)
    )


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (np.eye(3), "3 are present"),
        (np.random.default_rng(0).normal(size=(8, 3)) * [1, 1, 0], "one plane"),
        (np.vstack([np.eye(3), np.zeros((2, 3)), [[1, 2, 3]]]), "coincide"),
    ],
)
def test_points_that_allow_no_spline_are_refused(source: np.ndarray, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ThinPlateSpline(source, source)


def test_negative_smoothing_is_refused() -> None:
    points = np.random.default_rng(0).normal(size=(8, 3))
    with pytest.raises(ValueError, match="negative"):
        ThinPlateSpline(points, points, -1)
