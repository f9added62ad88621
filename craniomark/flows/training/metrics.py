"""metrics.jsonl: the curves of a run, each step once."""

import json
import os
from pathlib import Path
from typing import Any

from craniomark.ground.checks import written_whole


def append_metric(path: Path, event: dict[str, Any]) -> None:
    """Add a metric event as one line."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """All events that are whole, in order; a line that a kill cut short is left out."""
    if not path.exists():
        return []
    events = []
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("step"), int):
            events.append(event)
    return events


def trim_metrics(path: Path, step: int) -> None:
    """Keep what is before `step`: the rest is about to be written again."""
    kept = [event for event in read_metrics(path) if event["step"] < step]
    if kept or path.exists():
        with written_whole(path) as part:
            text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in kept)
            part.write_text(text, encoding="utf-8")


def put_aside(path: Path, attempt: int) -> None:
    """Move the curves of a collapsed attempt out of the way."""
    if path.exists():
        os.replace(path, path.with_name(f"metrics-collapsed-{attempt}.jsonl"))
