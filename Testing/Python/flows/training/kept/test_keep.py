"""Trainings with a cache that processes fill: the same weights, whoever is killed."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from toy_task import ToyTask, identity_of_toy, settings_of, train, weights_of

from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.kept import keep as module
from craniomark.flows.training.kept.keep import Checked, Keep, code_of_samples
from craniomark.flows.training.resume import check_settings
from craniomark.flows.training.watch import is_alive
from craniomark.ground.checks import InputError

CACHED = {"steps": 40, "cache_rounds": 2, "cache_steps": 10}
PATIENCE = 300


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Weights of a run by the plan that keeps nothing."""
    folder = tmp_path_factory.mktemp("plain") / "run"
    train(folder, changes=CACHED)
    return weights_of(folder)


def kept(cache: Path) -> list[Path]:
    return list(cache.glob("batches/*/[0-9]*.npy"))


def wait_until(there: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def fillers_of(pid: int) -> list[int]:
    """Processes that fill the cache of a training."""
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [one for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def marked_toy(mark: Path) -> ToyTask:
    """The toy, in a process that tells that it has begun."""
    mark.touch()
    return ToyTask()


class Patient(ToyTask):
    """Waits at the start until the cache's process is there, and then a while for each of ten batches."""

    def __init__(self, cache: Path, mark: Path, then: Any = lambda: None) -> None:
        super().__init__()
        self._cache, self._mark, self._then = cache, mark, then

    def losses(self, batch: Any, step: int) -> Any:
        if step == 0:
            wait_until(self._mark.exists)
        elif step < 10:
            end, before = time.monotonic() + 5, len(kept(self._cache))
            while len(kept(self._cache)) == before and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(0.1)  # it tells that it has done so
        elif step == 10:
            self._then()
        return super().losses(batch, step)


def end_fillers() -> None:
    for pid in fillers_of(os.getpid()):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("killed", [False, True])
def test_weights_are_the_same_with_a_cache_and_when_its_process_is_killed(
    plain: bytes, tmp_path: Path, killed: bool
) -> None:
    cache, run, said = tmp_path / "cache", tmp_path / "run", []
    mark = tmp_path / "mark"
    task = Patient(cache, mark, end_fillers if killed else lambda: None)
    keep = Keep(cache, {"recipe": 1}, partial(marked_toy, mark))
    train(run, task, CACHED, keep=keep, listen=lambda event: said.append(event.get("message", "")))
    assert weights_of(run) == plain
    assert len(kept(cache)) >= 5 and not fillers_of(os.getpid())
    [words] = [one for one in said if "were read from the cache" in one]
    assert not words.startswith("Of 40 batches 0 ")
    assert any("has ended with code -9" in one for one in said) == killed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_training_leaves_no_process_and_goes_on_with_what_was_kept(
    nurse: Any, plain: bytes, tmp_path: Path
) -> None:
    cache, run = tmp_path / "cache", tmp_path / "run"
    pid = nurse.start(run, CACHED | {"save_every": 3}, slow_step=0.5, cache=str(cache))
    wait_until(lambda: fillers_of(pid) and list(RunFolder(run).checkpoints.glob("*000003*")))
    wait_until(lambda: len(kept(cache)) >= 3 or RunFolder(run).weights.exists())
    fillers = fillers_of(pid)
    os.kill(pid, signal.SIGKILL)
    nurse.wait(pid)
    wait_until(lambda: not any(is_alive(one) for one in fillers))
    train(run, changes=CACHED, keep=Keep(cache, {"recipe": 1}, ToyTask))
    assert weights_of(run) == plain


def test_without_a_cache_every_step_has_a_batch_of_its_own(plain: bytes, tmp_path: Path) -> None:
    train(tmp_path / "run", changes={"steps": 40}, keep=Keep(tmp_path / "cache", {"recipe": 1}, ToyTask))
    assert weights_of(tmp_path / "run") != plain and not (tmp_path / "cache").exists()


def test_what_changes_samples_may_not_change_in_a_run_but_the_size_may(tmp_path: Path) -> None:
    train(tmp_path / "run", changes=CACHED)
    folder, config = RunFolder(tmp_path / "run"), identity_of_toy().config
    check_settings(folder, config, settings_of(**CACHED, cache_gb=1.0, cache_workers=7))
    with pytest.raises(InputError, match="cache_rounds is 3, while the run began with 2"):
        check_settings(folder, config, settings_of(**CACHED | {"cache_rounds": 3}))


def test_changed_code_fills_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Checked(ToyTask, code_of_samples())().name == "toy"
    make = Checked(ToyTask, code_of_samples())
    monkeypatch.setattr(module, "code_of_samples", lambda: "other")
    with pytest.raises(InputError, match="changed since the training began"):
        make()
