"""Pairs are made of one image, and the map that is told is the one between them."""

import numpy as np
import pytest
import torch
from synthetic import asymmetric, grid, image_of

from craniomark.engine.example import Example
from craniomark.engine.families import FAMILY_NAMES
from craniomark.ground.checks import InputError
from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.tasks.regnet.affine.network import AffineNetwork, AffineSettings, warped
from craniomark.tasks.regnet.affine.numbers import within_family
from craniomark.tasks.regnet.affine.objective import ObjectiveSettings, affine_losses
from craniomark.tasks.regnet.affine.predict import proposed
from craniomark.tasks.regnet.affine.samples import PairSettings, Stock, sample_pairs
from craniomark.tasks.regnet.affine.validate import figures, picture, turn_errors

SMALL = {"size": 24, "spacing": 0.6, "widths": (8, 12), "filters": (8, 16), "points": 8, "cascades": 1}
PLAIN = PairSettings(6, intensity=IntensityRange(), field=FieldRange())


def example(seed: int = 3) -> Example:
    shape, matrix = grid(6.0, 0.3)
    points = np.random.default_rng(seed).uniform(-3, 3, (12, 3))
    return Example(image_of(asymmetric([4, 3, 2.5], 14, 0.8, seed), shape, matrix), points, f"s{seed}")


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_the_moving_image_seen_through_the_map_is_the_fixed_one(axes: int, family: str) -> None:
    settings = AffineSettings(axes=axes, family=family, **SMALL)  # type: ignore[arg-type]
    pairs, names = sample_pairs(Stock.of([example()], settings), settings, PLAIN, np.random.default_rng(1))
    assert names == ("s3",) * 6
    back = warped(pairs["moving"], pairs["maps"])
    away = (back - pairs["fixed"]).abs().mean((1, 2, 3))
    unmoved = (pairs["moving"] - pairs["fixed"]).abs().mean((1, 2, 3))
    assert float(away.mean()) < 0.35 * float(unmoved.mean())
    torch.testing.assert_close(within_family(pairs["maps"], family), pairs["maps"], atol=1e-4, rtol=0)  # type: ignore[arg-type]


def test_a_step_is_a_function_of_its_seed() -> None:
    settings = AffineSettings(**SMALL)  # type: ignore[arg-type]
    stock = Stock.of([example(3), example(4)], settings)
    one, same, other = (
        sample_pairs(stock, settings, PairSettings(4), np.random.default_rng(s))[0] for s in (1, 1, 2)
    )
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["fixed"], other["fixed"])


def test_both_images_of_a_pair_look_otherwise() -> None:
    settings = AffineSettings(**SMALL)  # type: ignore[arg-type]
    still = PairSettings(4, 0, 0, 0, 0, 0)
    pairs, _ = sample_pairs(Stock.of([example()], settings), settings, still, np.random.default_rng(1))
    torch.testing.assert_close(pairs["maps"], torch.eye(4).expand(4, 4, 4), atol=1e-6, rtol=0)
    assert float((pairs["fixed"] - pairs["moving"]).abs().mean()) > 0.01


@pytest.mark.parametrize("kind", ["params", "matrix"])
@pytest.mark.parametrize("axes", [2, 3])
def test_figures_of_pairs_and_between_specimens(kind: str, axes: int) -> None:
    torch.manual_seed(0)
    settings = AffineSettings(kind=kind, axes=axes, **SMALL)  # type: ignore[arg-type]
    stock = Stock.of([example(3), example(4)], settings)
    network = AffineNetwork(settings)
    told = figures(network, stock, PairSettings(), 6, 40.0)
    assert list(told) == ["mean_mm", "degrees", "scale_percent", "between_mm", "between_identity_mm"]
    assert all(0 < value < 90 for value in told.values())
    assert picture(network, stock, PairSettings()).shape == (72, 72, 3)
    assert figures(network, Stock.of([example()], settings), PairSettings(), 3, 40.0)["between_mm"] == 0


def test_angles_between_maps() -> None:
    turn = torch.eye(3)
    turn[:2, :2] = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    assert turn_errors(turn[None], torch.eye(3)[None])[0] == pytest.approx(90)


def test_the_loss_of_the_truth_is_nothing() -> None:
    settings = AffineSettings(kind="matrix", **SMALL)  # type: ignore[arg-type]
    pairs, _ = sample_pairs(Stock.of([example()], settings), settings, PLAIN, np.random.default_rng(1))
    told = AffineNetwork(settings).told(pairs["fixed"], pairs["moving"])
    losses = affine_losses(told, pairs["maps"], settings, ObjectiveSettings())
    assert set(losses) == {"numbers", "matrix", "points"}
    assert all(float(loss.detach()) > 0.01 for loss in losses.values())
    true = [one._replace(maps=pairs["maps"]) for one in told]
    exact = affine_losses(true, pairs["maps"], settings, ObjectiveSettings(points=0))
    assert all(float(loss) < 1e-9 for loss in exact.values())
    with pytest.raises(ValueError, match=r"numbers is 0\.0"):
        ObjectiveSettings(0.0, 0.0)


@pytest.mark.parametrize("kind", ["params", "matrix"])
def test_a_network_learns_pairs_of_one_image(kind: str) -> None:
    """The null: untrained weights, which move nothing or anywhere."""
    torch.manual_seed(0)
    settings = AffineSettings(kind=kind, axes=2, family="rigid", **SMALL)  # type: ignore[arg-type]
    stock, network = Stock.of([example()], settings), AffineNetwork(settings)
    drawn = PairSettings(24, 40, 0, 0, 0.1, 0, IntensityRange(gain=1.0, noise=0.02))
    before = figures(network, stock, drawn, 48, 40.0)["mean_mm"]
    optimiser = torch.optim.AdamW(network.parameters(), 4e-3)
    for step in range(60 if kind == "matrix" else 150):
        pairs, _ = sample_pairs(stock, settings, drawn, np.random.default_rng([0, step]))
        told = network.told(pairs["fixed"], pairs["moving"])
        loss = sum(affine_losses(told, pairs["maps"], settings, ObjectiveSettings()).values())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[union-attr]
        optimiser.step()
    assert figures(network, stock, drawn, 48, 40.0)["mean_mm"] < 0.6 * before


def test_places_of_the_images_do_not_matter_to_what_is_told() -> None:
    torch.manual_seed(0)
    network = AffineNetwork(AffineSettings(**SMALL)).eval()  # type: ignore[arg-type]
    one, two = example(3).image, example(4).image
    shift = np.eye(4)
    shift[:3, 3] = 30, -20, 10
    told, moved = proposed(network, one, two), proposed(network, one, two.moved(shift))
    np.testing.assert_allclose(moved, shift @ told, atol=0.02)
    bright = proposed(network, one.scaled(7), two)
    np.testing.assert_allclose(bright, told, atol=1e-3)


def test_what_can_not_be_paired_is_told() -> None:
    settings = AffineSettings(**SMALL)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no specimens"):
        Stock.of([], settings)
    shape, matrix = grid(6.0, 0.3)
    empty = Example(
        image_of(lambda points: np.zeros(points.shape[:-1]), shape, matrix), np.zeros((4, 3)), "void"
    )
    with pytest.raises(InputError, match="void: scan is empty"):
        Stock.of([empty], settings)
    with pytest.raises(ValueError, match="shear is"):
        PairSettings(shear=0.9)
