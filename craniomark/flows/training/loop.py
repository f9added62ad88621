"""The loop: update after update, saved so that a kill at any moment loses nothing.

A checkpoint holds the state right after an update. What is told between updates is derived from
that state, and told again when a run resumes there.
"""

import math
import os
import time
from contextlib import suppress
from typing import Any

from craniomark.flows.training.average import MovingAverage
from craniomark.flows.training.between import Between
from craniomark.flows.training.checkpoints import Checkpoints
from craniomark.flows.training.events import Teller
from craniomark.flows.training.files import RunFolder, write_json
from craniomark.flows.training.kept.keep import Keep, planned
from craniomark.flows.training.metrics import put_aside
from craniomark.flows.training.restart import next_attempt
from craniomark.flows.training.schedule import rate_of
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.state import Counters, Parts
from craniomark.flows.training.task import Renewable, Task, Watched
from craniomark.flows.training.tensors import load_weights, write_tensors
from craniomark.flows.training.update import Updates
from craniomark.flows.training.watch import Watch
from craniomark.ground.checks import InputError


class Loop:
    """Training of one network on launched devices.

    Parameters
    ----------
    task, settings : Task, LoopSettings
        What and how.
    folder : RunFolder
        Where it is kept; the first of several processes alone writes.
    fabric : lightning.fabric.Fabric
        The devices.
    teller : Teller
        Told of everything.
    watch : Watch
        Asked before each update.
    keep : Keep, optional
        Where batches are kept, if the settings ask for it.
    """

    def __init__(
        self, task: Task, settings: LoopSettings, folder: RunFolder, fabric: Any, teller: Teller,
        watch: Watch, keep: Keep | None = None,
    ) -> None:  # fmt: skip
        self.at = Counters()
        self._task, self._settings, self._folder = task, settings, folder
        self._fabric, self._teller, self._watch = fabric, teller, watch
        shown = planned(task, settings, keep, fabric.is_global_zero, teller.log)
        self._updates = Updates(task, settings, folder, fabric, shown)
        average = MovingAverage(task.network, settings.average_weights)
        self._parts = Parts(task.network, self._updates.optimizer, average)
        self._between = Between(task, settings, folder, fabric, teller)
        keep_first = isinstance(task, Watched) and not isinstance(task, Renewable)
        self.checkpoints = Checkpoints(folder.checkpoints, settings.keep_checkpoints, keep_first)
        self._saved = (-1, -1)
        self._first, self._began, self._counted = 0, time.monotonic(), time.monotonic()

    def resume(self) -> bool:
        """Go on from the newest good checkpoint; False where there is none.

        Raises
        ------
        InputError
            If all checkpoints are damaged, or hold another network.
        """
        found = self.checkpoints.newest(self._teller.log, set_aside=self._fabric.is_global_zero)
        if found is None:
            return False
        self.at, tensors = found
        try:
            self._parts.unpack(tensors)
        except (RuntimeError, KeyError, ValueError) as error:
            remedy = "take the code that the run began with, or train into another folder"
            raise InputError(self._folder.checkpoints, "network", "another one than here", remedy) from error
        self._saved, self._first = self._here(), self.at.step
        return True

    def train(self) -> str | None:
        """Train to the end.

        Returns
        -------
        str or None
            Why it stopped early, or None.
        """
        self._task.network.train()
        self._began = self._counted = time.monotonic()
        try:
            self.save()
            while True:
                self._teller.progress(self.at.step, self._settings.steps, self._seconds_left())
                if self._between.tell(self.at, self._parts.average):
                    self._start_over()
                elif self.at.step >= self._settings.steps:
                    return None
                elif reason := self._reason():
                    self.save()
                    return reason
                else:
                    self._advance()
        except Exception:
            if self._updates.whole:  # what was learned so far is kept, unless an update was half made
                with suppress(InputError, OSError, RuntimeError, MemoryError):
                    self.save(together=False)
            raise
        finally:
            self._updates.close()
            if words := self._updates.cache_words():
                self._teller.log(words)

    def save(self, together: bool = True) -> None:
        """Write a checkpoint of the present step, once.

        Parameters
        ----------
        together : bool
            Wait for the other processes; not where these may have failed.

        Raises
        ------
        InputError
            If the disk is full or the weights aren't finite; those before stay.
        """
        if self._here() == self._saved:
            return
        if not self._parts.finite():
            remedy = "lower learning_rate; the last good checkpoint is kept"
            raise InputError(self._folder.path, "network", f"not finite at step {self.at.step}", remedy)
        self._count_seconds()
        if self._fabric.is_global_zero:
            self.checkpoints.save(self.at, self._parts.packed())
            self.write_state("running")
        if together:
            self._fabric.barrier()
        self._saved = self._here()

    def write_state(self, status: str, message: str = "") -> None:
        """Write how far the run is, for whoever opens the folder."""
        self._count_seconds()
        at, saved = self.at, self.checkpoints.all()
        write_json(self._folder.state, {
            "schema": 1, "job": self._task.name, "pid": os.getpid(), "status": status, "message": message,
            "step": at.step, "of": self._settings.steps, "seconds_left": self._seconds_left(),
            "seconds": round(at.seconds, 1), "attempt": at.attempt, "seed": self._settings.seed + at.attempt,
            "figures": {name: v if math.isfinite(v) else None for name, v in at.figures.items()},
            "checkpoint": saved[-1].name if saved else "",
        })  # fmt: skip

    def write_weights(self) -> None:
        """Write the kept weights, and let the network have them."""
        network = self._task.network
        if self._settings.result == "best" and self.at.best is not None:
            self._fabric.barrier()
            load_weights(network, self._folder.best)
        elif self._parts.average.tensors:
            network.load_state_dict(self._parts.average.tensors)
        network.eval()
        if self._fabric.is_global_zero:
            notes = {"task": self._task.name, "steps": self._settings.steps}
            write_tensors(self._folder.weights, network.state_dict(), notes)
        self._fabric.barrier()

    def _advance(self) -> None:
        at = self.at
        if at.step == self._first:  # the time of a first validation tells nothing of the updates
            self._began = time.monotonic()
        values = self._updates.make(at)
        self._parts.average.follow(at.step)
        if at.step % self._settings.metrics_every == 0:
            at.sums = {}
        for name, value in {**values, "total": sum(values.values())}.items():
            total, number = at.sums.get(name, (0.0, 0))
            at.sums[name] = [total + value, number + 1]
        at.learning_rate = rate_of(self._task, self._settings, at.step)
        at.step += 1
        self._updates.whole = True
        if at.step % self._settings.save_every == 0 or at.step == self._settings.steps:
            self.save()

    def _start_over(self) -> None:
        before = self.at.attempt
        self.at = next_attempt(
            self._task, self._settings, self._folder, self.checkpoints, self._parts, self.at, self._teller
        )
        self._first, self._began = 0, time.monotonic()
        self.save()
        if self._fabric.is_global_zero:
            put_aside(self._folder.metrics, before)

    def _reason(self) -> str | None:
        reason = self._watch.reason()
        if reason is None and self._teller.abandoned:
            reason = "the end of the program that listened"
        return self._fabric.broadcast(reason) if self._fabric.world_size > 1 else reason

    def _here(self) -> tuple[int, int]:
        return self.at.attempt, self.at.step

    def _count_seconds(self) -> None:
        now = time.monotonic()
        self.at.seconds += now - self._counted
        self._counted = now

    def _seconds_left(self) -> float | None:
        done = self.at.step - self._first
        if done <= 0:
            return None
        return round((time.monotonic() - self._began) / done * (self._settings.steps - self.at.step), 1)
