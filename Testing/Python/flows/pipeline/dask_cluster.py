"""A Dask scheduler and workers on this machine; the workers are forks, so that all is imported once.

Prints the scheduler's address, and ends with its standard input.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from distributed import Scheduler, Worker

import craniomark.flows.pipeline.cohort


async def work(address: Path) -> None:
    """Be a worker of the scheduler whose address will stand in a file."""
    while not address.exists():
        await asyncio.sleep(0.05)
    async with Worker(address.read_text(), nthreads=1, dashboard=False) as worker:
        await worker.finished()


async def schedule(address: Path) -> None:
    """Be the scheduler."""
    async with Scheduler(protocol="tcp", host="127.0.0.1", port=0, dashboard=False) as scheduler:
        part = address.with_suffix(".part")
        part.write_text(scheduler.address)
        part.replace(address)
        print(scheduler.address, flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)


def main(folder: Path, count: int) -> None:
    """Start them, and end the workers when the scheduler ends."""
    assert craniomark.flows.pipeline.cohort
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a killed worker is gone at once
    pids = []
    for _ in range(count):
        pid = os.fork()
        if not pid:
            try:
                asyncio.run(work(folder / "address"))
            finally:
                os._exit(0)
        pids.append(pid)
    try:
        asyncio.run(schedule(folder / "address"))
    finally:
        time.sleep(0.2)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
