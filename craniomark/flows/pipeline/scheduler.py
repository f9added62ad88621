"""A cohort on an existing Dask scheduler: one task a specimen."""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from craniomark.flows.pipeline.request import Predictor, PredictorMaker, Request
from craniomark.flows.pipeline.work import Listener, work_through
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen

_predictors: dict[str, Predictor] = {}


class _Heard:
    """Listener in a task: keeps what happened for the answer."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def started(self, specimen: str) -> None:
        self.events.append(("started", specimen))

    def step(self, specimen: str, name: str, fraction: float) -> None:
        """Steps are not sent over the network."""

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:
        self.events.append(("ended", specimen, outcome, sentence))

    def failed(self, specimen: str, trace: str) -> None:
        self.events.append(("failed", specimen, trace))


def run_on_scheduler(
    address: str,
    specimens: Sequence[Specimen],
    request: Request,
    make_predictor: PredictorMaker,
    listener: Listener,
    check: Callable[[], None],
    started: float,
) -> None:
    """Settle all specimens by the workers of a Dask scheduler; they must see the same folders.

    Raises
    ------
    InputError
        If Dask is not installed or the scheduler does not answer.
    """
    if importlib.util.find_spec("distributed") is None:
        remedy = "install it by: pip install 'craniomark[batch]'"
        raise InputError("--scheduler", "dask.distributed", "not installed", remedy)
    from distributed import Client, as_completed

    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        remedy = "give the address of a running Dask scheduler, e.g. tcp://host:8786"
        raise InputError("--scheduler", "address", repr(address), remedy) from error
    with client:
        tasks = client.map(
            _one, specimens, request=request, make_predictor=make_predictor, started=started, pure=False
        )
        try:
            for task in as_completed(tasks):
                for kind, *rest in task.result():
                    getattr(listener, kind)(*rest)
                check()
        finally:
            client.cancel(tasks)


def _one(
    specimen: Specimen, request: Request, make_predictor: PredictorMaker, started: float
) -> list[tuple[Any, ...]]:
    key = repr(request)
    if key not in _predictors:
        _predictors.clear()
        _predictors[key] = make_predictor()
    heard = _Heard()
    work_through([specimen], request, _predictors[key], heard, lambda: None, started)
    return heard.events
