"""Batches by a plan are the same whatever becomes of the disk and of the processes that fill it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from toy_task import ToyTask, fail_on

from craniomark.flows.training.ahead import Batches
from craniomark.flows.training.kept import store as module
from craniomark.flows.training.kept.batches import KeptBatches, PlannedBatches, kept_batches
from craniomark.flows.training.kept.fill import News
from craniomark.flows.training.kept.plan import Plan
from craniomark.flows.training.kept.store import Store
from craniomark.ground.checks import InputError

PLAN, LAST = Plan(3, 5), 90


class AtOnce:
    """Fills a store at once, in this process, or fails as it is told."""

    def __init__(self, store: Store, fail: Callable[[int], str | None] = lambda _: None) -> None:
        self._store, self._fail, self._task = store, fail, ToyTask()
        self._news: list[News | str] = []
        self.made: list[int] = []
        self.gone = False

    def __len__(self) -> int:
        return 0 if self.gone else 1

    def idle(self) -> bool:
        return not self.gone and len(self._news) < 2

    def at_work(self) -> set[tuple[int, int]]:
        return set()

    def order(self, seed: int, step: int) -> None:
        self.made.append(step)
        if reason := self._fail(step):
            self._news.append(News(seed, step, 0, reason))
        else:
            size = self._store.write(seed, step, self._task.batch(seed, step))
            self._news.append(News(seed, step, size))

    def news(self) -> list[News | str]:
        told, self._news = self._news, []
        return told

    def end(self) -> None:
        self.gone = True
        self._news.append("A process has ended.")

    def close(self) -> None:
        self.gone = True


@pytest.fixture(autouse=True)
def nothing_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARE_BYTES", 0)


@pytest.fixture
def said() -> list[str]:
    return []


def made(tmp_path: Path, said: list[str], most: int = 10**7, **how: Any) -> tuple[KeptBatches, Any]:
    store = Store(tmp_path, "toy", {"recipe": 1}, most)
    store.open()
    fillers: Any = AtOnce(store, **how)
    return KeptBatches(ToyTask(), PLAN, LAST, store, fillers, said.append), fillers


def shown(batches: PlannedBatches, first: int = 0, last: int = LAST) -> list[torch.Tensor]:
    return [batches.batch(3, step).tensors["x"] for step in range(first, last)]


@pytest.fixture(scope="module")
def without() -> list[torch.Tensor]:
    return shown(PlannedBatches(ToyTask(), PLAN, LAST))


def alike(found: list[torch.Tensor], wanted: list[torch.Tensor]) -> bool:
    return len(found) == len(wanted) and all(map(torch.equal, found, wanted))


def test_kept_batches_are_those_that_would_be_made(tmp_path: Path, said: list[str], without: Any) -> None:
    kept, fillers = made(tmp_path, said)
    assert alike(shown(kept), without) and not said
    assert kept.read > 80 and kept.read + kept.made == LAST
    assert len(fillers.made) == len(set(fillers.made)), "none is made twice"
    assert not alike(without, [ToyTask().batch(3, step).tensors["x"] for step in range(LAST)])


def test_a_resumed_run_reads_what_is_there(tmp_path: Path, said: list[str], without: Any) -> None:
    shown(made(tmp_path, said)[0], 0, 40)
    kept, fillers = made(tmp_path, said)
    assert alike(shown(kept, 40), without[40:])
    assert not {PLAN.source(step) for step in range(20, 40)} & set(fillers.made)
    store = Store(tmp_path, "toy", {"recipe": 1}, 0)
    reading = KeptBatches(ToyTask(), PLAN, LAST, store, None, said.append)
    assert alike(shown(reading, 70), without[70:]) and reading.made == 0, "others of the run read alone"


def test_the_disk_may_be_full_all_the_time(tmp_path: Path, said: list[str], without: Any) -> None:
    kept, fillers = made(tmp_path, said, fail=lambda _: "the disk is full: make room")
    assert alike(shown(kept), without) and kept.read == 0
    assert len(said) == 1 and "the disk is full" in said[0] and "made anew" in said[0]
    assert len(fillers.made) < LAST / 2, "it isn't tried at each step"


def test_the_disk_may_be_full_for_a_while(tmp_path: Path, said: list[str], without: Any) -> None:
    kept, _ = made(tmp_path, said, fail=lambda step: "full" if step < 15 else None)
    assert alike(shown(kept), without) and len(said) == 1 and 30 < kept.read < 80


def test_the_limit_holds_and_what_is_over_it_is_made(tmp_path: Path, said: list[str], without: Any) -> None:
    probe = Store(tmp_path / "measure", "toy", {}, 0)
    probe.write(3, 0, ToyTask().batch(3, 0))
    limit = 10 * probe.file(3, 0).stat().st_size
    kept, _ = made(tmp_path, said, most=limit)
    sizes = []
    for step in range(LAST):
        assert torch.equal(kept.batch(3, step).tensors["x"], without[step])
        sizes.append(sum(path.stat().st_size for path in tmp_path.glob("batches/*/*.npy")))
    assert limit / 2 < max(sizes) <= limit
    assert "cache_gb" in said[0] and len(said) == 1 and kept.read > 20


def test_processes_may_die(tmp_path: Path, said: list[str], without: Any) -> None:
    kept, fillers = made(tmp_path, said)
    first = shown(kept, 0, 50)
    fillers.end()
    assert alike(first + shown(kept, 50), without)
    assert said == ["A process has ended. What it would have kept is made by the training itself."]


def test_kept_batches_may_vanish_or_be_damaged(tmp_path: Path, said: list[str], without: Any) -> None:
    kept, _ = made(tmp_path, said)
    first = shown(kept, 0, 30)
    for number, path in enumerate(sorted(tmp_path.glob("batches/*/*.npy"))):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:200])
    assert alike(first + shown(kept, 30), without)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path, said: list[str], without: Any) -> None:
    (tmp_path / "batches").write_text("a file")
    store = Store(tmp_path, "toy", {"recipe": 1}, 10**6)
    batches = kept_batches(ToyTask(), PLAN, LAST, store, None, said.append)
    assert alike(shown(batches), without) and said[0].startswith("Batches are not kept: ")


def test_an_error_of_the_task_comes_through(tmp_path: Path, said: list[str]) -> None:
    task = ToyTask()

    def batch(_seed: int, step: int) -> Any:
        raise fail_on(step, "cleo")

    task.batch = batch  # type: ignore[method-assign]
    store = Store(tmp_path, "toy", {"recipe": 1}, 10**6)
    with pytest.raises(InputError, match="cleo"):
        KeptBatches(task, PLAN, LAST, store, None, said.append).batch(3, 0)


@pytest.mark.parametrize("ahead", [0, 3])
def test_threads_read_ahead(tmp_path: Path, said: list[str], without: Any, ahead: int) -> None:
    kept, fillers = made(tmp_path, said)
    batches = Batches(ToyTask(), ahead, LAST, kept)
    assert alike([batches.get(3, step).tensors["x"] for step in range(LAST)], without)
    batches.close()
    assert fillers.gone
