"""The elastic network's parts, on small images."""

import numpy as np
import pytest
import torch

from craniomark.engine.example import Example
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Composition
from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.regnet.elastic.network import Elastic, ElasticNetwork, ElasticSettings, warped
from craniomark.tasks.regnet.elastic.objective import ElasticObjective, elastic_losses
from craniomark.tasks.regnet.elastic.predict import flows, told_map
from craniomark.tasks.regnet.elastic.samples import ElasticPairs, fields_between, sample_batch, view, views_of
from craniomark.tasks.regnet.elastic.synthetic import SyntheticSettings, synthetic_pairs
from craniomark.tasks.regnet.elastic.validate import figures, picture

MATRIX = np.diag([-0.5, 0.5, 0.5, 1.0])
SHAPE = (16, 24, 16)
OBJECTIVE = ElasticObjective("mse", images=50, smoothness=0.1)


def settings(axes: int = 3, joint: bool = False) -> ElasticSettings:
    return ElasticSettings(axes, 0.5, 2, (1, 3), 2, UNetSettings((16, 32), stem=1), joint)


def examples() -> list[Example]:
    points = grid_points(SHAPE, MATRIX)
    found = []
    for number, shift in enumerate((-0.3, 0.3)):
        middle = points.mean((0, 1, 2)) + torch.tensor([0.0, shift, 0.0])
        away = points - middle
        ball = torch.exp(-(away / torch.tensor([2.0, 3.0, 2.0])).square().sum(-1))
        image = ball * (1 + 0.8 * torch.cos(1.6 * away).prod(-1))
        ends = np.array([[0, 1.5, 0], [0, -1.5, 0], [1, 0, 0], [0, 0, 1]]) + middle.numpy()
        found.append(Example(Image(image, MATRIX), ends, f"s{number}"))
    return found


def trained(axes: int, source: str, steps: int, joint: bool = False) -> tuple[ElasticNetwork, object]:
    torch.manual_seed(0)
    network = ElasticNetwork(settings(axes, joint))
    stock = examples()
    views = views_of(stock, stock[0].image, network.settings)
    pairs = ElasticPairs(source, 4, 0.0, 0.0, 0.0, IntensityRange())  # type: ignore[arg-type]
    fields = fields_between(views, network.settings, 25) if source == "fields" else None
    optimiser = torch.optim.Adam(network.parameters(), 5e-3)
    for step in range(steps):
        tensors, _ = sample_batch(views, fields, pairs, np.random.default_rng([1, step]))
        optimiser.zero_grad()
        found = network(tensors["fixed"], tensors["moving"])
        torch.stack(list(elastic_losses(found, tensors, OBJECTIVE).values())).sum().backward()
        optimiser.step()
    return network, views


@pytest.mark.parametrize("axes", [2, 3])
def test_an_untrained_network_tells_that_nothing_moves(axes: int) -> None:
    network = ElasticNetwork(settings(axes, joint=True))
    images = torch.rand(2, 1, *SHAPE[:axes])
    torch.testing.assert_close(warped(images, network(images, images.flip(0))), images, atol=1e-4, rtol=0)


@pytest.mark.parametrize(("axes", "source"), [(3, "real"), (3, "fields"), (2, "real")])
def test_training_lessens_the_loss_of_pairs_that_it_learns(axes: int, source: str) -> None:
    fresh, trained_one = (trained(axes, source, steps)[0] for steps in (0, 30))
    stock = examples()
    views = views_of(stock, stock[0].image, fresh.settings)
    fields = fields_between(views, fresh.settings, 25) if source == "fields" else None
    pairs = ElasticPairs(source, 8, 0.0, 0.0, 0.0, IntensityRange())  # type: ignore[arg-type]
    tensors, _ = sample_batch(views, fields, pairs, np.random.default_rng([1, 3]))
    losses = []
    for network in (fresh, trained_one):
        terms = elastic_losses(network(tensors["fixed"], tensors["moving"]), tensors, OBJECTIVE)
        losses.append(float(torch.stack(list(terms.values())).sum().detach()))
    assert losses[1] < 0.97 * losses[0]


def test_figures_and_pictures_are_of_validation_pairs() -> None:
    network, views = trained(3, "real", 0)
    told = figures(network, views)  # type: ignore[arg-type]
    assert told["mean_mm"] == pytest.approx(told["identity_mm"], abs=1e-4)
    assert told["folding_percent"] == 0
    assert picture(network, views).dtype == np.uint8  # type: ignore[arg-type]


def test_the_map_in_mm_is_the_one_that_warps_the_grid() -> None:
    network, _ = trained(3, "real", 5, joint=True)
    one, other = examples()[0].image, examples()[1].image
    f = told_map(network, one, other)
    assert isinstance(f, Composition)
    points = grid_points(SHAPE, MATRIX)
    found = network(*(view(image, SHAPE, MATRIX)[None] for image in (one, other)))
    inner = (slice(2, -2),) * 3
    seen = warped(other.voxels[None, None], found)[0, 0].detach()
    torch.testing.assert_close(other.at(f(points))[inner], seen[inner], atol=2e-2, rtol=0)


