"""A run: all specimens of the inputs, by one process, several, or a cluster."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.pipeline.claims import claimed
from craniomark.flows.pipeline.crew import run_crew
from craniomark.flows.pipeline.outputs import check_writable
from craniomark.flows.pipeline.record import found_record
from craniomark.flows.pipeline.request import PredictorMaker, Request
from craniomark.flows.pipeline.scheduler import run_on_scheduler
from craniomark.flows.pipeline.specimen_run import is_settled, run_specimen
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.pipeline.work import Listener, work_through
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Attributes
    ----------
    jobs : int
        Processes on this machine.
    scheduler : str
        Address of a Dask scheduler, which then does it all; empty for none.
    shard : (int, int)
        This run's part and the number of parts, counted from 1.
    """

    jobs: int = 1
    scheduler: str = ""
    shard: tuple[int, int] = (1, 1)


def process_cohort(
    specimens: Sequence[Specimen],
    request: Request,
    make_predictor: PredictorMaker,
    crew: Crew,
    listener: Listener,
    stop_file: Path | None = None,
) -> dict[str, str]:
    """Process specimens; a failing one does not stop the others.

    Several calls may run on the same output folder at once, on one machine or many.

    Parameters
    ----------
    specimens : sequence of Specimen
        All of the run; `crew.shard` takes its part of them.
    request, make_predictor, crew, listener
        What to do, by what, by whom, and who is told.
    stop_file : Path, optional
        The run ends as soon as this file is there.

    Returns
    -------
    dict of str to str
        Reason of each refused specimen of this shard, by id.

    Raises
    ------
    InputError
        If arguments or the output folder are bad, or the only specimen is.
    Stopped
        If the stop file appeared.
    """
    part = take_shard(specimens, crew.shard)
    undo = check_writable(request.out)
    started = time.time()

    def check() -> None:
        if stop_file is not None and stop_file.exists():
            raise Stopped(f"stopped by {stop_file}")

    try:
        if len(specimens) == 1 and not crew.scheduler:
            _run_alone(specimens[0], request, make_predictor, listener, check, started)
        elif crew.scheduler:
            run_on_scheduler(crew.scheduler, part, request, make_predictor, listener, check, started)
        elif crew.jobs > 1 and len(part) > 1:
            run_crew(part, request, make_predictor, crew.jobs, listener, check, started)
        else:
            work_through(part, request, make_predictor(), listener, check, started)
    except BaseException:
        undo()
        raise
    records = [found_record(request.out, one.id) for one in part]
    return {record.id: record.reason for record in records if record and record.outcome == "refused"}


def take_shard(specimens: Sequence[Specimen], shard: tuple[int, int]) -> list[Specimen]:
    """Every N-th specimen in the order of ids, beginning with the I-th, for the shard (I, N)."""
    index, count = shard
    if not 1 <= index <= count:
        remedy = "write I/N with I from 1 to N, e.g. 1/4"
        raise InputError("--shard", "part", f"{index}/{count}", remedy)
    return sorted(specimens, key=lambda one: one.id)[index - 1 :: count]


def _run_alone(
    specimen: Specimen,
    request: Request,
    make_predictor: PredictorMaker,
    listener: Listener,
    check: Callable[[], None],
    started: float,
) -> None:
    """A single specimen: what is wrong with it is told at once and leaves no files."""
    predictor = make_predictor()

    def progress(step: str, fraction: float) -> None:
        check()
        listener.step(specimen.id, step, fraction)

    while True:
        check()
        with claimed(request.out, specimen.id) as mine:
            if mine:
                record = found_record(request.out, specimen.id)
                settled = is_settled(record, specimen, request, predictor, started)
                if settled and record and record.outcome == "done":
                    listener.ended(specimen.id, "kept", "")
                    return
                listener.started(specimen.id)
                run_specimen(specimen, request, predictor, progress)
                listener.ended(specimen.id, "done", "")
                return
        time.sleep(0.25)
