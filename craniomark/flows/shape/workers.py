"""Items worked on by several processes, told of, and stopped in between."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from craniomark.flows.pipeline.stopping import Stopped

Item = TypeVar("Item")
Told = Callable[[str, float], None]
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work_on(
    items: Sequence[Item], work: Callable[[Item], object], jobs: int, told: Callable[[int], None],
    stop_file: Path | None = None,
) -> None:  # fmt: skip
    """Call ``work`` with each item, here or in `jobs` processes; what it makes, it writes.

    Parameters
    ----------
    items : sequence
        What other processes can be given.
    work : callable
        Of a module, or a partial of such.
    jobs : int
        Processes; 1: this one.
    told : callable
        Hears how many are done.
    stop_file : Path, optional
        No further item is begun as soon as this file exists.

    Raises
    ------
    Stopped
        If the stop file is there.
    Exception
        The first that an item raised, once those under way have ended.
    """
    if jobs <= 1 or len(items) < 2:
        for number, item in enumerate(items):
            check_stop(stop_file)
            work(item)
            told(number + 1)
        return
    for variable in _THREADS:  # several processes with as many threads each starve one another
        os.environ.setdefault(variable, "1")
    left, done = list(items), 0
    with ProcessPoolExecutor(min(jobs, len(items)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(work, left.pop(0)) for _ in range(min(jobs, len(left)))}
        while running:
            ended, running = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for one in ended:
                one.result()
                done += 1
                told(done)
            check_stop(stop_file)
            while left and len(running) < jobs:
                running.add(pool.submit(work, left.pop(0)))


def check_stop(stop_file: Path | None) -> None:
    """Raise `Stopped` where the stop file is there."""
    if stop_file is not None and stop_file.exists():
        raise Stopped(f"stopped by {stop_file}; the same command goes on from there")
