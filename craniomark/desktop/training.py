"""What a panel for training thinks: choices, buttons, state, curves, log."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.past_runs import PastRun, past_run
from craniomark.desktop.words import tr
from craniomark.flows.jobs import CheckData, Job, Train
from craniomark.flows.jobs.job import left_words
from craniomark.flows.jobs.runs import Curves
from craniomark.ground.checks import InputError

EVERYTHING = "all"
TASKS = (EVERYTHING, "orient", "landmark", "focus")
RECIPES = ("quick", "default")
_OVER = ("cancelled", "done", "refused", "failed", "crashed")


@dataclass(frozen=True)
class TrainChoices:
    """What the user has chosen.

    Attributes
    ----------
    data : str
        Folder or CSV list of landmarked scans.
    out : str
        Folder of the training.
    recipe : str
        One of `RECIPES`.
    task : str
        One of `TASKS`.
    words : str
        Further settings, ``key=value``, one a line.
    """

    data: str = ""
    out: str = ""
    recipe: str = RECIPES[0]
    task: str = EVERYTHING
    words: str = ""

    def request(self) -> Train:
        """What is asked of the child.

        Raises
        ------
        InputError
            If a folder is missing, or one can't be the output of the other.
        """
        data = _there(self.data, tr("Data"))
        if not self.out.strip():
            raise InputError(tr("Output"), tr("folder"), tr("none"), tr("choose where the training is kept"))
        out = Path(self.out).expanduser()
        if out.resolve() == data.resolve():
            raise InputError(out, tr("output folder"), tr("that of the data"), tr("choose another folder"))
        lines = tuple(word for line in self.words.splitlines() if (word := line.strip()))
        for word in lines:
            if "=" not in word:
                raise InputError(tr("Settings"), tr("line"), repr(word), tr("write key=value, one a line"))
        return Train(task=self.task, data=data, out=out, words=(f"recipe={self.recipe}", *lines))


@dataclass(frozen=True)
class TrainView:
    """What the panel shows.

    Attributes
    ----------
    start, check, pause, stop, use : bool
        Which buttons can be pressed.
    start_text : str
        Of the main button.
    status : str
        A line: what it is at, or how it ended.
    problem : str
        A sentence on what went wrong; empty if nothing did.
    last_lines : str
        What a process wrote before it crashed.
    fraction : float
        Of the whole, 0 to 1.
    parts : tuple of str
        Networks that have curves.
    part : str
        The one whose curves are shown.
    log : tuple of str
        Sentences.
    locked : bool
        Whether the choices can't be changed now.
    """

    start: bool
    check: bool
    pause: bool
    stop: bool
    use: bool
    start_text: str
    status: str
    problem: str
    last_lines: str
    fraction: float
    parts: tuple[str, ...]
    part: str
    log: tuple[str, ...]
    locked: bool


class TrainPresenter:
    """The one training of the program.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    ensure : callable
        Called before work begins, to install what is missing; raises InputError where that fails.
    """

    def __init__(self, board: JobBoard, ensure: Callable[[], None] = lambda: None) -> None:
        self._board, self.ensure = board, ensure
        self.choices = TrainChoices()
        self.job: Job | None = None
        self.checking: Job | None = None
        self.findings = ""
        self._past = PastRun("none")
        self._problem, self._part = "", ""
        self._listeners: list[Callable[[], None]] = []
        self.on_model: list[Callable[[Path], None]] = []
        """Told of the model that shall be used."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        with suppress(ValueError):
            self._listeners.remove(listener)

    def choose(self, **changes: str) -> None:
        """Change choices by name; what lies in a new output folder is looked at."""
        before, self.choices = self.choices, replace(self.choices, **changes)
        if self.choices == before:
            return
        if self.choices.out != before.out and not self.running:
            self.job, self._problem = None, ""
            self.look()
        self._tell()

    def look(self) -> None:
        """Look what the output folder holds."""
        out = self.choices.out.strip()
        try:
            self._past = past_run(Path(out).expanduser()) if out else PastRun("none")
        except (OSError, InputError, KeyError, TypeError, ValueError) as error:
            self._past, self._problem = PastRun("none"), str(error)

    @property
    def running(self) -> bool:
        """Whether a training waits or is at work."""
        return self.job is not None and self.job.state in ("waiting", "running", "pausing", "cancelling")

    @property
    def paused(self) -> bool:
        """Whether a training is paused."""
        return self.job is not None and self.job.state == "paused"

    @property
    def curves(self) -> Curves:
        """Of this training and what went before it in the folder."""
        return {**self._past.curves, **(self.job.curves if self.job else {})}

    @property
    def found_faults(self) -> str:
        """What the check found, a line each; its first line is a status."""
        return self.findings.partition("\n")[2]

    @property
    def model(self) -> Path | None:
        """The bundle that was made; None where there is none."""
        made = self.job.files.get("bundle") if self.job and self.job.state == "done" else None
        return made or self._past.model

    def check(self) -> None:
        """Look for faults in the data; raises InputError where there are none to look at."""
        data = _there(self.choices.data, tr("Data"))
        self.ensure()
        self._problem = self.findings = ""
        self.checking = self._board.ask(CheckData(data=data), self._heard_check)
        self._tell()

    def start(self) -> None:
        """Begin, or go on with what was paused or lies in the folder; raises InputError where it can't be."""
        if self.running:
            return
        request = self.choices.request()
        self.ensure()
        self._problem = ""
        if self.paused and self.job is not None and self.job.request == request:
            self._board.resume(self.job)
        else:
            self.look()
            if self._past.status == "running":
                remedy = tr("wait for it, or stop it there")
                raise InputError(request.out, tr("training"), tr("at work in another program"), remedy)
            if self.paused and self.job is not None:
                self._board.cancel(self.job)
            self.job = self._board.ask(request, self._heard)
        self._tell()

    def pause(self) -> None:
        """Stop so that it can go on."""
        if self.job is not None:
            self._board.pause(self.job)
            self._tell()

    def stop(self) -> None:
        """Stop for good; what was learned stays in the folder."""
        for job in (self.job, self.checking):
            if job is not None and not job.ended:
                self._board.cancel(job)
        self._tell()

    def use(self) -> Path:
        """Choose the model that was made; raises InputError where there is none any more."""
        model = self.model
        if model is None or not model.is_dir():
            place = model or self.choices.out or tr("Output")
            raise InputError(place, tr("model"), tr("missing"), tr("train everything first"))
        for told in self.on_model:
            told(model)
        return model

    def follow(self, part: str) -> None:
        """Show the curves of one network; empty for the one at work."""
        self._part = part
        self._tell()

    def view(self) -> TrainView:
        """What the panel shows now."""
        job, checking = self.job, self._checks
        parts = tuple(dict.fromkeys(part for part, _ in self.curves))
        at = job.part if job is not None and job.at_work else ""
        shown = next((part for part in (self._part, at, *parts[-1:]) if part in parts), "")
        busy = self.running or checking
        return TrainView(
            start=not busy, check=not busy, use=self.model is not None and not busy,
            pause=job is not None and job.state in ("waiting", "running"),
            stop=(job is not None and (self.running or self.paused)) or checking,
            start_text=self._start_text(), status=self._status(), problem=self._problem,
            last_lines="\n".join(job.last_lines) if job else "",
            fraction=self._fraction(), parts=parts, part=shown,
            log=(*self._past.log, *(job.log if job else ())), locked=busy,
        )  # fmt: skip

    @property
    def _checks(self) -> bool:
        return self.checking is not None and not self.checking.ended

    def _start_text(self) -> str:
        if self.paused or self._past.status == "unfinished":
            return tr("Go on training")
        if self.choices.task == EVERYTHING:
            return tr("Train everything")
        return tr("Train this network")

    def _fraction(self) -> float:
        if self._checks and self.checking is not None:
            return self.checking.fraction
        if self.job is not None:
            return self.job.fraction
        return 1.0 if self._past.status == "done" else 0.0

    def _status(self) -> str:
        if self._checks and self.checking is not None:
            return tr("Checking the data{left}").format(left=left_words(self.checking.seconds_left))
        job = self.job
        if job is not None:
            told = {"waiting": tr("Waiting for another job."), "pausing": tr("Pausing …")}
            told |= {"cancelling": tr("Stopping …"), "paused": tr("Paused. It goes on where it was.")}
            told |= {"cancelled": tr("Stopped. What was learned is kept.")}
            return told.get(job.state, "" if self._problem else job.words)
        if self.findings:
            return self.findings.splitlines()[0]
        return {
            "unfinished": tr("This folder holds an unfinished training, which goes on."),
            "running": tr("Another program trains in this folder."),
            "done": tr("This folder holds a finished training."),
        }.get(self._past.status, "")

    def _heard(self, job: Job) -> None:
        if job.state in ("refused", "failed", "crashed"):
            self._problem = job.message
            if job.missing:
                _forget_packages()
        if job.state in _OVER:
            self.look()
            self._past = replace(self._past, log=())
        self._tell()

    def _heard_check(self, job: Job) -> None:
        if job.state == "done":
            self.findings = "\n".join([job.message, *_finding_lines(job.value)])
            self.job = self.job if self.paused else None
        elif job.ended and job.state != "cancelled":
            self._problem = job.message
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def _there(path: str, what: str) -> Path:
    """The path of existing data."""
    if not path.strip():
        raise InputError(what, tr("folder"), tr("none"), tr("choose the folder with the landmarked scans"))
    found = Path(path).expanduser()
    if not found.exists():
        raise InputError(found, tr("folder"), tr("missing"), tr("choose one that exists"))
    return found


def _finding_lines(value: Mapping[str, Any]) -> list[str]:
    marks = {"problem": "✖", "error": "✖"}
    return [
        f"{marks.get(str(one.get('severity')), '•')} {one.get('specimen')}: {one.get('what')}"
        for one in value.get("findings", ())
    ]


def _forget_packages() -> None:
    from craniomark.desktop.requirements import forget

    forget()
