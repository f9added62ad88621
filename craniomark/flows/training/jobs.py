"""Jobs of a multirun: what each is to do, its process, its result."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from craniomark.flows.training.files import RunFolderView, read_json
from craniomark.flows.training.job import Listener
from craniomark.flows.training.snapshot import Snapshot
from craniomark.ground.checks import InputError

CHILD = "craniomark.flows.training.child"
ORDER = "CRANIOMARK_TRAINING_ORDER"
"""Environment variable by which a child hands its order on to processes that share its run."""
_TROUBLE = "stderr.txt"


@dataclass(frozen=True)
class JobResult:
    """How a job ended.

    Attributes
    ----------
    name : str
        Of the job and its folder, e.g. ``fold=0``.
    status : str
        ``done``; ``stopped`` and to be resumed; ``waiting``, not begun; ``refused`` for its input;
        ``failed``.
    step : int
        Updates of the weights.
    figures : dict of str to float
        Of the last validation.
    seconds : float
        Of training.
    message : str
        Why it isn't done.
    error : list of str
        What an `InputError` is made of, where it was one.
    kept : bool
        Whether it was done before.
    """

    name: str
    status: str
    step: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    message: str = ""
    error: list[str] = field(default_factory=list)
    kept: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON and other processes can hold it."""
        return asdict(self)


@dataclass(frozen=True)
class Order:
    """What a job is to do.

    Attributes
    ----------
    task, name : str
        Task; name of the job.
    config : mapping
        Plain values; ``out`` is the job's folder.
    stop_file : str or None
        Of the user.
    """

    task: str
    name: str
    config: Mapping[str, Any]
    stop_file: str | None = None

    @property
    def folder(self) -> Path:
        """The run folder."""
        return Path(self.config["out"])


def done_before(order: Order) -> JobResult | None:
    """The result of a job that is done already, without reading its data again."""
    files = RunFolderView(order.folder)
    with suppress(InputError, KeyError, TypeError):
        state = read_json(files.state)
        if state["status"] == "done" and files.weights.exists():
            figures = {str(k): float(v) for k, v in state["figures"].items()}
            return JobResult(
                order.name, "done", int(state["step"]), figures, float(state["seconds"]), kept=True
            )
    return None


def run_in_child(order: Order, snapshot: Snapshot, listen: Listener | None = None) -> JobResult:
    """Do a job in a process that runs the snapshot's code.

    Ctrl-C is handed on, so that the job saves what it has.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the job has saved.
    InputError
        If the snapshot was changed.
    """
    snapshot.check()
    order.folder.mkdir(parents=True, exist_ok=True)
    rank = os.environ.get("SLURM_PROCID", "0")
    trouble = order.folder / (_TROUBLE if rank == "0" else f"{rank}-{_TROUBLE}")
    environment = {name: value for name, value in snapshot.environment().items() if name != ORDER}
    with trouble.open("w", encoding="utf-8", errors="replace") as errors:
        # -P: the folder that the command is run in must not come before the snapshot.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", CHILD], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors, encoding="utf-8", start_new_session=os.name != "nt",
        )  # fmt: skip
        ended = _talk(process, order, listen)
    said = trouble.read_text(encoding="utf-8", errors="replace").strip()
    if not said:
        trouble.unlink(missing_ok=True)
    if ended is None:
        last = said.splitlines()[-1] if said else "nothing was told"
        message = f"The process ended with code {process.returncode} ({last})."
        return JobResult(order.name, "failed", message=message)
    trace = ended.pop("trace", "")
    if trace:
        trouble.write_text(trace, encoding="utf-8")
    return JobResult(order.name, **{key: value for key, value in ended.items() if key != "event"})


def _talk(process: "subprocess.Popen[str]", order: Order, listen: Listener | None) -> dict[str, Any] | None:
    """Give the order, pass the events on, and return the last one."""
    assert process.stdin is not None and process.stdout is not None
    interrupted, ended = False, None
    with suppress(BrokenPipeError), process.stdin as stream:
        json.dump(asdict(order) | {"config": dict(order.config), "parent": os.getpid()}, stream)
    try:
        while True:
            try:
                line = process.stdout.readline()
                if not line:
                    break
                event = _event(line)
                if event.get("event") == "ended":
                    ended = event
                elif listen and "event" in event:
                    listen(event)
            except KeyboardInterrupt:
                if interrupted:
                    raise
                interrupted = True
                if os.name != "nt":  # on Windows the terminal tells both
                    process.send_signal(signal.SIGINT)
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
    if interrupted:
        raise KeyboardInterrupt
    return ended


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
