import pytest
import torch

from craniomark.flows.shape.weights import export_weights, give_weights, read_weights
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.network import NetworkSettings, make_network


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    made = make_network(NetworkSettings(), (60, 60, 60), 2, 8)
    made.score_sd.fill_(3.0)
    return made


def fresh():
    torch.manual_seed(2)
    return make_network(NetworkSettings(), (60, 60, 60), 2, 8)


def test_published_weights_are_loaded_with_the_statistics_beside_them(network, tmp_path):
    export_weights(network, tmp_path / "best_model", {})
    other = fresh()
    give_weights(other, tmp_path / "best_model.torch", torch.zeros(2), torch.full((2,), 3.0))
    assert all(t.equal(other.state_dict()[name]) for name, t in network.state_dict().items())
    assert not {"score_mean", "score_sd"} & set(read_weights(tmp_path / "best_model.torch"))


def test_ours_hold_everything(network, tmp_path):
    path = export_weights(network, tmp_path / "best_model", {"stage": "base"})
    other = fresh()
    give_weights(other, path)
    assert other.score_sd.equal(network.score_sd)


def test_pickled_networks_are_refused(tmp_path):
    torch.save(fresh(), tmp_path / "whole.torch")
    with pytest.raises(InputError, match="no plain state dict"):
        read_weights(tmp_path / "whole.torch")


def test_weights_of_another_network_are_refused(network, tmp_path):
    path = export_weights(network, tmp_path / "best_model", {})
    torch.manual_seed(0)
    with pytest.raises(InputError, match=r"decoder\.fc_fine\.weight of shape \(24, 2\): give weights"):
        give_weights(make_network(NetworkSettings(), (60, 60, 60), 2, 9), path)
    with pytest.raises(InputError, match="weights is not there"):
        give_weights(fresh(), tmp_path / "nothing.torch")
