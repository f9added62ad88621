# ruff: noqa: ARG002, ARG005 - stand-ins take what the real ones take
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from fake_predictor import maker, write_scan

import craniomark
from craniomark.flows.pipeline.cohort import Crew, process_cohort, take_shard
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.request import Request
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.specimens import find_specimens

HERE = Path(__file__).parent


class Quiet:
    """Listener that keeps the endings."""

    def __init__(self):
        self.endings = {}

    def started(self, specimen): ...
    def step(self, specimen, name, fraction): ...
    def failed(self, specimen, trace): ...

    def ended(self, specimen, outcome, sentence):
        self.endings[specimen] = outcome


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number, name in enumerate(("a", "b c", "ü")):
        write_scan(folder / f"{name}.nii.gz", number)
    return folder


def run(scans, out, crew=None, stop_file=None, make=None, **choices):
    heard = Quiet()
    request = Request(out, **choices)
    specimens = find_specimens([scans])
    refused = process_cohort(specimens, request, make or maker(), crew or Crew(), heard, stop_file)
    return refused, heard.endings


def finished(out):
    return sorted(path.stem for path in out.glob("*.tfm"))


def leftovers(out):
    return [path.name for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_specimen_is_done_and_failing_ones_are_named(scans, tmp_path, jobs):
    write_scan(scans / "empty.nii.gz")
    write_scan(scans / "bug.nii.gz")
    (scans / "torn.nii.gz").write_bytes((scans / "a.nii.gz").read_bytes()[:60])
    refused, endings = run(scans, tmp_path / "out", Crew(jobs))
    assert finished(tmp_path / "out") == ["a", "b c", "ü"]
    assert sorted(refused) == ["bug", "empty", "torn"]
    assert "RuntimeError: a bug" in refused["bug"] and "skull is not found" in refused["empty"]
    assert endings == {**dict.fromkeys(["a", "b c", "ü"], "done"), **dict.fromkeys(refused, "refused")}
    assert not leftovers(tmp_path / "out")


def test_a_worker_that_dies_takes_only_its_specimen_with_it(scans, tmp_path):
    write_scan(scans / "deadly.nii.gz")
    refused, _ = run(scans, tmp_path / "out", Crew(2))
    assert finished(tmp_path / "out") == ["a", "b c", "ü"]
    assert list(refused) == ["deadly"] and "exit code 9" in refused["deadly"]
    assert not leftovers(tmp_path / "out")


def calls(log):
    return Counter(line.split("\t")[0] for line in log.read_text(encoding="utf-8").splitlines())


def test_resume_keeps_what_is_valid(scans, tmp_path):
    log = tmp_path / "log"
    run(scans, tmp_path / "out", make=maker(log))
    _, endings = run(scans, tmp_path / "out", make=maker(log), resume=True)
    assert set(calls(log).values()) == {1}
    assert set(endings.values()) == {"kept"}


def test_without_resume_all_is_done_again(scans, tmp_path):
    log = tmp_path / "log"
    run(scans, tmp_path / "out", make=maker(log))
    run(scans, tmp_path / "out", make=maker(log))
    assert set(calls(log).values()) == {2}


def test_resume_does_a_changed_source_again(scans, tmp_path):
    log = tmp_path / "log"
    run(scans, tmp_path / "out", make=maker(log))
    write_scan(scans / "a.nii.gz", seed=77)
    run(scans, tmp_path / "out", make=maker(log), resume=True)
    assert calls(log) == {"a": 2, "b c": 1, "ü": 1}


def test_resume_does_all_again_under_other_options_or_another_model(scans, tmp_path):
    log = tmp_path / "log"
    run(scans, tmp_path / "out", make=maker(log))
    run(scans, tmp_path / "out", make=maker(log), resume=True, options=Options(refine=False))
    assert set(calls(log).values()) == {2}
    run(scans, tmp_path / "out", make=maker(log, version="2"), resume=True, options=Options(refine=False))
    assert set(calls(log).values()) == {3}


def test_resume_tries_refused_specimens_again(scans, tmp_path):
    log = tmp_path / "log"
    write_scan(scans / "empty.nii.gz")
    for _ in range(2):
        run(scans, tmp_path / "out", make=maker(log), resume=True)
    assert calls(log)["empty"] == 2


def test_resume_does_a_half_finished_specimen_again(scans, tmp_path):
    log = tmp_path / "log"
    run(scans, tmp_path / "out", make=maker(log))
    (tmp_path / "out" / "a.json").unlink()
    run(scans, tmp_path / "out", make=maker(log), resume=True)
    assert calls(log)["a"] == 2


def test_refusal_takes_away_what_an_earlier_run_left_but_no_correction(scans, tmp_path):
    out = tmp_path / "out"
    run(scans, out)
    write_landmarks(LandmarkSet(("1",), [[1, 2, 3]], {"1": Annotation(status="corrected")}), out / "a.csv")
    (scans / "a.nii.gz").write_bytes(b"torn")
    refused, _ = run(scans, out)
    assert list(refused) == ["a"]
    assert sorted(path.name for path in out.glob("a.*")) == ["a.csv.reviewed-1", "a.json"]
    assert "corrected" in (out / "a.csv.reviewed-1").read_text(encoding="utf-8")


def test_single_bad_specimen_raises_and_leaves_no_folder(tmp_path):
    scan = write_scan(tmp_path / "empty.nii.gz")
    with pytest.raises(InputError, match="skull is not found"):
        run(scan, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_wrong_model_name_ends_the_whole_run(scans, tmp_path):
    class Nameless:
        def identity(self, name):
            return None

        def predict(self, specimen, volume, progress):
            raise InputError("nonsense", "model", "unknown", "name another")

    with pytest.raises(InputError, match="model is unknown"):
        run(scans, tmp_path / "out", make=Nameless, model="nonsense")


def test_stop_file_ends_the_run(scans, tmp_path):
    (tmp_path / "stop").touch()
    with pytest.raises(Stopped):
        run(scans, tmp_path / "out", stop_file=tmp_path / "stop")


def test_stop_file_ends_workers_in_the_midst_of_a_specimen(scans, tmp_path):
    class Touching(Quiet):
        def step(self, specimen, name, fraction):
            (tmp_path / "stop").touch()

    start = time.monotonic()
    with pytest.raises(Stopped):
        process_cohort(
            find_specimens([scans]), Request(tmp_path / "out"), maker(delay=60), Crew(2), Touching(),
            tmp_path / "stop",
        )  # fmt: skip
    assert time.monotonic() - start < 30
    assert not (tmp_path / "out").exists() or not leftovers(tmp_path / "out")


def test_interrupt_leaves_nothing_half_written(scans, tmp_path):
    write_scan(scans / "interrupt.nii.gz")
    with pytest.raises(KeyboardInterrupt):
        run(scans, tmp_path / "out")
    assert not list((tmp_path / "out").glob("interrupt*")) and not leftovers(tmp_path / "out")


def test_shards_split_the_cohort_without_rest_or_doubles(scans, tmp_path):
    log = tmp_path / "log"
    for number in (1, 2):
        run(scans, tmp_path / "out", Crew(shard=(number, 2)), make=maker(log))
    assert calls(log) == {"a": 1, "b c": 1, "ü": 1}


@pytest.mark.parametrize("shard", [(0, 2), (3, 2), (1, 0)])
def test_shard_outside_its_number_is_refused(shard):
    with pytest.raises(InputError, match="--shard"):
        take_shard([], shard)


def command(scans, out, log, *more, delay="0.3"):
    paths = os.pathsep.join([str(HERE), str(Path(craniomark.__file__).parents[1])])
    environment = os.environ | {"PYTHONPATH": paths, "FAKE_LOG": str(log), "FAKE_DELAY": delay}
    words = [sys.executable, str(HERE / "fake_predictor.py"), "process", str(scans), "-o", str(out), *more]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen(
        words, env=environment, preexec_fn=None if os.name == "nt" else _heed_interrupts, **pipes
    )


def _heed_interrupts():
    """Undo what a shell does to processes in its background, so that SIGINT reaches this one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_two_processes_on_one_folder_neither_lose_nor_double_a_specimen(scans, tmp_path):
    for number in range(5):
        write_scan(scans / f"n{number}.nii.gz", number)
    log, out = tmp_path / "log", tmp_path / "out"
    both = [command(scans, out, log, "--resume") for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert calls(log) == dict.fromkeys(["a", "b c", "ü", "n0", "n1", "n2", "n3", "n4"], 1)
    assert len({line.split("\t")[1] for line in log.read_text(encoding="utf-8").splitlines()}) == 2
    assert len(finished(out)) == 8 and not leftovers(out)
    for process in both:
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "jobs"), [(signal.SIGINT, "1"), (signal.SIGINT, "2"), (signal.SIGKILL, "1")]
)
def test_stopped_run_is_taken_up_again(scans, tmp_path, number, jobs):
    log, out = tmp_path / "log", tmp_path / "out"
    process = command(scans, out, log, "--jobs", jobs, delay="30")
    for _ in range(600):
        if log.exists():
            break
        time.sleep(0.05)
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    if number == signal.SIGINT:
        assert process.returncode == 130 and "Traceback" not in told
        assert not out.exists() or not list(out.iterdir())
    again = command(scans, out, log, "--resume", delay="0")
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert finished(out) == ["a", "b c", "ü"] and not leftovers(out)
    assert all(
        json.loads((out / f"{name}.json").read_text())["outcome"] == "done" for name in ("a", "b c", "ü")
    )


def test_missing_dask_is_told(scans, tmp_path, monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"craniomark\[batch\]"):
        run(scans, tmp_path / "out", Crew(scheduler="tcp://localhost:1"))
