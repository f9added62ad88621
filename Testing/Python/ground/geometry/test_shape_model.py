"""Shape model: modes, projection, gaps, and each landmark from the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from craniomark.ground.geometry import (
    ShapeModel,
    apply,
    fit_shape_model,
    generalised_procrustes,
    procrustes_distance,
    random_rotations,
)

seeds = st.integers(0, 2**32 - 1)


def true_model(rng: np.random.Generator, n: int = 15, modes: int = 3, noise: float = 0.05) -> ShapeModel:
    """Model whose modes neither move, turn nor scale the mean."""
    mean = rng.normal(size=(n, 3)) * [5, 9, 4]
    mean -= mean.mean(axis=0)
    turns = [np.cross(axis, mean).ravel() for axis in np.eye(3)]
    shifts = [np.tile(axis, n) for axis in np.eye(3)]
    basis = np.linalg.qr(np.array([*turns, *shifts, mean.ravel(), *rng.normal(size=(modes, 3 * n))]).T)[0]
    kept = basis.T[7:].reshape(modes, n, 3)
    return ShapeModel(mean, kept, np.array([4.0, 2.0, 1.0])[:modes], np.full(n, noise))


def drawn(model: ShapeModel, rng: np.random.Generator, n: int) -> np.ndarray:
    scores = rng.normal(size=(n, len(model.modes))) * np.sqrt(model.variances)
    clean = model.mean + np.einsum("sm,mnc->snc", scores, model.modes)
    return np.asarray(clean + rng.normal(size=clean.shape) * model.residual_sd[:, None])


def pose(rng: np.random.Generator) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rng.uniform(0.7, 1.4) * random_rotations(1, rng)[0]
    matrix[:3, 3] = rng.normal(size=3) * 30
    return matrix


def test_modes_variances_and_noise_are_found() -> None:
    rng = np.random.default_rng(1)
    truth = true_model(rng)
    found = fit_shape_model(drawn(truth, rng, 400), 3)
    np.testing.assert_allclose(found.mean, truth.mean, atol=0.15)
    np.testing.assert_allclose(found.variances, truth.variances, rtol=0.25)
    np.testing.assert_allclose(found.residual_sd, truth.residual_sd, rtol=0.25)
    subspace = np.linalg.svd(found.modes.reshape(3, -1) @ truth.modes.reshape(3, -1).T, compute_uv=False)
    assert subspace.min() > 0.99


@given(seeds)
def test_modes_are_orthonormal_and_ordered(seed: int) -> None:
    shapes = np.random.default_rng(seed).normal(size=(9, 6, 3))
    found = fit_shape_model(shapes, 5)
    flat = found.modes.reshape(5, -1)
    np.testing.assert_allclose(flat @ flat.T, np.eye(5), atol=1e-9)
    assert (np.diff(found.variances) <= 0).all()


def test_residual_is_that_of_shapes_left_out() -> None:
    rng = np.random.default_rng(0)
    pure_noise = rng.normal(size=(10, 20, 3))
    found = fit_shape_model(pure_noise, 8)
    # The shapes in sample would leave almost nothing to 8 modes of 10 shapes.
    assert found.residual_sd.mean() > 0.8


def test_no_more_modes_than_leave_a_residual() -> None:
    assert len(fit_shape_model(np.random.default_rng(0).normal(size=(6, 10, 3)), 50).modes) == 4


def test_gaps_are_filled_from_the_model() -> None:
    rng = np.random.default_rng(3)
    truth = true_model(rng)
    whole = drawn(truth, rng, 80)
    holed = whole.copy()
    holed[rng.random(holed.shape[:2]) < 0.1] = np.nan
    found, reference = fit_shape_model(holed, 3), fit_shape_model(whole, 3)
    np.testing.assert_allclose(found.mean, reference.mean, atol=0.05)
    overlap = found.modes.reshape(3, -1) @ reference.modes.reshape(3, -1).T
    assert np.linalg.svd(overlap, compute_uv=False).min() > 0.99


@given(seeds)
def test_shape_of_the_model_is_returned_as_it_came(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    scores = np.sqrt(model.variances) * rng.uniform(-1.5, 1.5, 3)
    points = apply(pose(rng), model.shape(scores))
    np.testing.assert_allclose(model.project(points), points, atol=1e-4)


@given(seeds)
def test_projecting_twice_is_projecting_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    once = model.project(model.mean + rng.normal(size=model.mean.shape) * 0.5)
    np.testing.assert_allclose(model.project(once), once, atol=1e-3)


@given(seeds)
def test_projection_follows_the_pose(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    points, move = model.mean + rng.normal(size=model.mean.shape) * 0.5, pose(rng)
    np.testing.assert_allclose(
        model.project(apply(move, points)), apply(move, model.project(points)), atol=1e-6
    )


@pytest.mark.parametrize("limit_sd", [0.0, 1.0, 3.0])
def test_projection_keeps_scores_within_the_limit(limit_sd: float) -> None:
    model = true_model(np.random.default_rng(4))
    found = model.project(model.shape([10.0, 0, 0]), limit_sd=limit_sd)
    assert procrustes_distance(found, model.shape([2 * limit_sd, 0, 0])) == pytest.approx(0, abs=1e-3)


@given(seeds)
def test_missing_and_distrusted_points_are_reconstructed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    truth = apply(pose(rng), model.shape(np.sqrt(model.variances) * rng.uniform(-1, 1, 3)))
    points, weights = truth.copy(), np.ones(len(truth))
    points[2] = np.nan
    points[5] += 40
    weights[5] = 0
    np.testing.assert_allclose(model.project(points, weights), truth, atol=1e-3)


def test_model_without_modes_projects_onto_its_mean() -> None:
    rng = np.random.default_rng(5)
    model = true_model(rng, modes=0)
    matrix = pose(rng)
    np.testing.assert_allclose(model.project(apply(matrix, model.mean)), apply(matrix, model.mean), atol=1e-9)


def test_too_few_points_to_project_are_refused() -> None:
    model = true_model(np.random.default_rng(0))
    points = np.full(model.mean.shape, np.nan)
    points[:2] = model.mean[:2]
    with pytest.raises(ValueError, match="2 are present"):
        model.project(points)


@given(seeds)
def test_prediction_of_a_landmark_ignores_where_it_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    points = drawn(model, rng, 1)[0]
    moved = points.copy()
    moved[3] += rng.normal(size=3) * 10
    np.testing.assert_allclose(
        model.predict_each_from_others(moved)[3], model.predict_each_from_others(points)[3], atol=1e-9
    )


@given(seeds)
def test_missing_landmark_is_predicted_as_if_it_were_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = true_model(rng)
    points = apply(pose(rng), drawn(model, rng, 1)[0])
    holed = points.copy()
    holed[3] = np.nan
    np.testing.assert_allclose(
        model.predict_each_from_others(holed)[3], model.predict_each_from_others(points)[3], atol=1e-6
    )


def test_misplaced_landmark_stands_out() -> None:
    rng = np.random.default_rng(6)
    model = true_model(rng, n=30)
    points = drawn(model, rng, 1)[0]
    points[7] += [1.0, 0, 0]
    residual = np.linalg.norm(model.predict_each_from_others(points) - points, axis=1)
    assert residual.argmax() == 7


def test_conditional_sd_is_the_spread_of_predictions() -> None:
    rng = np.random.default_rng(7)
    model = true_model(rng, n=40, noise=0.1)
    shapes = drawn(model, rng, 150)
    errors = np.array([model.predict_each_from_others(shape) for shape in shapes]) - shapes
    spread = np.sqrt(np.mean(errors**2, axis=(0, 2)))
    np.testing.assert_allclose(spread.mean(), model.conditional_sd().mean(), rtol=0.1)


def test_arrays_give_the_model_back() -> None:
    model = true_model(np.random.default_rng(0))
    again = ShapeModel.from_arrays(model.to_arrays())
    for name, array in model.to_arrays().items():
        np.testing.assert_array_equal(getattr(again, name), array)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variances": np.ones(2)}, "one variance per mode"),
        ({"modes": np.ones((3, 15, 3))}, "orthonormal"),
        ({"modes": np.ones((3, 4, 3))}, "differ in shape"),
        ({"residual_sd": np.full(15, -1.0)}, "negative"),
        ({"mean": np.full((15, 3), np.nan)}, "finite"),
    ],
)
def test_arrays_that_make_no_model_are_refused(change: dict[str, np.ndarray], sentence: str) -> None:
    arrays = true_model(np.random.default_rng(0)).to_arrays()
    with pytest.raises(ValueError, match=sentence):
        ShapeModel.from_arrays(arrays | change)


def test_absent_array_is_named() -> None:
    arrays = true_model(np.random.default_rng(0)).to_arrays()
    del arrays["modes"]
    with pytest.raises(ValueError, match="'modes'"):
        ShapeModel.from_arrays(arrays)


def test_two_shapes_make_no_model() -> None:
    with pytest.raises(ValueError, match="at least three"):
        fit_shape_model(np.zeros((2, 5, 3)), 1)


def test_left_out_strains_are_predicted_far_better_than_by_the_mean(strains: np.ndarray) -> None:
    from_others, from_mean = [], []
    for i in range(0, len(strains), 6):
        model = fit_shape_model(generalised_procrustes(np.delete(strains, i, axis=0)).aligned, 20)
        mean_only = ShapeModel(model.mean, model.modes[:0], model.variances[:0], model.residual_sd)
        from_others.append(model.predict_each_from_others(strains[i]) - strains[i])
        from_mean.append(mean_only.project(strains[i]) - strains[i])
    others, mean = (np.linalg.norm(e, axis=2).mean() for e in (from_others, from_mean))
    assert others < 0.175
    assert others < 0.85 * mean
