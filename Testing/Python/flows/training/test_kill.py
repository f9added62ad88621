"""Processes that are killed: what they learned goes on to the same bits."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from toy_task import train, weights_of

from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.metrics import read_metrics

STEPS = {"steps": 60}


def wait_for(path: Path, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.005)


def told_in(mark: Path) -> Path:
    """The path that a process writes into a file, which is taken away then."""
    wait_for(mark)
    while not (told := mark.read_text(encoding="utf-8")):
        time.sleep(0.001)
    mark.unlink()
    return Path(told)


def same(run: Path, whole: Path) -> bool:
    """Whether weights and curves are those of the run that nothing interrupted."""
    curves = [RunFolder(one).metrics.read_bytes() for one in (run, whole)]
    return weights_of(run) == weights_of(whole) and curves[0] == curves[1]


def test_kills_at_random_moments_end_in_the_same_bits(nurse, whole_run, tmp_path):
    run, kills, moments = tmp_path / "run", 0, random.Random(5)
    for _ in range(12):
        pid = nurse.start(run, STEPS, slow_step=0.02)
        time.sleep(moments.uniform(0.02, 0.45))
        os.kill(pid, signal.SIGKILL)
        kills += nurse.wait(pid) == -signal.SIGKILL
        if kills == 6:
            break
    assert kills >= 3
    assert nurse.wait(nurse.start(run, STEPS)) == 0
    assert same(run, whole_run(**STEPS))
    assert not list(run.rglob(".part-*"))


@pytest.mark.parametrize("moment", [0.5, 1.5, 2.5], ids=["empty", "half", "before the move"])
def test_kill_in_the_middle_of_a_save_ends_in_the_same_bits(nurse, whole_run, tmp_path, moment):
    run, mark, pause = tmp_path / "run", tmp_path / "mark", 0.06
    pid = nurse.start(run, STEPS, slow_save=pause, mark=str(mark))
    for _ in range(3):
        part = told_in(mark)
    time.sleep(moment * pause)
    os.kill(pid, signal.SIGKILL)
    assert nurse.wait(pid) == -signal.SIGKILL
    before = [path.name for path in RunFolder(run).checkpoints.glob("*-*.safetensors")]
    assert part.parent == RunFolder(run).checkpoints and before
    assert train(run, changes=STEPS).status == "done"
    assert same(run, whole_run(**STEPS))


def test_metrics_hold_each_step_once_after_a_kill(nurse, tmp_path):
    run = tmp_path / "run"
    pid = nurse.start(run, STEPS, slow_step=0.01)
    wait_for(RunFolder(run).checkpoints / "00-000000014.safetensors")
    os.kill(pid, signal.SIGKILL)
    nurse.wait(pid)
    with RunFolder(run).metrics.open("a", encoding="utf-8") as stream:
        stream.write('{"event": "metric", "step": 16, "na')
    train(run, changes=STEPS)
    points = [(event["name"], event["step"]) for event in read_metrics(RunFolder(run).metrics)]
    assert len(points) == len(set(points))
    assert {step for name, step in points if name == "loss/total"} == set(range(5, 61, 5))


def test_end_of_the_parent_stops_the_run_with_all_saved(nurse, whole_run, tmp_path):
    parent = nurse.start(tmp_path / "parent", {"steps": 5000}, slow_step=0.02)
    run = tmp_path / "run"
    pid = nurse.start(run, STEPS, slow_step=0.02, parent=parent)
    wait_for(RunFolder(run).checkpoints / "00-000000007.safetensors")
    os.kill(parent, signal.SIGKILL)
    nurse.wait(parent)
    assert nurse.wait(pid) == 4
    state = read_json(RunFolder(run).state)
    assert state["status"] == "stopped" and "parent" in state["message"]
    train(run, changes=STEPS)
    assert same(run, whole_run(**STEPS))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 4)])
def test_polite_signals_save_first(nurse, whole_run, tmp_path, number, code):
    run = tmp_path / "run"
    pid = nurse.start(run, STEPS, slow_step=0.02)
    wait_for(RunFolder(run).checkpoints / "00-000000007.safetensors")
    os.kill(pid, number)
    assert nurse.wait(pid) == code
    state = read_json(RunFolder(run).state)
    assert state["status"] == "stopped" and state["checkpoint"] == f"00-{state['step']:09d}.safetensors"
    train(run, changes=STEPS)
    assert same(run, whole_run(**STEPS))


def test_folder_of_a_living_run_is_refused(nurse, tmp_path):
    run = tmp_path / "run"
    pid = nurse.start(run, STEPS, slow_step=0.05)
    wait_for(RunFolder(run).checkpoints / "00-000000007.safetensors")
    log = RunFolder(run).log.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=f"in use by process {pid}"):
        train(run, changes=STEPS)
    assert RunFolder(run).log.read_text(encoding="utf-8") == log
    os.kill(pid, signal.SIGKILL)
    nurse.wait(pid)
    assert train(run, changes=STEPS).status == "done"


def test_two_processes_share_the_steps(nurse, whole_run, tmp_path):
    run, address = (
        tmp_path / "run",
        {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(29500 + os.getpid() % 9000)},
    )
    changes = STEPS | {"devices": 2, "strategy": "ddp"}
    pids = [
        nurse.start(run, changes, environment=address | {"LOCAL_RANK": str(rank), "NODE_RANK": "0"})
        for rank in range(2)
    ]
    assert [nurse.wait(pid) for pid in pids] == [0, 0]
    assert weights_of(run) != weights_of(whole_run(**STEPS))
    points = [(event["name"], event["step"]) for event in read_metrics(RunFolder(run).metrics)]
    assert len(points) == len(set(points))
