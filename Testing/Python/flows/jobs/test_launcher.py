"""Interpreters behind a launcher, whose process id is not theirs; and which interpreter is taken."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from odd_jobs import ODD, until

from craniomark.flows.jobs import JobClient, ShowModel, launch
from craniomark.flows.training.watch import is_alive
from craniomark.ground.checks import InputError

SHELL = '#!/bin/sh\necho "launching..."\n"$PYTHON" "$@"\n'
STUBBORN = """
import subprocess, sys
child = subprocess.Popen([sys.executable, *sys.argv[1:]])
sys.exit(child.wait())
"""


@pytest.fixture
def launched(odd_client: Callable[..., JobClient], tmp_path: Path) -> JobClient:
    """Return a client whose interpreter is started by another program, from a path with spaces."""
    folder = tmp_path / "Slicer mit Ümläuten"
    folder.mkdir()
    script = folder / "launch.py"
    script.write_text(STUBBORN, encoding="utf-8")
    return odd_client(python=[sys.executable, str(script), ODD[1]], patience=1.0)


def test_the_childs_own_id_is_known(launched: JobClient) -> None:
    job = launched.submit(ShowModel(model="environment:HOME"))
    launched.wait(job)
    assert job.value["pid"] == launched.pid
    assert launched._process and launched._process._popen.pid != launched.pid


def test_a_deaf_job_behind_a_launcher_is_killed_itself(launched: JobClient) -> None:
    bad, good = launched.submit(ShowModel(model="deaf")), launched.submit(ShowModel(model="fine"))
    until(launched, lambda: bad.begun)
    pid = launched.pid
    assert pid
    launched.cancel(bad)
    launched.wait()
    assert bad.state == "cancelled" and good.state == "done"
    until(launched, lambda: not is_alive(pid))


def test_a_job_goes_on_when_only_the_launcher_is_killed(launched: JobClient) -> None:
    job = launched.submit(ShowModel(model="slow:30"))
    until(launched, lambda: job.begun)
    assert launched._process
    launched._process._popen.kill()
    launched.wait(job)
    assert job.state == "done"


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_a_shell_script_may_be_the_launcher(odd_client: Callable[..., JobClient], tmp_path: Path) -> None:
    script = tmp_path / "Python Slicer"
    script.write_text(SHELL, encoding="utf-8")
    script.chmod(0o755)
    client = odd_client(python=[str(script), ODD[1]], changes={"PYTHON": sys.executable})
    job = client.submit(ShowModel(model="fine"))
    client.wait(job)
    assert job.state == "done"
    assert client.pid
    os.kill(client.pid, signal.SIGKILL)
    until(client, lambda: client.pid is None)


def test_the_interpreter_is_this_one() -> None:
    assert launch.python_command() == [sys.executable]


@pytest.mark.skipif(os.name == "nt", reason="names of executables")
def test_in_slicer_it_is_the_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "PythonSlicer"
    program.write_text("", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/opt/Slicer/SlicerApp-real")
    assert launch.python_command() == [str(program)]
    program.unlink()
    with pytest.raises(InputError, match="PythonSlicer"):
        launch.python_command()


def test_the_library_comes_first_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    library = launch.environment(None)["PYTHONPATH"].split(os.pathsep)[0]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["elsewhere", library]))
    assert launch.environment(None)["PYTHONPATH"] == os.pathsep.join([library, "elsewhere"])


def test_the_folder_that_it_runs_in_does_not_come_before_the_library(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    words = launch.command([sys.executable], os.getpid(), 1.0, True)
    variables = launch.environment(1)
    done = subprocess.run(words, env=variables, cwd=tmp_path, input=b"", capture_output=True, timeout=300)
    assert done.returncode == 0 and b'"pid"' in done.stdout
