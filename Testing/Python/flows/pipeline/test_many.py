"""Two hundred specimens, four workers, one of them killed: none is lost, none done twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fake_predictor import without_pictures, write_scan

import craniomark
from craniomark.flows.pipeline.cohort import Crew, process_cohort
from craniomark.flows.pipeline.request import Request
from craniomark.ground.specimens import find_specimens

HERE = Path(__file__).parent
COUNT, WORKERS, PATIENCE = 200, 4, 300
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")]


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    first = write_scan(folder / "s000.nii.gz")
    for number in range(1, COUNT):
        shutil.copy(first, folder / f"s{number:03}.nii.gz")
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    paths = os.pathsep.join([str(HERE), str(Path(craniomark.__file__).parents[1])])
    told = {"PYTHONPATH": paths, "FAKE_LOG": str(tmp_path / "log"), "FAKE_DELAY": "0.01"}
    return os.environ | told | {"FAKE_PICTURES": "no"}


def begun(log: Path) -> list[tuple[str, int]]:
    """Specimen and process of each prediction that has begun."""
    if not log.exists():
        return []
    lines = log.read_text(encoding="utf-8").splitlines()
    return [(name, int(pid)) for name, _, pid in (line.partition("\t") for line in lines) if pid]


def wait_until(there: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def check_all_done_once(out: Path, log: Path, killed: int) -> None:
    """Everything is there and whole; only what the killed worker was at may have begun twice."""
    records = [json.loads(path.read_text()) for path in out.glob("s???.json")]
    assert sorted(one["id"] for one in records) == [f"s{n:03}" for n in range(COUNT)]
    assert {one["outcome"] for one in records} == {"done"}
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
    for ending in (".csv", ".mrk.json", ".tfm"):
        assert len(list(out.glob(f"s???{ending}"))) == COUNT
    again = {name for name, number in Counter(name for name, _ in begun(log)).items() if number > 1}
    last = [name for name, pid in begun(log) if pid == killed][-1]
    assert again <= {last}


def test_shards(scans: Path, environment: dict[str, str], tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"

    def start(shard: int) -> "subprocess.Popen[str]":
        words = ["process", str(scans), "-o", str(out), f"--shard={shard}/{WORKERS}", "--resume", "--quiet"]
        return subprocess.Popen([sys.executable, str(HERE / "fake_predictor.py"), *words], env=environment)

    shards = [start(number + 1) for number in range(WORKERS)]
    wait_until(lambda: sum(pid == shards[2].pid for _, pid in begun(log)) > 5)
    shards[2].send_signal(signal.SIGKILL)
    assert [one.wait(PATIENCE) for one in shards] == [0, 0, -signal.SIGKILL, 0]
    assert len(list(out.glob("s???.json"))) < COUNT, "its part is not done by others"
    assert start(3).wait(PATIENCE) == 0
    check_all_done_once(out, log, shards[2].pid)


class Told:
    """Listener that counts endings."""

    def __init__(self) -> None:
        self.endings: Counter[tuple[str, str]] = Counter()

    def started(self, specimen: str) -> None: ...
    def step(self, specimen: str, name: str, fraction: float) -> None: ...
    def failed(self, specimen: str, trace: str) -> None: ...

    def ended(self, specimen: str, outcome: str, _sentence: str) -> None:
        self.endings[specimen, outcome] += 1
        if len(self.endings) == COUNT // 4:
            os.kill(self.victim(), signal.SIGKILL)

    def victim(self) -> int:
        raise NotImplementedError


def test_dask(scans: Path, environment: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: the extra batch brings it")
    log, out, told = tmp_path / "log", tmp_path / "out", Told()
    killed: list[int] = []

    def victim() -> int:
        killed.append(begun(log)[-1][1])
        return killed[0]

    told.victim = victim  # type: ignore[method-assign]
    with subprocess.Popen(
        [sys.executable, str(HERE / "dask_cluster.py"), str(tmp_path), str(WORKERS)], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as cluster:  # fmt: skip
        assert cluster.stdout and cluster.stdin
        address = cluster.stdout.readline().strip()
        make = partial(without_pictures, log, 0.01)
        crew = Crew(scheduler=address)
        try:
            refused = process_cohort(find_specimens([scans]), Request(out), make, crew, told)
        finally:
            cluster.stdin.close()
    assert not refused and killed
    assert set(told.endings) == {(f"s{n:03}", "done") for n in range(COUNT)}
    assert set(told.endings.values()) == {1}
    assert len({pid for _, pid in begun(log)}) == WORKERS
    check_all_done_once(out, log, killed[0])
