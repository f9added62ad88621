"""The job process by its protocol alone: lines in, lines out, and its end with its parent's."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from odd_jobs import ODD

import craniomark
from craniomark.flows.jobs import launch
from craniomark.flows.training.watch import is_alive


class Talk:
    """A job process that is talked to by hand."""

    def __init__(self, *before: str, parent: int | None = None, patience: float = 20.0) -> None:
        words = launch.command([*before, *ODD], parent or os.getpid(), patience, False)
        self.process = subprocess.Popen(
            words,
            env=launch.environment(1),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self.event()["pid"]

    def ask(self, line: str | dict[str, Any]) -> None:
        assert self.process.stdin
        text = line if isinstance(line, str) else json.dumps(line)
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def event(self) -> dict[str, Any]:
        """The next object; empty at the end."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.strip():
                return json.loads(line)
        return {}

    def ending(self) -> dict[str, Any]:
        """The event that ends the present job."""
        while (event := self.event())["event"] not in ("result", "error"):
            pass
        return event

    def dismiss(self) -> None:
        """Ask for nothing more."""
        assert self.process.stdin
        self.process.stdin.close()

    def close(self) -> int:
        """Dismiss it and wait for its end; its exit code."""
        assert self.process.stdout
        self.dismiss()
        code = self.process.wait(300)
        self.process.stdout.close()
        return code


def model(name: str, job: str = "1", **more: Any) -> dict[str, Any]:
    return {"job": job, "kind": "model", "arguments": {"model": name}, **more}


def gone(pid: int, seconds: float = 120.0) -> bool:
    end = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_alive(pid)


def test_it_greets_with_its_own_id_and_version_and_ends_with_its_input() -> None:
    done = subprocess.run(
        launch.command([sys.executable], os.getpid(), 5, True), env=launch.environment(1), input=b"",
        capture_output=True, timeout=300,
    )  # fmt: skip
    greeting = json.loads(done.stdout)
    assert set(greeting) == {"pid", "version"} and greeting["version"] == craniomark.__version__
    assert done.returncode == 0 and done.stderr == b""


def test_the_greeting_comes_before_anything_slow_is_imported() -> None:
    code = "import sys, craniomark.jobs.serve; print({'numpy', 'torch', 'scipy'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", code], env=launch.environment(1), capture_output=True, check=True
    )
    assert told.stdout.strip() == b"set()"


def test_the_client_needs_no_package() -> None:
    library = str(Path(craniomark.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {library!r}); import craniomark.flows.jobs"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.mark.parametrize(
    ("line", "job", "message"),
    [
        ("hello", "", "request: line is 'hello': send one JSON object a line."),
        ("[1, 2]", "", "request: line is"),
        ("[" * 100_000, "", "request: line is"),
        ("{}", "", "request: job is None"),
        ('{"job": 5}', "", "request: job is 5"),
        ('{"job": "7"}', "7", "request: kind is None: give one of orient, predict"),
        ('{"job": "7", "kind": "dance"}', "7", "request: kind is 'dance'"),
        ('{"job": "7", "kind": "model", "arguments": 3}', "7", "request: arguments is 3: give an object."),
        ('{"job": "7", "kind": "model", "arguments": {"modle": "x"}}', "7", "request model: setting is"),
        ('{"job": "7", "kind": "model", "arguments": {"load": "yes"}}', "7", "request model: load is 'yes'"),
        ('{"job": "7", "kind": "predict", "arguments": {"out": "x"}}', "7", "request predict: scan is"),
        ('{"job": "7", "kind": "check", "arguments": {"data": 3}}', "7", "request check: arguments is"),
        ('{"job": "7", "kind": "predict", "arguments": {"scan": "a", "out": "b", "id": "../c"}}', "7",
         "request predict: id is '../c'"),
        ('{"job": "7", "kind": "orient", "arguments": {"scan": "a", "out": "b", "spacing": [1, 0, 1]}}', "7",
         "request orient: spacing is"),
        ('{"job": "7", "kind": "model", "stop_file": 3}', "7", "request: stop_file is 3"),
        ("\ud800", "", "request: line is"),
    ],
)  # fmt: skip
def test_what_is_no_order_is_refused(line: str, job: str, message: str) -> None:
    from craniomark.flows.jobs.lines import NoOrderError, read_order

    with pytest.raises(NoOrderError) as caught:
        read_order(line)
    assert caught.value.job == job and str(caught.value).startswith(message)


