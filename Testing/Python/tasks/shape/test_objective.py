import pytest
import torch

from craniomark.tasks.shape.network import NetworkSettings, make_network
from craniomark.tasks.shape.objective import ObjectiveSettings, loss_of, stage_errors

SHAPE = (60, 60, 60)
torch.manual_seed(0)
IMAGES, SCORES, PARTICLES = torch.randn(2, 1, *SHAPE), torch.randn(2, 3), torch.randn(2, 10, 3)


def errors(tl=False, settings=None, **objective):
    network = make_network(settings or NetworkSettings(tl=tl), SHAPE, 3, 10)
    return stage_errors(network, IMAGES, SCORES, PARTICLES, ObjectiveSettings(**objective))


def test_focal_counts_small_errors_little_and_large_ones_fully():
    small, large, true = torch.full((4,), 0.1), torch.full((4,), 5.0), torch.zeros(4)
    assert loss_of(small, true, "Focal", 10, 1) < 0.01 * loss_of(small, true, "MSE")
    assert loss_of(large, true, "Focal", 10, 1) == pytest.approx(25.0)


def test_a_variance_makes_a_likelihood_that_is_least_where_it_is_the_squared_error():
    found, true = torch.full((50,), 2.0), torch.zeros(50)
    costs = [loss_of(found, true, "MSE", logvar=torch.full((50,), v)) for v in (0.5, 1.386, 2.5)]
    assert costs[1] < costs[0] and costs[1] < costs[2]


@pytest.mark.parametrize(
    ("tl", "objective", "terms"),
    [
        (False, {"stage": "base"}, {"scores"}),
        (False, {"stage": "base", "supervised_latent": False}, {"particles"}),
        (False, {"stage": "fine_tune"}, {"particles"}),
        (True, {"stage": "ae"}, {"particles"}),
        (True, {"stage": "tf"}, {"latent"}),
        (True, {"stage": "joint"}, {"particles", "latent"}),
    ],
)
def test_each_stage_has_its_terms(tl, objective, terms):
    found = errors(tl, **objective)
    assert set(found.terms) == terms and float(found.nothing) > 0


def test_the_t_flank_leaves_the_autoencoder_alone():
    network = make_network(NetworkSettings(tl=True), SHAPE, 3, 10)
    found = stage_errors(network, IMAGES, SCORES, PARTICLES, ObjectiveSettings(stage="tf"))
    sum(found.terms.values()).backward()
    assert all(p.grad is None for p in network.CorrespondenceEncoder.parameters())
    assert any(p.grad is not None for p in network.ImageEncoder.parameters())


def test_the_doubt_of_a_decoder_is_learnt_beside_the_scores():
    found = errors(settings=NetworkSettings(stochastic_decoder=True), stage="base")
    assert set(found.terms) == {"scores", "particles"}


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="function is L1"):
        ObjectiveSettings(function="L1")
    with pytest.raises(ValueError, match="alpha is -1"):
        ObjectiveSettings(alpha=-1)
