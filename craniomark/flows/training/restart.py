"""Starting over after a collapse."""

import torch

from craniomark.flows.training.checkpoints import Checkpoints
from craniomark.flows.training.events import Teller
from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.state import Counters, Parts, part_of
from craniomark.flows.training.task import Renewable, Task
from craniomark.flows.training.tensors import Damaged
from craniomark.ground.checks import InputError


def next_attempt(
    task: Task, settings: LoopSettings, folder: RunFolder, checkpoints: Checkpoints, parts: Parts,
    at: Counters, teller: Teller,
) -> Counters:  # fmt: skip
    """Put everything back to step 0, with the next seed; return the counters of the new attempt.

    A task that can renews its network; else the very first weights meet other samples.

    Raises
    ------
    InputError
        If as many restarts as the settings allow have collapsed.
    """
    if at.attempt >= settings.restarts:
        value = f"collapsed at step {at.step} after {at.attempt} restarts ({_shown(at.figures)})"
        remedy = "lower learning_rate, lengthen the warm-up, or begin with an easier objective"
        raise InputError(folder.path, "network", value, remedy)
    number, seed = at.attempt + 1, settings.seed + at.attempt + 1
    teller.log(
        f"The network collapsed at step {at.step} ({_shown(at.figures)}): "
        f"restart {number} of at most {settings.restarts}, with seed {seed}."
    )
    if isinstance(task, Renewable):
        task.renew(seed)
    else:
        task.network.load_state_dict(_first_weights(checkpoints))
    parts.optimizer.state.clear()
    parts.average.begin()
    return Counters(attempt=number, seconds=at.seconds)


def _first_weights(checkpoints: Checkpoints) -> dict[str, torch.Tensor]:
    path = checkpoints.path(0, 0)
    try:
        return part_of(checkpoints.read(path)[1], "network")
    except Damaged as error:
        remedy = "train into another folder"
        raise InputError(path, "content", "damaged, and it is what to start over from", remedy) from error


def _shown(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
