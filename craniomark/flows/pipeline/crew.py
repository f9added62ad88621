"""Several worker processes on one cohort.

Each worker walks through all specimens and takes those that are not yet claimed, as separate
processes or shards on the same folder do. The parent hears of the progress and replaces a worker
that dies; the specimen it died on is refused.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from craniomark.flows.pipeline.claims import lock_path
from craniomark.flows.pipeline.request import PredictorMaker, Request
from craniomark.flows.pipeline.specimen_run import refuse
from craniomark.flows.pipeline.stopping import Cancelled
from craniomark.flows.pipeline.work import Listener, work_through
from craniomark.ground.specimens import Specimen

_PATIENCE = 10.0
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run_crew(
    specimens: Sequence[Specimen],
    request: Request,
    make_predictor: PredictorMaker,
    jobs: int,
    listener: Listener,
    check: Callable[[], None],
    started: float,
) -> None:
    """Settle all specimens by `jobs` processes; parameters as in `work_through`.

    Raises
    ------
    InputError
        What a worker raised about the run as a whole.
    RuntimeError
        If workers die before they begin a specimen.
    """
    begin = (list(specimens), request, make_predictor, started)
    crew = [_Worker(*begin) for _ in range(min(jobs, len(specimens)))]
    try:
        while crew:
            check()
            for worker in _with_news(crew):
                if not worker.listen(listener):
                    crew.remove(worker)
                    if worker.died:
                        _refuse_deadly(worker, request, specimens, listener)
                        crew.append(_Worker(*begin))
    finally:
        _dismiss(crew, request)


class _Worker:
    """The parent's end of a worker process."""

    def __init__(self, *begin: Any) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_labour, args=(theirs, *begin), daemon=True)
        with one_thread():
            self.process.start()
        theirs.close()
        self.busy_with = ""
        self.died = False

    def listen(self, listener: Listener) -> bool:
        """Hand on what it says; False when it has ended."""
        try:
            kind, *rest = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            self.died = True
            return False
        if kind == "over":
            self.process.join()
            return False
        if kind == "raised":
            raise rest[0]
        self.note(kind, *rest)
        getattr(listener, kind)(*rest)
        return True

    def note(self, kind: str, *rest: Any) -> None:
        """Keep in mind which specimen it is at."""
        if kind in ("started", "ended"):
            self.busy_with = rest[0] if kind == "started" else ""


def _with_news(crew: list[_Worker]) -> list[_Worker]:
    ready = wait([worker.pipe for worker in crew], timeout=0.2)
    return [worker for worker in crew if worker.pipe in ready]


def _refuse_deadly(
    worker: _Worker, request: Request, specimens: Sequence[Specimen], listener: Listener
) -> None:
    if not worker.busy_with:
        raise RuntimeError(f"a worker process ended with exit code {worker.process.exitcode} before its work")
    specimen = next(one for one in specimens if one.id == worker.busy_with)
    reason = (
        f"Its worker process ended with exit code {worker.process.exitcode}, often for want of memory: "
        "use fewer --jobs, or run it alone."
    )
    refuse(specimen, request, reason)
    lock_path(request.out, specimen.id).unlink(missing_ok=True)
    listener.ended(specimen.id, "refused", reason)


def _dismiss(crew: list[_Worker], request: Request) -> None:
    """Ask workers to drop what they do; end those that don't, and their claims."""
    for worker in crew:
        with suppress(OSError):
            worker.pipe.send("cancel")
    deadline = time.monotonic() + _PATIENCE
    for worker in crew:
        while worker.process.is_alive() and time.monotonic() < deadline:
            with suppress(EOFError, OSError):
                if worker.pipe.poll(0.05):
                    worker.note(*worker.pipe.recv())
                    continue
            worker.process.join(0.05)
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join()
            if worker.busy_with:
                lock_path(request.out, worker.busy_with).unlink(missing_ok=True)


@contextmanager
def one_thread() -> Iterator[None]:
    """Spawned processes inherit one thread each: more would fight for the same cores."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Reports:
    """Listener in a worker: sends all to the parent."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe

    def started(self, specimen: str) -> None:
        self._pipe.send(("started", specimen))

    def step(self, specimen: str, name: str, fraction: float) -> None:
        self._pipe.send(("step", specimen, name, fraction))

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:
        self._pipe.send(("ended", specimen, outcome, sentence))

    def failed(self, specimen: str, trace: str) -> None:
        self._pipe.send(("failed", specimen, trace))


def _labour(
    pipe: "Connection[Any, Any]",
    specimens: list[Specimen],
    request: Request,
    make_predictor: PredictorMaker,
    started: float,
) -> None:
    """What a worker process does. Ctrl-C reaches it through the parent, which then asks it to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def check() -> None:
        # Data means "cancel"; a pipe that ended means that the parent is gone.
        if pipe.poll():
            raise Cancelled

    try:
        work_through(specimens, request, make_predictor(), _Reports(pipe), check, started)
        pipe.send(("over",))
    except (Cancelled, BrokenPipeError):
        return
    except Exception as error:
        with suppress(OSError):
            pipe.send(("raised", _portable(error)))


def _portable(error: Exception) -> Exception:
    """The error itself where it survives pickling, else one with the same words."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
