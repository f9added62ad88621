"""The course of the learning rate, a function of the step."""

import math

from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Paced, Task


def learning_rate(settings: LoopSettings, step: int) -> float:
    """Learning rate of the update that follows `step` updates.

    It rises linearly over the warm-up and then stays, or falls along half a cosine to zero
    (Loshchilov and Hutter 2017, SGDR, without its restarts).
    """
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (step - settings.warmup_steps) / (settings.steps - settings.warmup_steps)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


def rate_of(task: Task, settings: LoopSettings, step: int) -> float:
    """Learning rate of the update that follows `step` updates of `task`, which may have its own course."""
    factor = task.rate_factor(step) if isinstance(task, Paced) else 1.0
    return factor * learning_rate(settings, step)
