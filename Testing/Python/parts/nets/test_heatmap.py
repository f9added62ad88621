"""Spatial means: exact places in millimetres, for every activation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from craniomark.parts.nets.heatmap import ACTIVATIONS, SpatialMean, map_weights

SHAPE = (6, 9, 7)
MATRIX = np.array([[0.0, -0.5, 0.0, 3.0], [0.4, 0.0, 0.0, -7.0], [0.0, 0.0, 0.7, 20.0], [0, 0, 0, 1]])


def maps(*places: tuple[int, int, int], height: float = 60.0) -> torch.Tensor:
    """One map per place, with a peak there; shape (1, L, N)."""
    values = torch.zeros(1, len(places), *SHAPE)
    for number, place in enumerate(places):
        values[0, number][place] = height
    return values.flatten(2)


def mm(*place: float) -> np.ndarray:
    return MATRIX[:3, :3] @ np.array(place) + MATRIX[:3, 3]


@given(st.tuples(*(st.integers(0, n - 1) for n in SHAPE)))
def test_a_peak_lies_at_its_voxel_in_mm_and_has_no_variance(place: tuple[int, int, int]) -> None:
    found = SpatialMean(SHAPE, MATRIX)(maps(place))
    np.testing.assert_allclose(found.points[0, 0], mm(*place), atol=1e-4)
    assert float(found.variance) == pytest.approx(0, abs=1e-4)


def test_two_equal_peaks_lie_between_and_have_the_variance_of_their_distance() -> None:
    values = maps((1, 2, 3))
    values = values + maps((4, 6, 3))
    found = SpatialMean(SHAPE, MATRIX)(values)
    half = np.linalg.norm(mm(1, 2, 3) - mm(4, 6, 3)) / 2
    np.testing.assert_allclose(found.points[0, 0], (mm(1, 2, 3) + mm(4, 6, 3)) / 2, atol=1e-4)
    assert float(found.variance) == pytest.approx(half**2, rel=1e-4)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "relu"])
def test_a_map_moved_by_voxels_moves_the_point_by_their_mm(activation: str) -> None:
    torch.manual_seed(1)
    blob = torch.full((1, 1, *SHAPE), -60.0)
    blob[..., 1:4, 2:5, 1:4] = torch.randn(3, 3, 3) + 1
    moved = torch.roll(blob, (2, 3, 1), dims=(2, 3, 4))
    mean = SpatialMean(SHAPE, MATRIX)
    first, second = (mean(v.flatten(2), activation).points[0, 0] for v in (blob, moved))
    np.testing.assert_allclose(second - first, MATRIX[:3, :3] @ [2, 3, 1], atol=1e-3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_weights_sum_to_one_whatever_the_values(activation: str) -> None:
    values = 30 * torch.randn(2, 3, 50, generator=torch.Generator().manual_seed(2))
    prior = torch.randn(3, 50, generator=torch.Generator().manual_seed(3)).log_softmax(-1)
    for given_prior in (None, prior):
        torch.testing.assert_close(map_weights(values, activation, given_prior).sum(-1), torch.ones(2, 3))  # type: ignore[arg-type]


def test_each_activation_weighs_as_it_says() -> None:
    values = torch.tensor([0.0, 1.0, -2.0])
    exponential = [1, math.e, math.exp(-2)]
    logistic = [1 / (1 + math.exp(-v)) for v in (0, 1, -2)]
    wanted = {
        "softmax": [e / sum(exponential) for e in exponential],
        "sigmoid": [s / sum(logistic) for s in logistic],
        "relu": [0.0, 1.0, 0.0],
        "linear": [(1 + v + 1 / 3) / 3 for v in (0, 1, -2)],
    }
    for activation, weights in wanted.items():
        torch.testing.assert_close(map_weights(values, activation), torch.tensor(weights), atol=1e-5, rtol=0)  # type: ignore[arg-type]


def test_a_map_that_relu_puts_out_is_even_and_still_has_a_place() -> None:
    found = SpatialMean(SHAPE, MATRIX)(torch.full((1, 1, math.prod(SHAPE)), -5.0), "relu")
    np.testing.assert_allclose(found.points[0, 0], mm(*((n - 1) / 2 for n in SHAPE)), atol=1e-4)


def test_linear_weights_may_be_negative_and_have_a_spread_all_the_same() -> None:
    values = maps((0, 0, 0), height=-3 * math.prod(SHAPE)).requires_grad_()
    found = SpatialMean(SHAPE, MATRIX)(values, "linear")
    assert float(found.variance.detach()) > 0
    found.points.sum().backward()
    assert values.grad is not None
    assert bool(torch.isfinite(values.grad).all())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_flat_maps_lie_where_the_landmark_is_expected(activation: str) -> None:
    mean = SpatialMean(SHAPE, MATRIX, [mm(2.5, 4, 3)], prior_mm=0.3)
    found = mean(torch.zeros(1, 1, math.prod(SHAPE)), activation)
    np.testing.assert_allclose(found.points[0, 0], mm(2.5, 4, 3), atol=0.05)


def test_the_blend_goes_from_one_activation_to_the_other() -> None:
    values = maps((1, 2, 3), height=3.0)
    mean = SpatialMean(SHAPE, MATRIX)
    at = {b: mean(values, "softmax", "linear", b).points for b in (0.0, 0.25, 1.0)}
    torch.testing.assert_close(at[0.0], mean(values, "linear").points)
    torch.testing.assert_close(at[1.0], mean(values, "softmax").points)
    torch.testing.assert_close(at[0.25], torch.lerp(at[0.0], at[1.0], 0.25))


def test_another_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="'tanh': give one of softmax"):
        map_weights(torch.zeros(3), "tanh")  # type: ignore[arg-type]
