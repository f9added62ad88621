"""Diffeomorphic registration, on images whose deformation is known."""

import numpy as np
import pytest
import torch

from craniomark.engine.diffeo.blocks import Blocks
from craniomark.engine.diffeo.climb import Climbing, Level, climbed, has_converged
from craniomark.engine.diffeo.lattice import lattice_over, resized, steps_resized
from craniomark.engine.diffeo.register import Diffeomorphic, Recipe, content_box, registered, unfolded
from craniomark.engine.diffeo.settle import settled
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Velocity, inverted

MATRIX = np.diag([-0.2, 0.2, 0.2, 1.0])
LEVELS = (Level(0.4, 1.6, 15, 0.05), Level(0.2, 1.2, 10, 0.03))


def rough(points: torch.Tensor) -> torch.Tensor:
    """A solid of knobs, bright in the middle, defined everywhere."""
    x, y, z = points.unbind(-1)
    knobs = torch.sin(2.6 * x) * torch.sin(2.2 * y) * torch.sin(2.4 * z)
    ball = 4 - (x + 4).square() / 4 - (y - 4).square() / 4 - (z - 4).square() / 4
    return torch.sigmoid(4 * (ball - 2 + 1.2 * knobs))


def image_of(shift: float) -> Image:
    points = grid_points((40, 40, 40), MATRIX)
    bent = points + shift * torch.stack(
        [torch.sin(points[..., 1] / 3), points[..., 0] * 0, points[..., 0] * 0 + 1], -1
    )
    return Image(rough(bent), MATRIX)


@pytest.fixture(scope="module")
def found() -> Diffeomorphic:
    return registered(image_of(0.0), [image_of(-0.25), image_of(0.2)], recipe=Recipe(LEVELS))


def inner_points() -> torch.Tensor:
    lattice, matrix = lattice_over((40, 40, 40), MATRIX, 1.0)
    points = grid_points(lattice, matrix)[2:-2, 2:-2, 2:-2].reshape(-1, 3)  # type: ignore[arg-type]
    value = rough(points)
    return points[(value > 0.2) & (value < 0.8)]


def truth(points: torch.Tensor, shift: float) -> torch.Tensor:
    wave = torch.stack([torch.sin(points[..., 1] / 3), points[..., 0] * 0, points[..., 0] * 0 + 1], -1)
    return points - shift * wave


def test_known_deformations_of_a_batch_are_found_where_there_is_structure(found: Diffeomorphic) -> None:
    points = inner_points()
    for one, shift in zip(found.maps, (-0.25, 0.2), strict=True):
        at_rest = (points - truth(points, shift)).norm(dim=-1).mean()
        away = (one(points) - truth(points, shift)).norm(dim=-1).mean()
        assert float(away) < 0.25 * float(at_rest)


def test_the_map_and_its_inverse_bring_points_back(found: Diffeomorphic) -> None:
    points = inner_points()
    back = inverted(found.maps[0])(found.maps[0](points))
    assert float((back - points).norm(dim=-1).max()) < 0.01


def test_a_batch_finds_what_each_pair_would_by_itself(found: Diffeomorphic) -> None:
    alone = registered(image_of(0.0), [image_of(0.2)], recipe=Recipe(LEVELS))
    points = inner_points()
    apart = (alone.maps[0](points) - found.maps[1](points)).norm(dim=-1)
    assert float(apart.mean()) < 0.02  # the ends of levels are told by the mean of the batch


def test_the_same_image_stays_where_it_is() -> None:
    one = image_of(0.0)
    points = inner_points()
    done = registered(one, [one], recipe=Recipe(LEVELS[:1]))
    assert float((done.maps[0](points) - points).norm(dim=-1).mean()) < 0.02


def test_a_start_is_gone_on_from(found: Diffeomorphic) -> None:
    nothing = Recipe((Level(0.4, 1.6, 0, 0.1),), blocks=None)
    kept = registered(image_of(0.0), [image_of(-0.25)], [found.maps[0]], nothing)
    points = inner_points()
    assert float((kept.maps[0](points) - found.maps[0](points)).norm(dim=-1).mean()) < 0.03


