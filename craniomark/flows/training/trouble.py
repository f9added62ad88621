"""What stops a run, told so that it can be mended: numbers that aren't, memory, a full disk."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from craniomark.flows.training.randomness import seed_generators
from craniomark.flows.training.task import Batch
from craniomark.ground.checks import InputError, available_memory, is_full

_UNITS = {"bytes": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_NEEDED = re.compile(r"(?:allocate:? |allocate memory: you tried to allocate )([\d.]+) ?([KMGT]iB|bytes|B)\b")
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")

Terms = Callable[[Batch], Mapping[str, torch.Tensor]]


def not_finite(terms: Mapping[str, float]) -> list[str]:
    """Names of the terms that are NaN or infinite."""
    return [name for name, value in terms.items() if not abs(value) < float("inf")]


def faulty_specimens(
    terms_of: Terms, batch: Batch, seed: int, step: int, network: torch.nn.Module | None = None
) -> tuple[str, ...]:
    """Specimens whose sample alone gives a loss that isn't finite; all where none does.

    Parameters
    ----------
    terms_of : callable
        The terms of the loss of a batch.
    batch : Batch
        The one that went wrong; tensors with one entry per specimen are cut, others stay whole.
    seed, step : int
        Of that update.
    network : torch.nn.Module, optional
        Look at its gradients too.
    """
    found = []
    for index, name in enumerate(batch.names):
        with suppress(RuntimeError, ValueError, IndexError, ArithmeticError):
            seed_generators(seed, step, "update")
            if _is_faulty(terms_of, _only(batch, index), network):
                found.append(name)
    return tuple(dict.fromkeys(found or batch.names))


def _only(batch: Batch, index: int) -> Batch:
    """One specimen, twice: batch norm refuses one alone, and its running values may be spoilt already."""
    count = len(batch.names)
    cut = {name: t[[index, index]] if t.ndim and len(t) == count else t for name, t in batch.tensors.items()}
    return Batch(cut, (batch.names[index],) * 2)


def _is_faulty(terms_of: Terms, batch: Batch, network: torch.nn.Module | None) -> bool:
    with torch.set_grad_enabled(network is not None):
        total = torch.stack([t.float().reshape(()) for t in terms_of(batch).values()]).sum()
    if network is None or not bool(total.isfinite()):
        return not bool(total.isfinite())
    network.zero_grad()
    total.backward()  # type: ignore[no-untyped-call]
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    return not all(bool(g.isfinite().all()) for g in gradients)


def loss_trouble(where: Path, step: int, what: str, names: tuple[str, ...]) -> InputError:
    """The error for a loss or a gradient that isn't finite."""
    some = ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
    value = f"not finite at step {step} ({what}; specimen{'s' if len(names) > 1 else ''} {some})"
    remedy = "check these specimens, or lower learning_rate; the last good checkpoint is kept"
    return InputError(where, "loss", value, remedy)


@contextmanager
def told_troubles(where: Path, when: str, device: torch.device) -> Iterator[None]:
    """Raise what `told` makes of errors in the block; others come through.

    Raises
    ------
    InputError
        If memory or disk didn't suffice.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        sentence = told(error, where, when, device)
        if sentence is None:
            raise
        raise sentence from error


def told(error: BaseException, where: Path, when: str, device: torch.device) -> InputError | None:
    """The same error as a sentence for the user, or None where it is neither memory nor disk.

    Parameters
    ----------
    error : exception
        Whatever was raised.
    where : Path
        The run folder.
    when : str
        What was being done, e.g. ``at step 3``.
    device : torch.device
        Where.
    """
    if isinstance(error, OSError) and is_full(error):
        remedy = "make room and start the run again; it goes on from its last checkpoint"
        return InputError(where, "disk", f"full ({error.strerror})", remedy)
    if _is_memory(error):
        value = f"too little {when} on {device}: {_sizes(str(error), device)}"
        remedy = "lower the batch size or the size of the images, or choose another device"
        return InputError(where, "memory", value, remedy)
    return None


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)


def _sizes(message: str, device: torch.device) -> str:
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else available_memory()
    left = "an unknown amount is free" if free is None else f"{free / 1e9:.1f} GB are free"
    if found := _NEEDED.search(message):
        return f"{float(found[1]) * _UNITS[found[2]] / 1e9:.1f} GB more were needed and {left}"
    return f"more was needed and {left}"
