"""Training of one network in one run folder."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from craniomark.flows.training.device import start_fabric
from craniomark.flows.training.events import Teller
from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.holding import held
from craniomark.flows.training.identity import Identity, code_sha256
from craniomark.flows.training.kept.keep import Keep
from craniomark.flows.training.loop import Loop
from craniomark.flows.training.metrics import trim_metrics
from craniomark.flows.training.resume import check_identity, record_identity
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.task import Task
from craniomark.flows.training.tensors import load_weights
from craniomark.flows.training.trouble import told, told_troubles
from craniomark.flows.training.watch import Watch
from craniomark.ground.checks import InputError, told_where_full

_ANEW = "The run that was begun here with other settings or data had learnt nothing: this one begins anew."


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
    seconds : float
        Wall time of training, over all resumptions.
    """

    status: Literal["done", "stopped"]
    step: int
    figures: dict[str, float]
    weights: Path
    seconds: float = 0.0


def run_training(
    task: Task,
    settings: LoopSettings,
    folder: Path,
    identity: Identity,
    listen: Callable[[dict[str, Any]], None] | None = None,
    stop_file: Path | None = None,
    parent: int | None = None,
    job: str | None = None,
    keep: Keep | None = None,
) -> Outcome:
    """Train the network of `task`, or go on with the run that lies in `folder`.

    Killed at any moment and started again, it ends with the same weights: to the bit on a CPU with
    the same number of threads, as far as the task's batches are functions of seed and step.

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
        The run is saved and stopped as soon as this file exists; who made it removes it.
    parent : int, optional
        The run is saved and stopped when the process of this id is gone.
    job : str, optional
        Name in the events; by default the task's.
    keep : Keep, optional
        Where batches are kept, if the settings ask for it.

    Raises
    ------
    InputError
        If the folder is in use or began with other configuration or data, all its checkpoints are
        damaged, a loss isn't finite, memory or disk don't suffice, or the task refuses a specimen.
    KeyboardInterrupt
        After Ctrl-C, when the run is saved.
    """
    files = RunFolder(folder)
    teller = Teller(files, job or task.name, listen)
    watch = Watch(stop_file, parent)
    with torch.random.fork_rng(devices=[]), watch.listening():
        try:
            fabric = start_fabric(settings)
            teller.silent = not fabric.is_global_zero
            # Processes that share the run rely on the first.
            alone = held(files.path, "run") if fabric.is_global_zero else nullcontext()
            with alone, told_troubles(files.path, "at the start", fabric.device):
                return _train(task, settings, files, identity, fabric, teller, watch, keep)
        except Exception as error:
            teller.error(str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}")
            raise
        finally:
            teller.close()


def _train(
    task: Task, settings: LoopSettings, files: RunFolder, identity: Identity, fabric: Any, teller: Teller,
    watch: Watch, keep: Keep | None,
) -> Outcome:  # fmt: skip
    code = code_sha256()
    old = files.identity.exists()
    remarks: list[str] = []
    try:
        remarks = check_identity(files, identity, settings) if old else []
    except InputError:
        if files.has_learnt():
            raise
        old, remarks = False, [_ANEW]
    fabric.barrier()
    if old and (finished := _finished(task, files)):
        teller.log(f"Done before, at step {finished.step}: nothing is trained again.")
        return finished
    if fabric.is_global_zero:
        files.clear_parts()
        if not old:
            files.forget()
            record_identity(files, identity, settings)
    for remark in remarks:
        teller.log(remark)
    loop = Loop(task, settings, files, fabric, teller, watch, keep)
    _begin(loop, settings, files, teller)
    try:
        reason = loop.train()
        if reason is None:
            loop.write_weights()
    except KeyboardInterrupt:
        _close(loop, "stopped", "Ctrl-C", teller)
        raise
    except Exception as error:
        when = f"at step {loop.at.step}"
        sentence = error if isinstance(error, InputError) else told(error, files.path, when, fabric.device)
        _close(loop, "failed", str(sentence or f"{type(error).__name__}: {error}"), teller)
        if sentence is None or sentence is error:
            raise
        raise sentence from error
    return _ended(loop, reason, files, teller, watch, changed=code != code_sha256())


def _finished(task: Task, files: RunFolder) -> Outcome | None:
    """The outcome of a run that is done already, with its weights given to the network."""
    with suppress(InputError, KeyError):
        state = read_json(files.state)
        if state["status"] == "done":
            load_weights(task.network, files.weights)
            task.network.eval()
            return Outcome("done", state["step"], state["figures"], files.weights, state["seconds"])
    return None


def _begin(loop: Loop, settings: LoopSettings, files: RunFolder, teller: Teller) -> None:
    resumed = loop.resume()
    if not resumed and files.state.exists() and read_json(files.state).get("checkpoint"):
        remedy = "put them back, or train into another folder"
        raise InputError(files.checkpoints, "checkpoints", "gone, though the run had begun", remedy)
    if not teller.silent:
        trim_metrics(files.metrics, loop.at.step)
    if settings.tensorboard:
        with told_where_full(files.path):
            teller.open_board(loop.at.step)
    teller.log(f"{'Resumed at' if resumed else 'Started at'} step {loop.at.step} of {settings.steps}.")


def _close(loop: Loop, status: str, message: str, teller: Teller) -> None:
    if not teller.silent:
        with suppress(InputError, OSError):
            loop.write_state(status, message)
        teller.keep(message)


def _ended(
    loop: Loop, reason: str | None, files: RunFolder, teller: Teller, watch: Watch, changed: bool
) -> Outcome:
    if changed:
        teller.log(
            "The code of CranioMark was changed while the run went on; it was held to what it had loaded."
        )
    status: Literal["done", "stopped"] = "stopped" if reason else "done"
    message = f"Stopped by {reason} at step {loop.at.step}; it goes on from there." if reason else "Done."
    weights = loop.checkpoints.path(loop.at.attempt, loop.at.step) if reason else files.weights
    if not teller.silent:
        loop.write_state(status, message)
    teller.result(loop.at.step, weights, message)
    if watch.interrupted:
        raise KeyboardInterrupt
    return Outcome(status, loop.at.step, loop.at.figures, weights, round(loop.at.seconds, 1))
