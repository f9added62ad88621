"""How a job ended, from what was told of it last."""

from collections.abc import Sequence
from typing import Any

from craniomark.flows.jobs.job import Job, State

_FATAL = "Fatal Python error"
_NO_MEMORY = (-9, 137)


def ended_state(job: Job, event: dict[str, Any]) -> State:
    """State after the event that ends a job; a stop is a pause or a cancellation, as it was wished."""
    status = event.get("status")
    if event["event"] == "error":
        return "refused" if status == "refused" else "failed"
    if status != "stopped":
        return "done"
    return "paused" if job.state == "pausing" else "cancelled"


def crash_words(code: int | None, last_lines: Sequence[str]) -> str:
    """A sentence on a process that ended in the middle of a job."""
    how = "" if code is None else f" with exit code {code}"
    why = ", often for want of memory" if code in _NO_MEMORY else ""
    said = next((line for line in last_lines if line.startswith(_FATAL)), "".join(last_lines[-1:])).strip()
    return f"The job process ended unexpectedly{how}{why}{f': {said}' if said else ''}."
