import pytest
import torch

from craniomark.flows.training.average import MovingAverage


def linear(value: float) -> torch.nn.Module:
    network = torch.nn.Sequential(torch.nn.Linear(2, 1, bias=False), torch.nn.BatchNorm1d(1))
    torch.nn.init.constant_(network[0].weight, value)
    return network


def test_average_follows_the_weights_and_leaves_the_network_alone():
    network = linear(0.0)
    average = MovingAverage(network, 0.5)
    torch.nn.init.constant_(network[0].weight, 1.0)
    network[1].num_batches_tracked += 3
    average.follow(100)
    average.follow(101)
    assert average.tensors["0.weight"].tolist() == [[0.75, 0.75]]
    assert average.tensors["1.num_batches_tracked"] == 3
    with average.shown():
        assert network[0].weight.tolist() == [[0.75, 0.75]]
    assert network[0].weight.tolist() == [[1.0, 1.0]]


def test_early_average_forgets_what_it_began_with():
    network = linear(0.0)
    average = MovingAverage(network, 0.999)
    torch.nn.init.constant_(network[0].weight, 1.0)
    for updates in range(20):
        average.follow(updates)
    assert average.tensors["0.weight"].min() > 0.99


def test_without_decay_nothing_is_held():
    network = linear(2.0)
    average = MovingAverage(network, 0.0)
    average.follow(1)
    with average.shown():
        assert network[0].weight.tolist() == [[2.0, 2.0]]
    assert not average.tensors


def test_tensors_of_another_network_are_refused():
    with pytest.raises(RuntimeError, match="other names"):
        MovingAverage(linear(0.0), 0.5).load({"other": torch.ones(1)})
