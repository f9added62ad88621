"""The lines that go between the processes: one JSON object each, in plain ASCII."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.jobs.requests import KINDS, Request, kind_of, plain
from craniomark.flows.training.config.instantiate import instantiate
from craniomark.ground.checks import InputError

EVENTS = ("progress", "metric", "log", "result", "error")
WHERE = "request"


@dataclass(frozen=True)
class Order:
    """One job as it is asked for.

    Attributes
    ----------
    job : str
        Its name in all events.
    request : Request
        What to do.
    stop_file : Path or None
        The job stops as soon as this file is there.
    """

    job: str
    request: Request
    stop_file: Path | None = None


class NoOrderError(InputError):
    """A line that is no order, with the job that it names.

    Parameters
    ----------
    job : str
        Empty where it can't be told.
    error : InputError
        What is wrong.
    """

    def __init__(self, job: str, error: InputError) -> None:
        super().__init__(error.file, error.field, error.value, error.remedy)
        self.job = job


def line_of(content: dict[str, Any]) -> bytes:
    """A line of an object; numbers that are none become null, signs beyond ASCII are escaped."""
    return json.dumps(finite(content), allow_nan=False).encode("ascii") + b"\n"


def order_line(order: Order) -> bytes:
    """The line that asks for a job."""
    stop = str(order.stop_file) if order.stop_file else None
    told = {"job": order.job, "kind": kind_of(order.request), "stop_file": stop}
    return line_of(told | {"arguments": plain(order.request)})


def read_order(line: bytes | str) -> Order:
    """The order that a line holds.

    Raises
    ------
    NoOrderError
        If it holds none that can be followed.
    """
    content = object_of(line)
    if content is None:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        wrong = InputError(WHERE, "line", repr(text.strip()[:80]), "send one JSON object a line")
        raise NoOrderError("", wrong)
    job = content.get("job")
    try:
        if not isinstance(job, str) or not job:
            raise InputError(WHERE, "job", repr(job), "give a text that names the job in its events")
        return Order(job, _request(content), _stop_file(content))
    except InputError as error:
        raise NoOrderError(job if isinstance(job, str) else "", error) from error


def object_of(line: bytes | str) -> dict[str, Any] | None:
    """The JSON object of a line, or None."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def is_event(content: dict[str, Any]) -> bool:
    """Whether an object is an event of a job, and not something that a library printed."""
    return content.get("event") in EVENTS and isinstance(content.get("job"), str)


def is_greeting(content: dict[str, Any]) -> bool:
    """Whether an object is the first line of a job process."""
    return isinstance(content.get("pid"), int) and isinstance(content.get("version"), str)


def finite(value: Any) -> Any:
    """Plain values for JSON, which knows neither NaN nor infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def _request(content: dict[str, Any]) -> Request:
    kind, arguments = content.get("kind"), content.get("arguments", {})
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(WHERE, "kind", repr(kind), f"give one of {', '.join(KINDS)}")
    if not isinstance(arguments, dict):
        raise InputError(WHERE, "arguments", repr(arguments)[:80], "give an object")
    try:
        made: Request = instantiate(KINDS[kind], arguments, f"{WHERE} {kind}")
    except TypeError as error:  # a path that is no text
        where, remedy = f"{WHERE} {kind}", "give paths as texts"
        raise InputError(where, "arguments", f"mistyped ({error})", remedy) from error
    return made


def _stop_file(content: dict[str, Any]) -> Path | None:
    given = content.get("stop_file")
    if given is not None and (not isinstance(given, str) or not given):
        raise InputError(WHERE, "stop_file", repr(given), "give a path, or leave it out")
    return Path(given) if given else None
