"""Training of one network in one run folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file

from craniomark.flows.training.identity import Identity
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Task
from craniomark.ground.checks import written_whole


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    status : {"done", "stopped"}
        Stopped runs go on when they are started again.
    step : int
        Updates of the weights so far.
    figures : dict of str to float
        Of the last validation.
    weights : Path
        ``weights.safetensors`` of a run that is done; of a stopped one its newest checkpoint.
    """

    status: Literal["done", "stopped"]
    step: int
    figures: dict[str, float]
    weights: Path


def run_training(
    task: Task,
    settings: LoopSettings,
    folder: Path,
    identity: Identity,
    listen: Callable[[dict[str, Any]], None] | None = None,
    stop_file: Path | None = None,
    parent: int | None = None,
) -> Outcome:
    """Train the network of `task`, or go on with the run that lies in `folder`.

    Parameters
    ----------
    task : Task
        Its network is changed in place and holds the kept weights in the end.
    settings : LoopSettings
        Of the loop.
    folder : Path
        The run folder; made where it isn't there.
    identity : Identity
        What the run depends on.
    listen : callable, optional
        Is given each event, a dict that JSON can hold.
    stop_file : Path, optional
        The run is saved and stopped as soon as this file exists.
    parent : int, optional
        The run is saved and stopped when the process of this id is gone.

    Raises
    ------
    InputError
        With a sentence for the user.
    KeyboardInterrupt
        After Ctrl-C, when the run is saved.
    """
    optimizer = torch.optim.AdamW(
        task.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    step = 0
    task.network.train()
    while step < settings.steps and not (stop_file and stop_file.exists()):
        torch.manual_seed(settings.seed * 1_000_003 + step)
        terms = task.losses(task.batch(settings.seed, step), step)
        optimizer.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        optimizer.step()
        step += 1
        if listen:
            listen({"event": "progress", "job": task.name, "step": step, "of": settings.steps})
    task.network.eval()
    with torch.no_grad():
        figures = task.validate()
    weights = folder / "weights.safetensors"
    with written_whole(weights) as part:
        save_file({name: t.cpu().contiguous() for name, t in task.network.state_dict().items()}, part)
    return Outcome("done" if step == settings.steps else "stopped", step, figures, weights)
