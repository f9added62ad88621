"""What the panel AutoOrient thinks: volumes oriented one after the other, results, undo."""

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.desktop import poses
from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover
from craniomark.desktop.outcomes import Outcome, failure, outcome_of, summary
from craniomark.desktop.words import sentence, step_words, tr
from craniomark.flows.jobs import Job, Orient
from craniomark.flows.jobs.job import left_words
from craniomark.ground.checks import InputError
from craniomark.mrml import Node
from craniomark.mrml.nodes import checked, name_of
from craniomark.mrml.parents import linear_to_world

VOLUME = "vtkMRMLScalarVolumeNode"


@dataclass
class _Work:
    """A volume that is being oriented."""

    volume: str
    name: str
    handed: Handover
    job: Job | None = None


class OrientPresenter:
    """Orients volumes of a scene, and does what else the panel offers for them.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    changed : callable
        Called after each change.
    ensure : callable
        Called before work begins, to install what is missing; raises InputError where that fails.
    """

    def __init__(
        self,
        board: JobBoard,
        scene_of: Callable[[], Any],
        changed: Callable[[], None] = lambda: None,
        ensure: Callable[[], None] = lambda: None,
    ) -> None:
        self._board, self._scene_of, self.changed, self.ensure = board, scene_of, changed, ensure
        self.steps = poses.Steps(scene_of)
        self.outcomes: list[Outcome] = []
        self._waiting: deque[tuple[str, str]] = deque()
        self._work: _Work | None = None
        self._model: str | None = None
        self._folder: Path | None = None
        self._count = 0

    @property
    def busy(self) -> bool:
        """Whether volumes are being oriented."""
        return self._work is not None or bool(self._waiting)

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing."""
        if self._work is None:
            return ""
        job, count = self._work.job, self._count
        number = count - len(self._waiting)
        which = tr(" ({number} of {count})").format(number=number, count=count) if count > 1 else ""
        if job is None:
            return tr("Handing over {name}{which}").format(name=self._work.name, which=which)
        told = {"waiting": tr("waiting for another job"), "cancelling": tr("stopping")}
        what, left = told.get(job.state, step_words(job.step)), left_words(job.seconds_left)
        return tr("{name}{which}: {what}{left}").format(
            name=self._work.name, which=which, what=what, left=left
        )

    @property
    def fraction(self) -> float:
        """Of all volumes, 0 to 1."""
        if not self._count or self._work is None:
            return 0.0
        done = self._count - len(self._waiting) - 1
        return (done + (self._work.job.fraction if self._work.job else 0.0)) / self._count

    def summary(self) -> tuple[str, str]:
        """Kind and sentence on how it ended."""
        return summary(self.outcomes)

    def orient(self, volumes: Sequence[Node | None], model: str | None) -> None:
        """Begin to orient volumes, one after the other.

        Raises
        ------
        InputError
            If there are none, the model is gone, or packages are missing and were not installed.
        """
        if self.busy:
            return
        if not volumes:
            raise InputError(tr("Scene"), tr("volumes"), tr("none"), tr("load a volume first"))
        for volume in volumes:
            checked(volume, VOLUME, tr("volume"))
        if model and not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        self.ensure()
        self._model, self.outcomes = model, []
        self._waiting.extend((volume.GetID(), name_of(volume)) for volume in volumes if volume is not None)
        self._count = len(self._waiting)
        self._folder = Path(tempfile.mkdtemp(prefix="craniomark-orient-"))
        self._next()
        self.changed()

    def cancel(self) -> None:
        """Stop; volumes that are done stay as they are now."""
        self._waiting.clear()
        work = self._work
        if work is None:
            return
        work.handed.give_up()
        if work.job is not None:
            self._board.cancel(work.job)
        else:
            self._over(failure(work.name, "cancelled", tr("Stopped; the volume is as it was.")))
        self.changed()

    def scene_closed(self) -> None:
        """The scene is gone, and with it what could be undone."""
        self.steps.forget()
        self.outcomes = []
        self.cancel()

    def flip(self, volume: Node | None) -> None:
        """Exchange left and right of a volume."""
        with self._step(volume, tr("Flip")) as node:
            poses.flip(node)

    def show_handles(self, volume: Node | None, shown: bool) -> None:
        """Show handles for a correction by hand, or hide them; what they did is one step of undo."""
        if not shown:
            if volume is not None:
                poses.show_handles(volume, False)
            self.changed()
            return
        with self._step(volume, tr("Correction by hand")) as node:
            poses.show_handles(node, True)

    def harden(self, volume: Node | None) -> None:
        """Write the pose into the volume's placement."""
        with self._step(volume, tr("Harden")) as node:
            poses.harden(node)

    def undo(self) -> Node:
        """Undo the last step; returns the volume."""
        try:
            volume = self.steps.undo()
        finally:
            self.changed()
        return volume

    def _step(self, volume: Node | None, what: str) -> "_Step":
        return _Step(self, checked(volume, VOLUME, tr("volume")), what)

    def _next(self) -> None:
        """Hand over the next volume, if there is one."""
        self._work = None
        while self._waiting and self._folder is not None:
            identity, name = self._waiting.popleft()
            node = self._node(identity)
            try:
                if node is None:
                    raise _gone(name)
                handed = Handover(node, self._folder / f"{self._count - len(self._waiting)}.nrrd")
            except (InputError, OSError) as error:
                self.outcomes.append(failure(name, "refused", sentence(error)))
                continue
            self._work = _Work(identity, name, handed)
            self._board.follow(self._follow_handover)
            return
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _follow_handover(self) -> bool:
        work = self._work
        if work is None or work.job is not None:
            return True
        if not work.handed.done:
            return False
        try:
            self._check(work)
        except (InputError, OSError, ValueError) as error:
            self._over(failure(work.name, "refused", sentence(error)))
            return True
        out = work.handed.path.with_suffix(".tfm")
        work.job = self._board.ask(Orient(scan=work.handed.path, model=self._model, out=out), self._heard)
        self.changed()
        return True

    def _check(self, work: _Work) -> Node:
        """The volume, as it was when it was handed over."""
        node = self._node(work.volume)
        if node is None:
            raise _gone(work.name)
        work.handed.check(node)
        return node

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if not job.ended:
            if self._node(work.volume) is None:
                self._board.cancel(job)
            self.changed()
            return
        if job.state == "cancelled" and self._node(work.volume) is None:
            self._over(failure(work.name, "refused", sentence(_gone(work.name))))
            return
        if job.state != "done":
            if job.missing:
                from craniomark.desktop.requirements import forget

                forget()
            words = tr("Stopped; the volume is as it was.") if job.state == "cancelled" else job.message
            told = words.replace(str(work.handed.path), work.name)
            self._over(failure(work.name, job.state, told, "\n".join(job.last_lines)))
            return
        try:
            node = self._check(work)
            outcome = outcome_of(work.name, job.value, work.handed.left_right_known)
            with self._step(node, tr("Orient")):
                found = np.array(job.value["specimen_to_template"]) @ work.handed.to_world
                poses.put_upright(node, found @ np.linalg.inv(linear_to_world(node)))
        except (InputError, OSError, ValueError, KeyError) as error:
            outcome = failure(work.name, "refused", sentence(error))
        self._over(outcome)

    def _over(self, outcome: Outcome) -> None:
        if self._work is not None:
            with suppress(OSError):
                self._work.handed.path.unlink(missing_ok=True)
        self.outcomes.append(outcome)
        self._next()
        self.changed()

    def _node(self, identity: str) -> Node | None:
        return self._scene_of().GetNodeByID(identity)


class _Step:
    """A change of a volume that can be undone; one that fails leaves no step."""

    def __init__(self, presenter: OrientPresenter, volume: Node, what: str) -> None:
        self._presenter, self._volume, self._what = presenter, volume, what

    def __enter__(self) -> Node:
        self._presenter.steps.keep(poses.before(self._volume, self._what))
        return self._volume

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is not None:
            self._presenter.steps.drop()
        self._presenter.changed()


def _gone(name: str) -> InputError:
    value = tr("deleted while it was worked on")
    return InputError(name, tr("volume"), value, tr("load it again; nothing else was changed"))
