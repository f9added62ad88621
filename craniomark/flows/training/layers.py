"""Layers of a network, with the shapes that leave them and the numbers that they learn."""

from dataclasses import dataclass
from typing import Any

import torch

from craniomark.flows.training.task import Task


@dataclass(frozen=True)
class Layer:
    """One module of a network.

    Attributes
    ----------
    name, kind : str
        Path in the network; its class.
    output : str
        Shape or shapes that left it, batch first; empty where it wasn't run.
    parameters : int
        Numbers that it learns itself, without those of the modules in it.
    depth : int
        Number of modules around it.
    """

    name: str
    kind: str
    output: str
    parameters: int
    depth: int


def layers_of(task: Task) -> list[Layer]:
    """Run the first batch and note what leaves each module, in the order of the modules.

    Parameters
    ----------
    task : Task
        Its network is run once, in evaluation mode, and not changed.
    """
    outputs: dict[str, str] = {}
    handles = [
        module.register_forward_hook(lambda _m, _i, out, name=name: outputs.__setitem__(name, _shape(out)))
        for name, module in task.network.named_modules()
    ]
    training = task.network.training
    task.network.eval()
    try:
        with torch.no_grad():
            task.losses(task.batch(0, 0), 0)
    finally:
        for handle in handles:
            handle.remove()
        task.network.train(training)
    found = []
    for name, module in task.network.named_modules():
        own = sum(p.numel() for p in module.parameters(recurse=False))
        depth = name.count(".") + 1 if name else 0
        found.append(Layer(name or task.name, type(module).__name__, outputs.get(name, ""), own, depth))
    return found


def parameter_words(task: Task) -> str:
    """Numbers of the network, and the size of its weights."""
    learnt = sum(p.numel() for p in task.network.parameters() if p.requires_grad)
    fixed = sum(p.numel() for p in task.network.parameters() if not p.requires_grad)
    held = f", {fixed:,} held fixed" if fixed else ""
    return f"{learnt:,} parameters are learnt{held}; {2 * (learnt + fixed) / 1e6:.2f} MB in half precision."


def _shape(output: Any) -> str:
    if isinstance(output, torch.Tensor):
        return "x".join(map(str, output.shape)) or "1"
    if isinstance(output, tuple | list):
        return ", ".join(filter(None, map(_shape, output)))
    if isinstance(output, dict):
        return ", ".join(f"{key} {_shape(value)}" for key, value in output.items())
    return ""
