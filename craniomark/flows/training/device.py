"""Lightning Fabric: devices, strategies and precisions without a line of them here."""

import os
import warnings
from collections.abc import Mapping
from typing import Any

import torch

from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Batch, Task
from craniomark.ground.checks import InputError
from craniomark.parts.nets.precision import half_precision


class Objective(torch.nn.Module):
    """The loss as a module, so that a strategy can wrap network and loss at once."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network
        self._task = (task,)  # in a tuple, since a task may be a module and would be registered

    def forward(
        self, tensors: Mapping[str, torch.Tensor], names: tuple[str, ...], step: int
    ) -> dict[str, torch.Tensor]:
        """The terms of the loss."""
        return self._task[0].losses(Batch(tensors, names), step)


def start_fabric(settings: LoopSettings) -> Any:
    """A launched ``lightning.fabric.Fabric`` for these settings.

    Raises
    ------
    InputError
        If Lightning isn't installed or the device isn't there.
    """
    try:
        from lightning.fabric import Fabric
    except ImportError as error:
        raise InputError("lightning", "package", "missing", "install craniomark[train]") from error
    found = torch.cuda.device_count()
    wanted = settings.device if settings.device != "auto" else ("cuda" if found else "cpu")
    if wanted == "cuda" and found < settings.devices:
        value = f"cuda with {settings.devices} devices, where there are {found}"
        raise InputError("settings", "device", value, "choose device=cpu or fewer devices")
    plugins: Any = None
    if settings.devices * settings.nodes == 1:  # else SLURM's tasks would be taken for devices
        from lightning.fabric.plugins.environments import LightningEnvironment

        plugins = [LightningEnvironment()]
    fabric = Fabric(
        accelerator=wanted, devices=settings.devices, num_nodes=settings.nodes,
        strategy=settings.strategy, precision=_precision(settings, wanted), plugins=plugins,
    )  # fmt: skip
    # Layouts of gradients that differ in nothing but the stride of axes of length 1.
    warnings.filterwarnings("ignore", "Grad strides do not match", UserWarning)
    fabric.launch()
    return fabric


def is_first_process(settings: LoopSettings) -> bool:
    """Whether this process tells of a run that several share, as far as their launcher says."""
    if settings.devices * settings.nodes == 1:
        return True
    ranks = (os.environ.get(name) for name in ("RANK", "SLURM_PROCID", "LOCAL_RANK"))
    return next((rank for rank in ranks if rank), "0") == "0"


def _precision(settings: LoopSettings, device: str) -> str:
    if settings.precision == "auto":
        with half_precision(device):
            narrow = torch.is_autocast_enabled(device)
    else:
        narrow = settings.precision == "bf16"
    return "bf16-mixed" if narrow else "32-true"
