"""The work of one worker: all specimens in turn, shared with others through claims."""

import time
import traceback
from collections.abc import Callable, Sequence
from typing import Protocol

from craniomark.flows.pipeline.claims import claimed
from craniomark.flows.pipeline.record import found_record
from craniomark.flows.pipeline.request import Predictor, Request, RunError
from craniomark.flows.pipeline.specimen_run import is_settled, refuse, run_specimen, sentence_of
from craniomark.flows.pipeline.stopping import Cancelled, Stopped
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen

WAIT_SECONDS = 0.25


class Listener(Protocol):
    """Told of the progress of a run; ids may come from several workers at once."""

    def started(self, specimen: str) -> None:
        """Work on a specimen begins."""

    def step(self, specimen: str, name: str, fraction: float) -> None:
        """A step of it is done to this fraction."""

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:
        """It is ``done``, ``kept`` from before, or ``refused`` for a reason."""

    def failed(self, specimen: str, trace: str) -> None:
        """The program itself failed on it; `trace` is for those who debug."""


def work_through(
    specimens: Sequence[Specimen],
    request: Request,
    predictor: Predictor,
    listener: Listener,
    check: Callable[[], None],
    started: float,
) -> None:
    """Settle every specimen, alone or beside other workers on the same folder.

    Those that another worker holds are looked at again at the end, so that none is lost if it dies.

    Parameters
    ----------
    specimens, request, predictor
        What to do.
    listener : Listener
        Told of the progress.
    check : callable
        Called often; raises to stop.
    started : float
        When the run began, seconds since 1970.

    Raises
    ------
    InputError
        If the output folder can't be written or the model's name is wrong: that concerns all.
    """
    waiting = list(specimens)
    while waiting:
        left = [one for one in waiting if not _settle(one, request, predictor, listener, check, started)]
        if len(left) == len(waiting):
            time.sleep(WAIT_SECONDS)
        waiting = left


def _settle(
    specimen: Specimen,
    request: Request,
    predictor: Predictor,
    listener: Listener,
    check: Callable[[], None],
    started: float,
) -> bool:
    """Do one specimen; False if another worker holds it."""
    check()
    if _was_settled(specimen, request, predictor, listener, started):
        return True
    with claimed(request.out, specimen.id) as mine:
        if not mine:
            return False
        # Another worker may have finished it between the look and the claim.
        if not _was_settled(specimen, request, predictor, listener, started):
            attempt(specimen, request, predictor, listener, check)
        return True


def _was_settled(
    specimen: Specimen, request: Request, predictor: Predictor, listener: Listener, started: float
) -> bool:
    record = found_record(request.out, specimen.id)
    if record is None or not is_settled(record, specimen, request, predictor, started):
        return False
    # Another worker of this run did it just now: that is news, not something kept from before.
    outcome = "kept" if record.outcome == "done" and record.finished_at < started else record.outcome
    listener.ended(specimen.id, outcome, record.reason)
    return True


def attempt(
    specimen: Specimen,
    request: Request,
    predictor: Predictor,
    listener: Listener,
    check: Callable[[], None],
) -> None:
    """Do one specimen that is claimed; a failure becomes a refusal with its reason."""

    def progress(step: str, fraction: float) -> None:
        check()
        listener.step(specimen.id, step, fraction)

    listener.started(specimen.id)
    try:
        run_specimen(specimen, request, predictor, progress)
    except (Stopped, Cancelled):
        raise
    except Exception as error:
        if concerns_all(error, request):
            raise
        if not isinstance(error, InputError):
            listener.failed(specimen.id, traceback.format_exc())
        reason = sentence_of(error)
        refuse(specimen, request, reason)
        listener.ended(specimen.id, "refused", reason)
    else:
        listener.ended(specimen.id, "done", "")


def concerns_all(error: Exception, request: Request) -> bool:
    """Whether an error is about the run and not about one specimen."""
    named = (request.model, str(request.atlases))
    return isinstance(error, RunError) or (
        isinstance(error, InputError) and (error.field in ("model", "output folder") or error.file in named)
    )
