"""What kept batches are worth: loader alone, share of a step that waits for samples, whole trainings.

Samples are windows of CTs under the full section-defect recipe. The loader makes a batch and reads a kept
one in turn; trainings with and without a cache are run in turn too, so that what else the machine does tells
on both. A process fills the cache meanwhile; steps are timed from when it has started. Times are of this
machine; what is claimed are ratios::

    python Testing/Benchmarks/caches.py [--work build/bench] [--score]
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import numpy as np
import torch

from common.cached_task import BATCH, BoneTask, begun, prepare
from common.specimens import known_specimens
from common.table import RESULTS, append_rows, read_rows, show
from craniomark.flows.training import update
from craniomark.flows.training.identity import identity_of
from craniomark.flows.training.kept.keep import Keep
from craniomark.flows.training.kept.store import Store
from craniomark.flows.training.run import run_training
from craniomark.flows.training.settings import LoopSettings

OUT = RESULTS / "caches.csv"
COLUMNS = ["what", "way", "repeat", "step", "seconds", "waited", "read", "gpu_percent"]
LOADS, REPEATS, STEPS = 12, 2, 40
CACHED = {"cache_rounds": 4, "cache_steps": 2, "cache_workers": 1}


def loader(images: Path, folder: Path) -> list[list[Any]]:
    """Rows of the loader alone: each batch is made, kept and read."""
    task = BoneTask(str(images))
    store = Store(folder, "bone", {"what": "loader"}, 10**10)
    store.open()
    rows = []
    for step in range(LOADS):
        start = perf_counter()
        batch = task.batch(0, step)
        made = perf_counter() - start
        store.write(0, step, batch)
        fresh = Store(folder, "bone", {"what": "loader"}, 10**10)  # so that the sum is checked
        start = perf_counter()
        assert fresh.read(0, step) is not None
        read = perf_counter() - start
        rows += [["loader", "made", 0, step, made, "", "", ""], ["loader", "read", 0, step, read, "", "", ""]]
    return rows


def training(images: Path, folder: Path, way: str, repeat: int) -> list[list[Any]]:
    """Rows of a training: seconds and wait of each step."""
    task = BoneTask(str(images))
    settings = LoopSettings(
        steps=STEPS, validate_every=10**6, save_every=10**6, tensorboard=False, precision="32",
        **CACHED if way == "cached" else {},
    )  # fmt: skip
    mark = folder / f"begun-{repeat}"
    keep = Keep(folder / f"cache-{repeat}", {"what": "training"}, partial(begun, str(images), str(mark)))
    rows: list[list[Any]] = []
    make = update.Updates.make

    def timed(self: Any, at: Any) -> Any:
        while way == "cached" and not mark.exists():
            sleep(0.05)
        waited, read = self.waited, self._planned.read if self._planned else 0
        start = perf_counter()
        values = make(self, at)
        seconds = perf_counter() - start
        hit = int(self._planned.read > read) if self._planned else 0
        rows.append(["training", way, repeat, at.step, seconds, self.waited - waited, hit, ""])
        return values

    update.Updates.make = timed  # type: ignore[method-assign]
    try:
        with gpu_busy() as busy:
            run_training(task, settings, folder / f"{way}-{repeat}", identity_of({}, {}, 0), keep=keep)
    finally:
        update.Updates.make = make  # type: ignore[method-assign]
    for row in rows:
        row[-1] = f"{np.mean(busy):.0f}" if busy else ""
    return rows


@contextmanager
def gpu_busy() -> Iterator[list[float]]:
    """Percent that a GPU was busy, sampled during the block; empty where there is none."""
    found: list[float] = []
    ended = threading.Event()
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]

    def ask() -> None:
        while not ended.wait(0.2):
            told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
            found.extend(float(one) for one in told[:1])

    asker = threading.Thread(target=ask, daemon=True)
    if torch.cuda.is_available() and shutil.which("nvidia-smi"):
        asker.start()
    try:
        yield found
    finally:
        ended.set()
        if asker.is_alive():
            asker.join()


def report(rows: list[dict[str, str]]) -> dict[str, float]:
    """Figures of the rows: medians, and shares of sums.

    Returns
    -------
    dict of str to float
        ``loader``: how many times as many samples a second are read as made; ``wait``: share of the time that
        a step waits for samples where it reads them, ``wait_made`` where none is kept, and ``wait_all`` of
        the whole training with a cache that is empty at first; ``wait_median``: median over the steps that
        read; ``speed_up_least`` and ``speed_up_most`` of that training over the repeats; ``read``: share
        of its steps that read; ``gpu``: percent, NaN where not measured.
    """
    seconds = {way: [float(r["seconds"]) for r in rows if r["way"] == way and r["what"] == "loader"]
               for way in ("made", "read")}  # fmt: skip
    trained = [r for r in rows if r["what"] == "training"]
    steps = {way: [r for r in trained if r["way"] == way] for way in ("cached", "fly")}
    read = [r for r in steps["cached"] if r["read"] == "1"]
    busy = [float(r["gpu_percent"]) for r in steps["cached"] if r["gpu_percent"]]

    def total(some: list[dict[str, str]], column: str = "seconds") -> float:
        return sum(float(r[column]) for r in some)

    def ratios(first: int) -> list[float]:
        repeats = sorted({r["repeat"] for r in steps["fly"]})
        return [
            total([r for r in steps["fly"] if r["repeat"] == one and int(r["step"]) >= first])
            / total([r for r in steps["cached"] if r["repeat"] == one and int(r["step"]) >= first])
            for one in repeats
        ]

    return {
        "made_per_second": BATCH / float(np.median(seconds["made"])),
        "read_per_second": BATCH / float(np.median(seconds["read"])),
        "loader": float(np.median(np.array(seconds["made"]) / np.array(seconds["read"]))),
        "wait": total(read, "waited") / total(read) if read else float("nan"),
        "wait_made": total(steps["fly"], "waited") / total(steps["fly"]),
        "wait_all": total(steps["cached"], "waited") / total(steps["cached"]),
        "read": len(read) / len(steps["cached"]),
        "wait_median": float(np.median([float(r["waited"]) / float(r["seconds"]) for r in read]))
        if read
        else float("nan"),
        "speed_up_least": min(ratios(0)),
        "speed_up_most": max(ratios(0)),
        "gpu": float(np.mean(busy)) if busy else float("nan"),
    }


def words(found: dict[str, float]) -> str:
    """The figures as a table."""
    gpu = "not measured: no GPU" if np.isnan(found["gpu"]) else f"{found['gpu']:.0f} %"
    rows = [
        ["samples a second, made", f"{found['made_per_second']:.1f}"],
        ["samples a second, read from the cache", f"{found['read_per_second']:.0f}"],
        ["loader alone: read against made", f"{found['loader']:.0f} times"],
        ["share of a step that waits for samples, without a cache", f"{found['wait_made']:.1%}"],
        ["the same of steps that read them, all together", f"{found['wait']:.1%}"],
        ["the same of the median step that reads them", f"{found['wait_median']:.1%}"],
        ["the same of a training whose cache is empty at first", f"{found['wait_all']:.1%}"],
        ["steps of that training that read", f"{found['read']:.0%}"],
        ["its total speed-up, by repeat", f"{found['speed_up_least']:.2f} to {found['speed_up_most']:.2f}"],
        ["GPU busy", gpu],
    ]
    return show(f"full section-defect recipe, batches of {BATCH}", ["what", "measured"], rows)


def run(work: Path) -> None:
    """Measure, and write the rows."""
    images = prepare(known_specimens(), work / "cached_task.npz").resolve()
    with tempfile.TemporaryDirectory(dir=work, prefix="caches-") as there:
        folder = Path(there)
        rows = loader(images, folder)
        for repeat in range(REPEATS):
            ways = ("fly", "cached") if repeat % 2 else ("cached", "fly")
            for way in ways:
                rows += training(images, folder, way, repeat)
    OUT.unlink(missing_ok=True)
    append_rows(OUT, COLUMNS, [[f"{c:.6f}" if isinstance(c, float) else c for c in row] for row in rows])


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--score", action="store_true", help="print the figures of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not arguments.score:
        arguments.work.mkdir(parents=True, exist_ok=True)
        run(arguments.work)
    print(words(report(read_rows(OUT))))


if __name__ == "__main__":
    main()
