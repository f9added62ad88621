"""Layers with shapes and numbers of parameters."""

import torch
from toy_task import ToyTask

from craniomark.flows.training.layers import layers_of, parameter_words


def test_every_module_is_there_with_its_output_and_parameters() -> None:
    task = ToyTask()
    layers = {layer.name: layer for layer in layers_of(task)}
    assert layers["toy"].output == "4x1" and layers["toy"].parameters == 0
    assert (layers["0"].kind, layers["0"].output, layers["0"].parameters) == ("Linear", "4x16", 3 * 16 + 16)
    assert sum(layer.parameters for layer in layers.values()) == sum(
        p.numel() for p in task.network.parameters()
    )


def test_the_network_is_left_as_it_was() -> None:
    task = ToyTask()
    before = {name: t.clone() for name, t in task.network.state_dict().items()}
    layers_of(task)
    assert task.network.training
    assert all(torch.equal(before[name], t) for name, t in task.network.state_dict().items())
    assert not any(module._forward_hooks for module in task.network.modules())


def test_numbers_that_are_not_learnt_are_told_apart() -> None:
    task = ToyTask()
    task.network[0].weight.requires_grad_(False)
    assert "48 held fixed" in parameter_words(task)
