"""Samples of the orientation network: their truth is where the image lies, whatever was done to it."""

from typing import Any

import numpy as np
import pytest
import torch
from synthetic import Blobs, asymmetric, grid, image_of

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.parts.augment.fieldofview import FieldRange
from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.orient.network import NetworkSettings, OrientNetwork
from craniomark.tasks.orient.objective import ObjectiveSettings, orient_losses
from craniomark.tasks.orient.samples import PLAIN, SampleSettings, Stock, sample_batch, upright_batch

NETWORK = NetworkSettings(size=24, spacing=1.25, widths=(8, 8, 8))
CENTRE = np.array([0.5, 1.0, -0.5])


@pytest.fixture(scope="module")
def things() -> list[Blobs]:
    return [asymmetric((8, 5, 4), 30, 1.3, seed) for seed in (3, 4)]


@pytest.fixture(scope="module")
def stock(things: list[Blobs]) -> Stock:
    examples = [
        Example(image_of(thing, *grid((14, 11, 10), 0.6)), np.zeros((1, 3)), name)
        for thing, name in zip(things, "ab", strict=True)
    ]
    return Stock.of(examples, CENTRE, 11.0, NETWORK.spacing)


def test_the_truth_is_where_the_image_lies(things: list[Blobs], stock: Stock) -> None:
    poses = SampleSettings(PoseRange(180.0, 0.15, 0.0, 2.0), PLAIN.intensity, PLAIN.field, 0.0)
    batch, names = sample_batch(stock, 6, NETWORK, poses, np.random.default_rng(1))
    axis = (np.arange(24) - 11.5) * 1.25
    places = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    for row, name in enumerate(names):
        turn, scale = batch["rotation"][row].numpy(), float(batch["scale"][row].exp())
        centre = batch["centre"][row].numpy() * NETWORK.reach
        in_template = (places - centre) @ turn / scale + CENTRE
        wanted = things["ab".index(name)](in_template)
        found = batch["cubes"][row, 0].numpy()
        assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.97


def test_a_batch_is_a_function_of_its_seed(stock: Stock) -> None:
    first, names = sample_batch(stock, 4, NETWORK, SampleSettings(), np.random.default_rng([1, 7]))
    again, _ = sample_batch(stock, 4, NETWORK, SampleSettings(), np.random.default_rng([1, 7]))
    other, _ = sample_batch(stock, 4, NETWORK, SampleSettings(), np.random.default_rng([1, 8]))
    for key, values in first.items():
        torch.testing.assert_close(again[key], values, rtol=0, atol=0)
    assert float((other["cubes"] - first["cubes"]).abs().max()) > 0.1
    assert sorted(names) == ["a", "a", "b", "b"]


def test_hard_samples_have_the_poses_of_plain_ones_and_less_of_the_specimen(stock: Stock) -> None:
    hard = SampleSettings(PoseRange(180.0), PLAIN.intensity, FieldRange(0.5, 0.4, 0.0), 0.0)
    cut, _ = sample_batch(stock, 32, NETWORK, hard, np.random.default_rng(2))
    plain, _ = sample_batch(stock, 32, NETWORK, PLAIN, np.random.default_rng(2))
    torch.testing.assert_close(cut["rotation"], plain["rotation"])
    left = (cut["cubes"] > 0.1).sum() / (plain["cubes"] > 0.1).sum()
    assert 0.3 < float(left) < 0.9


def test_everything_at_once_is_finite(stock: Stock) -> None:
    batch, _ = sample_batch(stock, 64, NETWORK, SampleSettings(), np.random.default_rng(2))
    assert bool(batch["cubes"].isfinite().all())
    product = batch["rotation"] @ batch["rotation"].transpose(1, 2)
    torch.testing.assert_close(product, torch.eye(3).expand(64, 3, 3), atol=1e-5, rtol=0)


def test_upright_specimens_are_not_turned(stock: Stock) -> None:
    batch = upright_batch(stock, NETWORK)
    torch.testing.assert_close(batch["rotation"], torch.eye(3).expand(2, 3, 3))
    torch.testing.assert_close(batch["scale"], torch.zeros(2))


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no specimens"):
        Stock.of([], CENTRE, 11.0, 1.0)
    blank = Example(Image(torch.zeros(20, 20, 20), np.eye(4)), np.zeros((1, 3)), "blank")
    with pytest.raises(ValueError, match="blank: scan is empty where its landmarks say"):
        Stock.of([blank], CENTRE, 11.0, 1.0)


def test_the_probability_of_clutter_is_checked() -> None:
    with pytest.raises(ValueError, match="clutter"):
        SampleSettings(clutter=1.5)


def test_a_few_steps_on_real_skulls_lower_the_loss(skulls: list[Any]) -> None:
    """Not a trained network, but one that learns: the loss on poses never shown falls."""
    torch.manual_seed(1)
    image = skulls[0].bright_image
    centre = skulls[0].points.mean(0)
    stock = Stock.of([Example(image, skulls[0].points, "skull")], centre, 12.0, 2.5)
    settings = NetworkSettings(size=12, spacing=2.5, widths=(16, 32))
    few = SampleSettings(PoseRange(60.0, 0.05), PLAIN.intensity, PLAIN.field, 0.0)
    network, weights = OrientNetwork(settings), ObjectiveSettings()
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)

    def loss(step: int, count: int) -> torch.Tensor:
        batch, _ = sample_batch(stock, count, settings, few, np.random.default_rng([5, step]))
        return torch.stack(list(orient_losses(network(batch["cubes"]), batch, weights).values())).sum()

    with torch.no_grad():
        before = float(loss(10_000, 64))
    for step in range(60):
        optimizer.zero_grad()
        loss(step, 16).backward()
        optimizer.step()
    with torch.no_grad():
        assert float(loss(10_000, 64)) < 0.5 * before
