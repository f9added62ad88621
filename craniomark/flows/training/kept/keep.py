"""Where and how the batches of a run are kept, from its settings."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import craniomark
from craniomark.flows.training.kept.batches import PlannedBatches, kept_batches
from craniomark.flows.training.kept.fill import Fillers, Maker
from craniomark.flows.training.kept.plan import Plan
from craniomark.flows.training.kept.store import Store
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Task
from craniomark.ground.checks import InputError

_MADE_BY = ("ground", "engine", "parts", "tasks", "flows/template", "flows/training")
_LIBRARIES = ("torch", "numpy", "scipy", "monai")


@dataclass(frozen=True)
class Keep:
    """What keeping batches needs to know of a run.

    Attributes
    ----------
    cache : Path
        The cache folder.
    parts : mapping
        All that samples depend on beside seed and step; JSON must hold it.
    make : callable
        Makes the task anew in another process; picklable.
    """

    cache: Path
    parts: Mapping[str, Any]
    make: Maker


def planned(
    task: Task, settings: LoopSettings, keep: Keep | None, first: bool, log: Callable[[str], None]
) -> PlannedBatches | None:
    """The batches of a run by its plan; None where each is new.

    Parameters
    ----------
    task, settings : Task, LoopSettings
        What and how.
    keep : Keep or None
        None: they are shown by the plan, but not kept.
    first : bool
        Whether this process is the one of several that fills the cache; the others read it.
    log : callable
        Is told what goes wrong.
    """
    if not settings.cache_rounds:
        return None
    plan = Plan(settings.cache_rounds, settings.cache_steps)
    if keep is None:
        return PlannedBatches(task, plan, settings.steps)
    store = Store(keep.cache, task.name, keep.parts, round(settings.cache_gb * 1e9))
    make, count = Checked(keep.make, code_of_samples()), settings.cache_workers if first else 0
    start = (lambda: Fillers(make, store, count)) if count else None
    return kept_batches(task, plan, settings.steps, store, start, log)


@dataclass(frozen=True)
class Checked:
    """Makes a task only if the code is that of the training, which may have been changed since.

    Attributes
    ----------
    make : callable
        Makes it.
    code : str
        As `code_of_samples` told where the training runs.
    """

    make: Maker
    code: str

    def __call__(self) -> Task:
        """The task.

        Raises
        ------
        InputError
            If the code is another.
        """
        if code_of_samples() != self.code:
            raise InputError("craniomark", "code", "changed since the training began", "start it again")
        return self.make()


def code_of_samples() -> str:
    """SHA-256 over the code that makes samples."""
    root = Path(craniomark.__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(path for part in _MADE_BY for path in (root / part).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def libraries() -> dict[str, str]:
    """Versions of the libraries that samples are computed with."""
    from importlib.metadata import version

    return {name: version(name) for name in _LIBRARIES}
