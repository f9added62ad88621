"""Hybrid registration in two dimensions: a known warp, real slices, a network's start, limits, bad input."""

import numpy as np
import pytest
import torch

from craniomark.engine.diffeo.climb import Level
from craniomark.engine.diffeo.register import Recipe
from craniomark.engine.maps import lattice_points
from craniomark.tasks.regnet.hybrid.hyreg import HybridSettings
from craniomark.tasks.regnet.hybrid.slices import hybrid_slices, in_mm, slice_at

SPACING, SHAPE = 0.1, (96, 80)
MATRIX = np.diag([SPACING, SPACING, 1.0])
SETTINGS = HybridSettings(Recipe((Level(0.4, 1.6, 30, 0.08), Level(0.2, 0.8, 30, 0.04)), blocks=None))


def warp(points: torch.Tensor) -> torch.Tensor:
    """A smooth map that moves points by up to 0.4 mm."""
    x, y = points.unbind(-1)
    return points + 0.28 * torch.stack([torch.sin(0.9 * y + 0.4), torch.cos(0.8 * x)], -1)


def brightness(points: torch.Tensor) -> torch.Tensor:
    """Walls about blobs."""
    rng = np.random.default_rng(2)
    centres = torch.as_tensor(rng.uniform(0, 9, (40, 2)), dtype=torch.float32)
    height = torch.exp(-(points[..., None, :] - centres).square().sum(-1) / 0.8).sum(-1)
    return torch.exp(-((height - 0.6) ** 2) / 0.05)


@pytest.fixture(scope="module")
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """Slices with ``moving(x) = fixed(warp(x))``: the map from moving to fixed is the warp."""
    points = lattice_points(SHAPE, MATRIX)
    return brightness(points), brightness(warp(points))


def error_mm(flow: object, pair: tuple[torch.Tensor, torch.Tensor]) -> float:
    points = lattice_points(SHAPE, MATRIX)[8:-8, 8:-8]
    bright = pair[1][8:-8, 8:-8] > 0.3
    return float((flow(points) - warp(points))[bright].norm(dim=-1).mean())  # type: ignore[operator]


def test_a_known_warp_is_found(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    fixed, moving = pair
    found = hybrid_slices(moving, fixed[None], SPACING, settings=SETTINGS)[0]
    assert error_mm(found.flow, pair) < 0.25 * error_mm(lambda points: points, pair)
    assert found.report.after > found.report.before + 0.2 and found.report.folding_percent == 0
    assert found.report.inverse_mm < 0.02 < found.report.moved_mm
    assert found.report.ended in ("converged", "last step") and found.report.steps > 0


def test_a_start_is_gone_on_from(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    fixed, moving = pair
    begun = hybrid_slices(moving, fixed[None], SPACING, settings=SETTINGS)[0]
    edges = torch.tensor(begun.flow.matrix.diagonal()[:2].tolist())
    steps = begun.flow.vectors / edges[:, None, None]
    kept = hybrid_slices(moving, fixed[None], SPACING, steps[None], SETTINGS.with_steps(0))[0]
    assert kept.report.steps == 0 and kept.report.before == pytest.approx(begun.report.after, abs=0.02)
    assert error_mm(kept.flow, pair) < 0.3 * error_mm(lambda points: points, pair)


def test_pairs_of_a_batch_do_not_touch_one_another(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    fixed, moving = pair
    together = hybrid_slices(moving, torch.stack([moving, fixed]), SPACING, settings=SETTINGS)
    assert together[0].report.moved_mm < 0.02
    assert error_mm(together[1].flow, pair) < 0.25 * error_mm(lambda points: points, pair)


def test_the_limit_ends_it(pair: tuple[torch.Tensor, torch.Tensor]) -> None:
    ticks = iter(float(n) for n in range(10_000))
    late = HybridSettings(SETTINGS.recipe, limit_s=5.0)
    found = hybrid_slices(pair[1], pair[0][None], SPACING, settings=late, clock=lambda: next(ticks))[0]
    assert found.report.ended == "time limit" and 0 < found.report.steps < 10


@pytest.mark.parametrize(
    ("shape", "moving", "spacing", "words"),
    [
        ((96, 80), (1, 96, 81), 0.1, "give \\(H, W\\)"),
        ((4, 80), (1, 4, 80), 0.1, "8 or more"),
        ((96, 80), (1, 96, 80), 0.0, "above 0"),
    ],
)
def test_what_does_not_fit_is_refused(shape, moving, spacing, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=words):
        hybrid_slices(torch.rand(shape), torch.rand(moving), spacing)


def test_values_that_are_not_finite_and_foreign_starts_are_refused(
    pair: tuple[torch.Tensor, torch.Tensor],
) -> None:
    with pytest.raises(ValueError, match="not finite"):
        hybrid_slices(pair[0] * float("nan"), pair[1][None], SPACING)
    with pytest.raises(ValueError, match="start has the shape"):
        hybrid_slices(pair[0], pair[1][None], SPACING, torch.zeros(2, 2, 4, 4))


def test_points_and_pixels_are_in_one_place() -> None:
    image = torch.arange(80.0).expand(96, 80).contiguous()
    places = torch.tensor([[0.0, 0.0], [9.5, 7.9], [3.0, 4.0]])
    assert slice_at(image, places, SPACING).tolist() == pytest.approx([0.0, 79.0, 40.0], abs=1e-3)
    still = in_mm(torch.zeros(2, 5, 4), SHAPE, SPACING)
    torch.testing.assert_close(still(places), places)
