"""Jobs asked for and followed, without ever waiting: for programs with windows, and for servers."""

import itertools
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import craniomark
from craniomark.flows.jobs import launch
from craniomark.flows.jobs.ends import crash_words, ended_state
from craniomark.flows.jobs.job import Job
from craniomark.flows.jobs.lines import Order, is_greeting
from craniomark.flows.jobs.process import JobProcess
from craniomark.flows.jobs.requests import Request, resumed
from craniomark.ground.checks import InputError

Listener = Callable[[Job, dict[str, Any]], None]
PATIENCE, TRAINING_PATIENCE, STARTING_PATIENCE = 3.0, 30.0, 30.0
SLOW_TO_STOP = ("train", "template", "shape_train", "shape_model", "shape_augment")
"""Kinds whose steps take long, or save what they have first."""
"""Seconds that a job has to answer a stop: most kinds, training, and any that has not begun."""
GREETING = 120.0
"""Seconds that a process has to greet, once it was started; then another is tried."""


class JobClient:
    """Keeps one job process, and a queue of jobs for it.

    Nothing here blocks but `wait` and, with a time, `close`. Call `poll` now and then, e.g. by a QTimer
    every 100 ms or from a task of asyncio: job states change there, and listeners are called there.
    Methods may be called from any thread.

    Parameters
    ----------
    listen : callable, optional
        Given each job and event, from `poll`. Beside the events of the protocol there is
        ``{"event": "state"}``, told when the state of a job changes.
    python : sequence of str, optional
        Interpreter or launcher; by default that of this program, in Slicer PythonSlicer.
    threads : int, optional
        That the child may use; None leaves it to torch.
    polite : bool
        Run the child at a lower priority, so that windows stay quick.
    patience : float, optional
        Seconds that a stopped job has to end before its process is killed; by default what suits its kind.
    changes : mapping, optional
        Further environment variables of the child.
    greeting : float
        Seconds that a process has to greet; one that hangs while it starts is ended, and tried again once.
    """

    def __init__(
        self,
        listen: Listener | None = None,
        python: Sequence[str] | None = None,
        threads: int | None = None,
        polite: bool = True,
        patience: float | None = None,
        changes: Mapping[str, str] | None = None,
        greeting: float = GREETING,
    ) -> None:
        self._listen, self._python, self._threads = listen, python, threads
        self._polite, self._patience, self._changes = polite, patience, changes
        self._greeting = greeting
        self._lock = threading.RLock()
        self._waiting: deque[Job] = deque()
        self._current: Job | None = None
        self._latest: Job | None = None
        self._sent, self._deadline = False, float("inf")
        self._process: JobProcess | None = None
        self._news: deque[tuple[Job, dict[str, Any]]] = deque()
        self._numbers = itertools.count(1)
        self._tried_again: set[str] = set()
        self._folder: Path | None = None
        self._polling = self._closed = False
        self.jobs: dict[str, Job] = {}
        """All jobs by id, in the order in which they were asked for."""

    def submit(self, request: Request) -> Job:
        """Ask for a job; it begins when those before it have ended."""
        with self._lock:
            if self._closed:
                raise RuntimeError("this client is closed")
            job = Job(str(next(self._numbers)), request)
            self.jobs[job.id] = job
            self._waiting.append(job)
            self._go_on()
            return job

    def start(self) -> None:
        """Start the child before there is a job, so that the first one waits less."""
        with self._lock:
            if self._process is None and not self._closed:
                self._start()

    def cancel(self, job: Job) -> None:
        """Stop a job for good; a run folder keeps what was learned."""
        with self._lock:
            if job.state in ("waiting", "paused"):
                self._take_out(job)
                self._set(job, "cancelled", "Cancelled.")
            elif job.at_work and job.state != "cancelling":
                self._set(job, "cancelling")
                self._ask_to_stop(job)

    def pause(self, job: Job) -> None:
        """Stop a job so that it can go on: training and batches where they were, others from the start."""
        with self._lock:
            if job.state == "waiting":
                self._take_out(job)
                self._set(job, "paused", "Paused.")
            elif job.state == "running":
                self._set(job, "pausing")
                self._ask_to_stop(job)

    def resume(self, job: Job) -> None:
        """Go on with a job that was paused; it is the next to begin."""
        with self._lock:
            if job.state == "paused":
                job.request = resumed(job.request)
                job.begin_again()
                self._waiting.appendleft(job)
                self._set(job, "waiting", "")
                self._go_on()

    def cancel_all(self) -> None:
        """Cancel all jobs that have not ended."""
        for job in reversed(list(self.jobs.values())):  # so that none begins because one before it has ended
            self.cancel(job)

    def forget(self, job: Job) -> None:
        """Keep a job that has ended no longer."""
        if job.ended:
            self.jobs.pop(job.id, None)

    @property
    def busy(self) -> bool:
        """Whether a job waits or is at work; paused ones don't count."""
        return self._current is not None or bool(self._waiting)

    @property
    def pid(self) -> int | None:
        """Process id of the child's interpreter; None while there is none."""
        return self._process.pid if self._process else None

    def poll(self) -> None:
        """Take in what the child said, and go on; takes milliseconds."""
        if self._polling:
            return  # another thread does it
        # Where the program holds the interpreter's lock outside of Python, the reader threads run only now.
        time.sleep(0.001)
        with self._lock:
            self._polling = True
            try:
                self._take_in()
                self._watch_patience()
                self._go_on()
            finally:
                self._polling = False
        self._tell()

    def wait(self, job: Job | None = None, seconds: float = 600.0) -> bool:
        """Poll until a job, or all, have ended or are paused; for scripts and tests.

        Returns
        -------
        bool
            False if the time is over.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.poll()
            if (job.ended or job.state == "paused") if job else not self.busy:
                return True
            time.sleep(0.02)
        return False

    def close(self, seconds: float = 0.0) -> None:
        """Stop the job at work and end the child; what waits is cancelled.

        Parameters
        ----------
        seconds : float
            How long to wait for the child, and then kill it. With 0 nothing is waited for: the child
            ends by itself, as it also does where this program is killed.
        """
        with self._lock:
            if not self._closed:
                self.cancel_all()
            self._closed = True
            process, self._process = self._process, None
            if process:
                process.dismiss()
                if seconds and not process.wait(seconds):
                    process.kill()
                    if process.wait(seconds):
                        process.tidy()
            if self._current:
                self._end(self._current, "cancelled", {"message": "Cancelled."})
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
        self._tell()

    def __enter__(self) -> "JobClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(10.0)

    def _go_on(self) -> None:
        """Start what waits, as far as the child is ready."""
        if self._current is None and self._waiting and not self._closed:
            self._current, self._sent = self._waiting.popleft(), False
            self._latest = self._current
            self._set(self._current, "running")
        job = self._current
        if job is None or self._sent:
            return
        if self._process is None and not self._start():
            return
        if self._process and self._process.pid is not None and job.state == "running":
            try:
                self._process.send(Order(job.id, job.request, self._stop_file(job)))
            except (OSError, ValueError):
                return  # its end is noticed by the next poll
            self._sent = True

    def _start(self) -> bool:
        try:
            python = list(self._python) if self._python else launch.python_command()
            folder = Path(tempfile.mkdtemp(prefix="craniomark-job-"))
            words = launch.command(python, os.getpid(), TRAINING_PATIENCE, self._polite, folder)
            variables = launch.environment(self._threads, self._changes)
            self._process = JobProcess(words, variables, self._polite, folder)
        except (OSError, InputError) as error:
            told = str(error) if isinstance(error, InputError) else f"{error.strerror}: {error.filename}"
            if self._current:
                sentence = f"The job process could not be started ({told.rstrip('.')})."
                self._end(self._current, "crashed", {"message": sentence})
            return False
        return True

    def _take_in(self) -> None:
        process = self._process
        if process is None:
            return
        gone = process.ended  # asked before, so that its last words are heard
        for said in process.heard():
            if "text" in said:
                self._note({"event": "log", "job": "", "name": "output", "message": said["text"]})
            elif is_greeting(said):
                self._greeted(said)
            elif self._current and said["job"] == self._current.id:
                self._hear(self._current, said)
        if gone and process is self._process:
            self._crashed(process)

    def _hear(self, job: Job, event: dict[str, Any]) -> None:
        self._news.append((job, event))
        job.hear(event)
        if event["event"] in ("result", "error"):
            self._end(job, ended_state(job, event), event)

    def _greeted(self, greeting: dict[str, Any]) -> None:
        if greeting["version"] != craniomark.__version__:
            other, own = greeting["version"], craniomark.__version__
            told = f"The job process runs CranioMark {other}, this program {own}."
            self._note({"event": "log", "job": "", "name": "version", "message": told})

    def _note(self, event: dict[str, Any]) -> None:
        """Something that the child said outside of the protocol; it is told with the job at work or the last.

        Such text comes by a way of its own, and may come after the result.
        """
        if self._latest:
            self._news.append((self._latest, event))

    def _crashed(self, process: JobProcess) -> None:
        process.wait(0.05)
        process.dismiss()
        process.tidy()
        self._process = None
        self._end_with_process(crash_words(process.code, process.last_lines()), process.last_lines())

    def _end_with_process(self, sentence: str, last_lines: tuple[str, ...]) -> None:
        """What becomes of the job whose process is gone."""
        job = self._current
        if job is None:
            return
        if job.state == "cancelling":
            self._end(job, "cancelled", {"message": "Cancelled."})
        elif job.state == "pausing":
            self._end(job, "paused", {"message": "Paused."})
        elif not job.begun and job.id not in self._tried_again:
            self._tried_again.add(job.id)  # the process may have ended for what was before
            self._sent = False
        else:
            job.last_lines = last_lines
            self._end(job, "crashed", {"message": sentence})

    def _watch_patience(self) -> None:
        if self._process and self._current and time.monotonic() > self._deadline:
            self._deadline = float("inf")
            self._process.kill()
        process = self._process
        if process and process.silent_seconds > self._greeting and not process.ended:
            # A launcher that is killed may leave an interpreter that hangs: nobody waits for its end.
            process.kill()
            self._process = None
            said = f"The job process did not start within {self._greeting:.0f} s."
            self._end_with_process(said, process.last_lines())

    def _ask_to_stop(self, job: Job) -> None:
        if not self._sent:
            self._end(job, "cancelled" if job.state == "cancelling" else "paused", {"message": ""})
            return
        stop = self._stop_file(job)
        with suppress(OSError):
            stop.parent.mkdir(parents=True, exist_ok=True)
            stop.touch()
        patience = self._patience
        if patience is None:
            patience = TRAINING_PATIENCE if job.kind in SLOW_TO_STOP else PATIENCE
            patience = patience if job.begun else STARTING_PATIENCE
        self._deadline = time.monotonic() + patience

    def _stop_file(self, job: Job) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="craniomark-jobs-"))
        return self._folder / f"stop-{job.id}"

    def _take_out(self, job: Job) -> None:
        with suppress(ValueError):
            self._waiting.remove(job)

    def _end(self, job: Job, state: Any, event: dict[str, Any]) -> None:
        if job is self._current:
            self._current, self._deadline = None, float("inf")
            if self._folder:
                with suppress(OSError):
                    self._stop_file(job).unlink(missing_ok=True)
        job.end(event, state)
        self._news.append((job, {"event": "state", "job": job.id, "state": state}))

    def _set(self, job: Job, state: Any, message: str | None = None) -> None:
        job.state = state
        if message is not None:
            job.message = message
        self._news.append((job, {"event": "state", "job": job.id, "state": state}))

    def _tell(self) -> None:
        while self._news:
            job, event = self._news.popleft()
            if self._listen is not None:
                self._listen(job, event)