def test_a_spent_clock_leaves_the_start() -> None:
    done = registered(image_of(0.0), [image_of(0.2)], recipe=Recipe(LEVELS), goes_on=lambda: False)
    assert not done.scores
    assert float(done.maps[0].vectors.abs().max()) == 0


def test_constant_images_stay_where_they_are() -> None:
    flat = Image(torch.ones(20, 20, 20), MATRIX)
    done = registered(flat, [flat], recipe=Recipe((Level(0.4, 1.6, 3, 0.05),), blocks=Blocks()))
    assert float(done.maps[0].vectors.abs().max()) < 1e-3


@pytest.mark.parametrize("measure", ["lncc", "mind"])
@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_climbs_in_two_dimensions_raise_the_score(measure: str, optimiser: str) -> None:
    axes = torch.meshgrid(torch.arange(32.0), torch.arange(30.0), indexing="ij")

    def drawn(shift: float) -> torch.Tensor:
        return (torch.sin((axes[0] + shift) / 2) * torch.sin(axes[1] / 3))[None, None]

    level = Level(1.0, 5.0, 8, 0.2)
    climb = climbed(
        drawn(0), drawn(0.8), torch.zeros(1, 2, 7, 7), [31 / 6, 29 / 6], level,
        Climbing(0.01, measure, optimiser, 0),  # type: ignore[arg-type]
    )  # fmt: skip
    assert climb.scores[-1] > climb.scores[0] + 0.05
    assert float(climb.velocities[0, 0, 1:-1, 1:-1].mean()) * 31 / 6 == pytest.approx(-0.8, abs=0.4)


def test_convergence_is_no_more_gain_in_some_steps() -> None:
    how = Climbing(tolerance=0.01, patience=2)
    assert not has_converged([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], how)
    assert has_converged([0.1, 0.5, 0.6, 0.6, 0.6], how)


def test_lattices_share_their_outer_points_and_carry_linear_fields_exactly() -> None:
    shape, matrix = lattice_over((40, 41), np.diag([0.2, 0.3, 1.0]), 1.0)
    assert np.allclose(matrix @ [shape[0] - 1, shape[1] - 1, 1], [7.8, 12.0, 1])
    ramp = torch.linspace(0, 3, shape[0])[None, None, :, None].expand(1, 2, *shape)
    fine = resized(ramp, (40, 41))
    torch.testing.assert_close(fine[0, 0, :, 5], torch.linspace(0, 3, 40))
    back = steps_resized(steps_resized(ramp, (40, 41)), shape)
    torch.testing.assert_close(back, ramp)


def test_what_is_known_at_points_is_spread_smoothly() -> None:
    weights = torch.zeros(1, 1, 9, 9)
    weights[..., 4, 4] = 1
    field = settled(torch.full((1, 2, 9, 9), 3.0), weights, 1e-3, 0.0, 200)
    torch.testing.assert_close(field, torch.full_like(field, 3.0), atol=0.1, rtol=0)
    assert not bool(settled(torch.ones(1, 2, 9, 9), weights * 0, 1e-3, 0.0).any())


def test_folds_are_undone() -> None:
    wild = 6 * torch.randn(1, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    from craniomark.engine.maps import integrated
    from craniomark.parts.losses.fields import folding_share

    assert float(folding_share(integrated(wild))) > 0
    assert float(folding_share(integrated(unfolded(wild)))) == 0


def test_only_what_is_bright_is_looked_at() -> None:
    voxels = torch.zeros(60, 60, 60)
    voxels[20:30, 20:30, 20:30] = 1
    (i, j, k), matrix = content_box(Image(voxels, MATRIX))
    assert max(i, j, k) < 32
    assert matrix[0, 3] == pytest.approx(-0.2 * 12, abs=0.9)


def test_bad_settings_are_told() -> None:
    with pytest.raises(ValueError, match="window is 4: give an odd number"):
        Level(0.4, 1.6, 5, 0.1, 4)
    with pytest.raises(ValueError, match="measure is 'ssd'"):
        Climbing(measure="ssd")  # type: ignore[arg-type]


def test_a_map_is_a_velocity_in_mm(found: Diffeomorphic) -> None:
    assert isinstance(found.maps[0], Velocity)