def test_several_moving_images_go_as_one_batch() -> None:
    network, _ = trained(3, "real", 3)
    images = [example.image for example in examples()]
    together = flows(network, images[0], images)
    alone = flows(network, images[0], images[1:])
    torch.testing.assert_close(together[1][1].vectors, alone[0][1].vectors, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("shape", [(20, 18), (12, 14, 16)])
def test_synthetic_pairs_show_the_same_labels_in_other_places_and_colours(shape: tuple[int, ...]) -> None:
    made = synthetic_pairs(2, shape, SyntheticSettings(), np.random.default_rng(0))
    assert made.fixed.shape == (2, 1, *shape) and made.moving_labels.shape == (2, 6, *shape)
    torch.testing.assert_close(made.fixed_labels.sum(1), torch.ones(2, *shape))
    overlap = (made.fixed_labels * made.moving_labels).sum(1).mean()
    assert 0.3 < float(overlap) < 0.99
    again = synthetic_pairs(2, shape, SyntheticSettings(), np.random.default_rng(0))
    torch.testing.assert_close(again.fixed, made.fixed)


def test_a_batch_is_a_function_of_its_seed() -> None:
    stock = examples()
    views = views_of(stock, stock[0].image, settings())
    first, second = (sample_batch(views, None, ElasticPairs(), np.random.default_rng(5)) for _ in range(2))
    torch.testing.assert_close(first[0]["moving"], second[0]["moving"])
    assert first[1] == second[1] and first[1][-1] == "synthetic"


def test_losses_of_a_pair_that_is_met_are_less() -> None:
    images = torch.rand(1, 1, *SHAPE)
    tensors = {"fixed": images, "moving": images, "fixed_labels": torch.zeros(1, 2, *SHAPE)}
    tensors["moving_labels"] = tensors["fixed_labels"]
    still = torch.eye(3, 4)[None]
    calm = elastic_losses(Elastic(torch.zeros(1, 3, 8, 12, 8), still), tensors, ElasticObjective())
    wild = elastic_losses(Elastic(torch.randn(1, 3, 8, 12, 8), still), tensors, ElasticObjective())
    assert calm["images"] < wild["images"] and calm["smoothness"] < wild["smoothness"]


def test_a_network_does_without_estimates_of_shifts() -> None:
    network = ElasticNetwork(ElasticSettings(3, 0.5, 2, (), 1, UNetSettings((16, 32), stem=1)))
    images = torch.rand(1, 1, *SHAPE)
    assert network(images, images).velocities.shape == (1, 3, 8, 12, 8)


def test_each_round_looks_at_what_the_one_before_brought_over() -> None:
    stock = [example.image.voxels[None, None] for example in examples()]
    moved = []
    for rounds in (1, 2):
        torch.manual_seed(0)
        network = ElasticNetwork(ElasticSettings(3, 0.5, 2, (1, 3), rounds, UNetSettings((16, 32), stem=1)))
        torch.nn.init.constant_(network.last.bias[:3], 0.5)  # half of the first estimate, wherever it is
        moved.append((warped(stock[1], network(*stock)) - stock[0]).square().mean())
    assert moved[1] < 0.8 * moved[0] < 0.8 * (stock[1] - stock[0]).square().mean()


def test_bad_settings_are_told() -> None:
    with pytest.raises(ValueError, match=r"windows is \(2,\): give odd numbers"):
        ElasticSettings(windows=(2,))
    with pytest.raises(ValueError, match=r"unet.stride is 2: give stem 1"):
        ElasticSettings(unet=UNetSettings((16, 32), stem=2))
    with pytest.raises(ValueError, match="rounds is 0: give at least 1"):
        ElasticSettings(rounds=0)
    with pytest.raises(ValueError, match="source is 'video': give one of real"):
        ElasticPairs("video")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="similarity is 'ssd'"):
        ElasticObjective("ssd")


@pytest.mark.parametrize("axes", [2, 3])
def test_synthetic_pairs_alone_are_a_batch_with_labels(axes: int) -> None:
    stock, of = examples(), settings(axes)
    pairs = ElasticPairs("synthetic", 3, 0.0, 0.0, 0.0, IntensityRange())
    tensors, names = sample_batch(views_of(stock, stock[0].image, of), None, pairs, np.random.default_rng(1))
    assert names == ("synthetic",) * 3 and {len(one) for one in tensors.values()} == {3}
    assert torch.allclose(tensors["fixed_labels"].sum(1), torch.ones(()), atol=1e-4)
    found = ElasticNetwork(of)(tensors["fixed"], tensors["moving"])
    assert float(elastic_losses(found, tensors, OBJECTIVE)["labels"].detach()) > 0
