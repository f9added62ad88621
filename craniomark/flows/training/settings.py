"""How long and how a network is trained, whatever the task."""

from dataclasses import dataclass
from typing import Literal, get_args

Schedule = Literal["cosine", "constant"]
Precision = Literal["auto", "32", "bf16"]
DeviceName = Literal["auto", "cpu", "cuda"]
Result = Literal["last", "best"]


@dataclass(frozen=True)
class LoopSettings:
    """Settings of the training loop.

    Attributes
    ----------
    steps : int
        Updates of the weights.
    seed : int
        Samples, dropout and the order of everything follow from it and the step.
    learning_rate, weight_decay : float
        Of AdamW.
    schedule : {"cosine", "constant"}
        Course of the learning rate after the warm-up; cosine ends at zero.
    warmup_steps : int
        Steps over which the learning rate rises linearly.
    gradient_clip : float
        Largest norm of the gradient; 0 leaves it as it is.
    precision : {"auto", "32", "bf16"}
        "auto": bfloat16 where the device multiplies it in hardware, else single precision.
    metrics_every, validate_every, save_every, pictures_every : int
        Steps between curve points (means since the last), validations, checkpoints and pictures;
        0 pictures: at the end alone.
    keep_checkpoints : int
        Newest checkpoints that stay; at least two, so that a damaged one has one before it.
    device : {"auto", "cpu", "cuda"}
        "auto": a GPU where there is one.
    devices : int
        Processes that share the batch of each step, one a device; on several machines, those of each.
    nodes : int
        Machines that share each step.
    strategy : str
        Of Lightning Fabric: "auto" or one of those that hold the whole network in each process,
        e.g. ``"ddp"``, ``"ddp_find_unused_parameters_true"``.
    average_weights : float
        Decay of the moving average of the weights, which is validated and kept; 0: none.
    result : {"last", "best"}
        Weights that are kept in the end: the last, or those with the best first validation figure.
    restarts : int
        Most restarts with other samples after a collapse that the task noticed.
    batches_ahead : int
        Batches that threads prepare ahead; the same batches as without.
    cache_rounds : int
        Times that each batch is shown; all but the first come from the cache, which further processes
        fill meanwhile. 0: each step has a batch of its own, and none is kept.
    cache_steps : int
        Batches of a round, after which kept ones are shown again.
    cache_gb : float
        Largest size of all kept batches in the cache folder, GB; what doesn't fit is made anew.
    cache_workers : int
        Processes that fill the cache; 0 reads what is there.
    tensorboard : bool
        Write curves and pictures for TensorBoard too.

    Raises
    ------
    ValueError
        If a value isn't allowed; the message names field, value and what is.
    """

    steps: int = 1000
    seed: int = 0
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: Schedule = "cosine"
    warmup_steps: int = 0
    gradient_clip: float = 1.0
    precision: Precision = "auto"
    metrics_every: int = 10
    validate_every: int = 200
    save_every: int = 200
    pictures_every: int = 0
    keep_checkpoints: int = 2
    device: DeviceName = "auto"
    devices: int = 1
    nodes: int = 1
    strategy: str = "auto"
    average_weights: float = 0.0
    result: Result = "last"
    restarts: int = 2
    batches_ahead: int = 0
    cache_rounds: int = 0
    cache_steps: int = 100
    cache_gb: float = 10.0
    cache_workers: int = 1
    tensorboard: bool = True

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            _check(value in choices, name, value, "one of " + ", ".join(choices))
        for name, least in _LEAST.items():
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            _check(whole and value >= least, name, value, f"a whole number of at least {least}")
        _check(0 < self.learning_rate < 10, "learning_rate", self.learning_rate, "above 0 and below 10")
        _check(0 <= self.weight_decay < 10, "weight_decay", self.weight_decay, "from 0 to below 10")
        _check(0 <= self.gradient_clip < 1e9, "gradient_clip", self.gradient_clip, "0 or more")
        _check(0 <= self.average_weights < 1, "average_weights", self.average_weights, "from 0 to below 1")
        _check(0 <= self.cache_gb < 1e6, "cache_gb", self.cache_gb, "0 or more")
        whole = self.strategy == "auto" or self.strategy.startswith("ddp")
        _check(whole, "strategy", self.strategy, "auto or one that begins with ddp")
        shorter = f"less than steps ({self.steps})"
        _check(self.warmup_steps < self.steps, "warmup_steps", self.warmup_steps, shorter)


_CHOICES = {
    "schedule": get_args(Schedule),
    "precision": get_args(Precision),
    "device": get_args(DeviceName),
    "result": get_args(Result),
}
_LEAST = {
    "steps": 1, "seed": 0, "warmup_steps": 0, "metrics_every": 1, "validate_every": 1, "save_every": 1,
    "pictures_every": 0, "keep_checkpoints": 2, "devices": 1, "nodes": 1, "restarts": 0, "batches_ahead": 0,
    "cache_rounds": 0, "cache_steps": 1, "cache_workers": 0,
}  # fmt: skip


def _check(good: bool, field: str, value: object, allowed: str) -> None:
    if not good:
        raise ValueError(f"{field} is {value!r}: allowed is {allowed}")