def test_after_a_malformed_line_the_next_order_is_followed() -> None:
    talk = Talk()
    talk.ask("")
    talk.ask("no json")
    talk.ask(model("fine:räume"))
    refused, done = talk.ending(), talk.ending()
    assert refused["event"] == "error" and refused["job"] == "" and refused["status"] == "refused"
    assert done["event"] == "result" and done["message"] == "Did räume."
    assert talk.close() == 0


def test_orders_that_wait_are_followed_in_turn() -> None:
    talk = Talk()
    for number in range(3):
        talk.ask(model("fine" if number != 1 else "fail", str(number)))
    ended = [talk.ending() for _ in range(3)]
    assert [(one["job"], one["event"]) for one in ended] == [("0", "result"), ("1", "error"), ("2", "result")]
    assert "KeyError" in ended[1]["trace"]
    talk.close()


def test_a_stop_file_that_is_there_before_stops_the_job(tmp_path: Path) -> None:
    stop = tmp_path / "Halt ☠"
    stop.touch()
    talk = Talk()
    talk.ask(model("slow", stop_file=str(stop)))
    talk.ask(model("fine", "2"))
    assert talk.event() == {"event": "result", "job": "1", "status": "stopped", "message": "Stopped."}
    assert talk.ending()["status"] == "done"
    talk.close()


def test_the_end_of_its_input_stops_the_job() -> None:
    talk = Talk()
    talk.ask(model("slow:1000"))
    assert talk.event()["event"] == "progress"
    talk.dismiss()
    assert talk.ending()["status"] == "stopped"
    assert talk.close() == 0


def test_a_job_that_does_not_end_with_its_parent_is_ended() -> None:
    talk = Talk(patience=0.3)
    talk.ask(model("deaf"))
    while talk.event()["name"] != "deaf":
        pass
    assert talk.close() == 4


PARENT = """
import sys, time
from craniomark.flows.jobs import JobClient, ShowModel
client = JobClient(python=sys.argv[1:], polite=False)
job = client.submit(ShowModel(model="slow:2000"))
while not job.begun:
    client.poll(); time.sleep(0.01)
print(client.pid, flush=True)
time.sleep(100)
"""

LAUNCHER = """
import os, subprocess, sys
sys.stdout.write("launcher says hello")
sys.stdout.flush()
sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))
"""


@pytest.fixture
def launcher(tmp_path: Path) -> list[str]:
    """Return a program that hides the interpreter's process behind its own, as Slicer's does."""
    script = tmp_path / "a launcher.py"
    script.write_text(LAUNCHER, encoding="utf-8")
    return [sys.executable, str(script)]


@pytest.mark.parametrize("launched", [False, True])
def test_no_child_outlives_a_killed_parent(launcher: list[str], launched: bool) -> None:
    python = [*launcher, *ODD[1:]] if launched else ODD
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *python], env=launch.environment(1), stdout=subprocess.PIPE
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.communicate()
    assert gone(pid)


def test_a_parent_that_is_gone_is_noticed_where_the_input_stays_open() -> None:
    parent = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(100)"])
    talk = Talk(parent=parent.pid)
    talk.ask(model("slow:1000"))
    assert talk.event()["event"] == "progress"
    parent.kill()
    parent.wait()
    assert talk.ending()["status"] == "stopped"
    assert talk.close() == 0
