"""What the panel AutoLandmark thinks while landmarks of a volume are predicted."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover, SurfaceHandover, handed_over
from craniomark.desktop.inputs import checked_volume
from craniomark.desktop.orient_folder import check_writable
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.results import SPECIMEN, OtherScanError, check_results_free, keep, specimen_of
from craniomark.desktop.words import sentence, step_words, tr
from craniomark.flows.jobs import Job, Predict
from craniomark.flows.jobs.job import left_words
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.mrml import Node
from craniomark.mrml.nodes import name_of


@dataclass(frozen=True)
class Options:
    """How landmarks are predicted: as `Predict` has it."""

    model: str | None = None
    orient: bool = True
    refine: bool = True
    mirror: bool = False


@dataclass(frozen=True)
class Predicted:
    """Where a prediction lies, and what a review that has begun should take of it."""

    volume: Node
    folder: Path
    id: str
    fresh: LandmarkSet | None


@dataclass
class _Work:
    volume: str
    name: str
    id: str
    out: Path
    folder: Path
    handed: Handover | SurfaceHandover
    options: Options
    job: Job | None = None


class PredictPresenter:
    """Predicts the landmarks of one volume at a time.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    ensure : callable
        Called before work begins, to install what is missing.
    """

    def __init__(
        self, board: JobBoard, scene_of: Callable[[], Any], ensure: Callable[[], None] = lambda: None
    ) -> None:
        self._board, self._scene_of, self.ensure = board, scene_of, ensure
        self.changed: Callable[[], None] = lambda: None
        self.ready: Callable[[Predicted], None] = lambda _: None
        self.outcome: Outcome | None = None
        self._work: _Work | None = None

    @property
    def busy(self) -> bool:
        """Whether a volume is at work."""
        return self._work is not None

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing."""
        if self._work is None:
            return ""
        job = self._work.job
        if job is None:
            return tr("Handing over {name}").format(name=self._work.name)
        what = {"waiting": tr("waiting for another job"), "cancelling": tr("stopping")}.get(
            job.state, step_words(job.step)
        )
        return tr("{name}: {what}{left}").format(
            name=self._work.name, what=what, left=left_words(job.seconds_left)
        )

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return self._work.job.fraction if self._work and self._work.job else 0.0

    def predict(self, volume: Node | None, out: str, options: Options) -> None:
        """Begin.

        Raises
        ------
        InputError
            If there is no volume or folder, the model is gone, or packages are missing.
        """
        if self.busy:
            return
        node = checked_volume(volume)
        if not out.strip():
            raise InputError(tr("Results"), tr("folder"), tr("none"), tr("choose where results are kept"))
        if options.model and not Path(options.model).exists():
            raise InputError(options.model, tr("model"), tr("missing"), tr("choose another model"))
        place = Path(out).expanduser()
        check_writable(place)
        self.ensure()
        id_ = specimen_of(node)
        check_results_free(place, id_)
        folder = Path(tempfile.mkdtemp(prefix=".predicting-", dir=place))
        try:
            handed = handed_over(node, folder, id_)
        except Exception:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.outcome = None
        self._work = _Work(node.GetID(), name_of(node), id_, place, folder, handed, options)
        self._board.follow(self._follow_handover)
        self.changed()

    def cancel(self) -> None:
        """Stop; nothing is kept."""
        work = self._work
        if work is None:
            return
        work.handed.give_up()
        if work.job is not None:
            self._board.cancel(work.job)
        else:
            self._over(failure(work.name, "cancelled", tr("Stopped; nothing was changed.")))
        self.changed()

    def _follow_handover(self) -> bool:
        work = self._work
        if work is None or work.job is not None:
            return True
        if not work.handed.done:
            return False
        try:
            work.handed.check(self._node(work))
        except (InputError, OSError, ValueError) as error:
            self._over(failure(work.name, "refused", sentence(error)))
            return True
        ask = work.options
        request = Predict(
            scan=work.handed.path, out=work.folder / "made", id=work.id, model=ask.model, orient=ask.orient,
            refine=ask.refine, mirror=ask.mirror != work.handed.flipped,
        )  # fmt: skip
        work.job = self._board.ask(request, self._heard)
        self.changed()
        return True

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        gone = self._scene_of().GetNodeByID(work.volume) is None
        if not job.ended:
            if gone:
                self._board.cancel(job)
            self.changed()
        elif job.state == "done":
            self._finish(work, job)
        elif job.state == "cancelled" and gone:
            self._over(failure(work.name, "refused", sentence(_gone(work.name))))
        else:
            self._over(_failed(work.name, job, str(work.handed.path)))

    def _finish(self, work: _Work, job: Job) -> None:
        try:
            node = self._node(work)
            work.handed.check(node)
            begun = keep(work.folder / "made", work.handed.path, work.out, work.id)
            fresh = read_landmarks(job.files["table"]) if begun else None
            node.SetAttribute(SPECIMEN, work.id)
            self._over(_done(work.name, job, work.handed))
            self.ready(Predicted(node, work.out, work.id, fresh))
        except OtherScanError as error:
            node.RemoveAttribute(SPECIMEN)  # a copy has that of its origin, and a new name shall count
            self._over(failure(work.name, "refused", sentence(error)))
        except (InputError, OSError, ValueError, KeyError) as error:
            self._over(failure(work.name, "refused", sentence(error)))

    def _over(self, outcome: Outcome) -> None:
        work, self._work = self._work, None
        self.outcome = outcome
        if work is not None:
            shutil.rmtree(work.folder, ignore_errors=True)
        self.changed()

    def _node(self, work: _Work) -> Node:
        node = self._scene_of().GetNodeByID(work.volume)
        if node is None:
            raise _gone(work.name)
        return node


def _failed(name: str, job: Job, path: str) -> Outcome:
    if job.missing:
        from craniomark.desktop.requirements import forget

        forget()
    words = tr("Stopped; nothing was changed.") if job.state == "cancelled" else job.message
    return failure(name, job.state, words.replace(path, name), "\n".join(job.last_lines))


def _done(name: str, job: Job, handed: Handover | SurfaceHandover) -> Outcome:
    counts = job.value.get("counts") or {}
    words = tr("{name}: {count} landmarks are predicted; {review} doubtful, {missing} missing.")
    told = words.format(
        name=name, count=counts.get("landmarks", 0), review=counts.get("review", 0),
        missing=counts.get("missing", 0),
    )  # fmt: skip
    orientation = job.value.get("orientation") or {}
    if orientation.get("verdict") == "doubtful":
        told += " " + tr("The pose is doubtful: look whether the points lie on the skull.")
    if handed.flipped:
        told += " " + tr("The volume is flipped: left and right are those of the flipped skull.")
    elif not handed.left_right_known:
        told += " " + tr("Left and right can't be told from its file: compare them with the specimen.")
    doubtful = orientation.get("verdict") == "doubtful" or counts.get("review", 0)
    return Outcome(name, "doubtful" if doubtful else "good", told)


def _gone(name: str) -> InputError:
    value = tr("deleted while it was worked on")
    return InputError(name, tr("volume"), value, tr("load it again; nothing else was changed"))
