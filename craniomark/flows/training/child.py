"""A job of a multirun in a process of its own: reads what to do as JSON, tells events as lines of JSON.

The last line is the event ``ended`` with the job's result; it is for `jobs.run_in_child` alone.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.config.compose import config_of
from craniomark.flows.training.job import run_job
from craniomark.flows.training.jobs import ORDER
from craniomark.flows.training.registry import task_entry
from craniomark.ground.checks import InputError


def main(order: TextIO, lines: TextIO) -> int:
    """Do the job that `order` describes and tell of it on `lines`; returns the exit code."""
    # Processes that share the run are started by the same command, and find no order on their input.
    wanted = json.loads(os.environ.setdefault(ORDER, os.environ.get(ORDER) or order.read()))

    def tell(event: dict[str, Any]) -> None:
        lines.write(json.dumps(event) + "\n")
        lines.flush()

    tell({"pid": os.getpid(), "job": wanted["name"]})
    try:
        entry = task_entry(wanted["task"])
        config = config_of(entry, wanted["config"])
        stop_file = Path(wanted["stop_file"]) if wanted["stop_file"] else None
        outcome = run_job(entry, config, tell, stop_file, wanted["parent"], wanted["name"])
        ended: dict[str, Any] = {
            "status": outcome.status, "step": outcome.step, "figures": outcome.figures,
            "seconds": outcome.seconds,
        }  # fmt: skip
    except InputError as error:
        ended = {"status": "refused", "message": str(error),
                 "error": [error.file, error.field, str(error.value), error.remedy]}  # fmt: skip
    except (KeyboardInterrupt, Stopped) as error:
        ended = {"status": "stopped", "message": str(error)}
    except Exception as error:
        told = f"{type(error).__name__}: {error}".rstrip(": .")
        ended = {"status": "failed", "message": f"CranioMark failed ({told}).",
                 "trace": traceback.format_exc()}  # fmt: skip
    tell({"event": "ended", **ended})
    return 0


if __name__ == "__main__":
    # What libraries print must not come between the lines of JSON.
    stream, sys.stdout = sys.stdout, sys.stderr
    sys.exit(main(sys.stdin, stream))
