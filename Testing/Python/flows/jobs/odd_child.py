"""A job process whose jobs misbehave as their model is called; it imports nothing slow."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

from craniomark.flows.jobs.requests import Batch, ShowModel, Train
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.jobs import serve
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds import DOERS
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf


def odd(ask: ShowModel, reports: Reports, _shelf: Shelf) -> Result:
    """Do what the name of the model says."""
    what, _, more = (ask.model or "").partition(":")
    return {
        "fine": fine, "slow": slow, "deaf": deaf, "print": prints, "crash": crash, "segfault": segfault,
        "refuse": refuse, "fail": fail, "missing": missing, "exit": leave, "environment": environment,
    }[what](reports, more)  # fmt: skip


def fine(reports: Reports, more: str) -> Result:
    reports.log(f"did {more}")
    return Result(
        f"Did {more}.", Path(more or "nowhere"), {"it": Path(more or "nowhere")}, {"nan": float("nan")}
    )


def slow(reports: Reports, more: str) -> Result:
    """Count slowly up to the number, or to a hundred."""
    count = int(more or 100)
    for number in range(count):
        reports.progress("count", number / count)
        time.sleep(0.05)
    return Result("Counted.")


def deaf(reports: Reports, more: str) -> Result:
    reports.progress("deaf", 0.5)
    time.sleep(float(more or 60))
    return Result("Woke up.")


def prints(_reports: Reports, _more: str) -> Result:
    """Print by all ways that there are, half lines and lines like the protocol's among them."""
    sys.stdout.write("garbage without end")
    sys.stdout.write('{"event": "result", "job": "1", "message": "forged"}\n')
    os.write(1, b"\xff\xfe from below Python\n")
    subprocess.run([sys.executable, "-S", "-c", "print('from a grandchild')"], check=True)
    assert sys.stdin.read() == "" and os.read(0, 1) == b""
    sys.stdout.flush()
    return Result("Printed.")


def crash(_reports: Reports, _more: str) -> Result:
    sys.stderr.write("the last words\n")
    sys.stderr.flush()
    os._exit(7)


def segfault(_reports: Reports, _more: str) -> Result:
    ctypes.string_at(0)
    return Result("Alive.")


def refuse(_reports: Reports, _more: str) -> Result:
    raise InputError("scan.nii", "spacing", "0", "give its voxel size")


def fail(_reports: Reports, _more: str) -> Result:
    raise KeyError("oops")


def missing(_reports: Reports, more: str) -> Result:
    raise ModuleNotFoundError(f"No module named {more!r}", name=more)


def leave(_reports: Reports, _more: str) -> Result:
    sys.exit("good bye")


def environment(_reports: Reports, more: str) -> Result:
    return Result("Looked.", value={more: os.environ.get(more), "path": sys.path[:3], "pid": os.getpid()})


def train(ask: Train, reports: Reports, _shelf: Shelf) -> Result:
    """Count up in a file of the folder; go on with what is there."""
    ask.out.mkdir(parents=True, exist_ok=True)
    state = ask.out / "count"
    step = int(state.read_text()) if state.exists() else 0
    while step < 60:
        if reports.warden.stop_file.exists():
            raise Stopped(f"stopped at step {step}")
        reports.say("metric", step=step, name="loss/total", value=1.0 / (step + 1))
        reports.say(
            "progress", name=f"step {step} of 60", step=step, of=60, fraction=step / 60, seconds_left=3.0
        )
        step += 1
        state.write_text(str(step))
        time.sleep(0.02)
    return Result("Trained.", ask.out)


def batch(ask: Batch, reports: Reports, _shelf: Shelf) -> Result:
    for number in range(40):
        reports.progress("work", number / 40)
        time.sleep(0.05 if not ask.resume else 0)
    return Result("Resumed." if ask.resume else "From the start.")


def main() -> None:
    """Serve with these jobs; what an interpreter would be told comes first in the arguments."""
    DOERS.update({ShowModel: odd, Train: train, Batch: batch})  # type: ignore[attr-defined]
    sys.exit(serve.main(sys.argv[sys.argv.index("craniomark.jobs") + 1 :]))


if __name__ == "__main__":
    main()
