"""A step that several processes share: each has a part of one batch, and together they learn what one would.

Processes average their gradients. The mean of a term over a part counts as much as what it is taken over,
be it samples or landmarks that are present, so that the average is the gradient of the whole batch.
"""

from collections.abc import Sequence
from typing import Any

import torch

from craniomark.flows.training.task import Batch, Counted, Task
from craniomark.ground.checks import InputError


def part_of_step(batch: Batch, fabric: Any) -> Batch:
    """The samples of this process of the batch that all share.

    Raises
    ------
    InputError
        If there are fewer samples than processes.
    """
    if fabric.world_size == 1:
        return batch
    try:
        return batch.part(fabric.global_rank, fabric.world_size)
    except ValueError as error:
        value = f"{fabric.world_size} processes ({error})"
        raise InputError("settings", "devices", value, "use fewer devices or a larger batch") from error


def shares(task: Task, batch: Batch, fabric: Any, terms: Sequence[str]) -> torch.Tensor:
    """Factors, shape (T,), by which this process weighs its terms, so that their mean is the batch's.

    Parameters
    ----------
    task : Task
        Tells what its terms are means over, where that is not samples.
    batch : Batch
        The whole one.
    fabric : lightning.fabric.Fabric
        Tells which part is this process's.
    terms : sequence of str
        Names of the terms.
    """
    rank, ranks = fabric.global_rank, fabric.world_size
    part, of_whole = batch.part(rank, ranks), _counts(task, batch)
    of_part = _counts(task, part)
    return torch.tensor([
        ranks * share(of_part.get(term, part.rows), of_whole.get(term, batch.rows)) for term in terms
    ])  # fmt: skip


def share(part: float, whole: float) -> float:
    """Share of a part; of a term that is taken over nothing at all, none."""
    return part / whole if whole else 0.0


def _counts(task: Task, batch: Batch) -> dict[str, float]:
    return task.counts(batch) if isinstance(task, Counted) else {}
