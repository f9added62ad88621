"""Everything from scans to a bundle with hardly any training, in processes that kill themselves."""

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tiny_recipe import TINY

from craniomark.flows.training.everything import run as run_module
from craniomark.flows.training.everything import settings as settings_module
from craniomark.flows.training.everything import train_everything

MOMENTS = (
    "check", "template", "orient", "rough", "landmark-1", "end of landmark", "focus-0", "calibrate",
    "copy of bundle", "end of bundle",
)  # fmt: skip
"""When processes kill themselves; early in the stages that take long."""


def words_of(data: Path, out: Path) -> list[str]:
    """What tells a training of the made-up animals."""
    return [f"data={data}", f"out={out}", "name=animals", "device=cpu"]


def patch_recipe(patch: Callable[..., None]) -> None:
    """Have all recipes be the tiny one."""
    patch(settings_module, "read_recipe", lambda _name: TINY)


def child(data: str, out: str, moment: str) -> None:
    """Train in a process of its own, killed at the moment; without one to the end."""
    import torch

    torch.set_num_threads(1)
    patch_recipe(setattr)
    _die_at_end_of(moment.removeprefix("end of "), moment.startswith("end of "))
    if moment == "copy of bundle":
        shutil.copyfile = _after(3, shutil.copyfile)  # type: ignore[assignment]

    def listen(event: dict[str, Any]) -> None:
        loop = event["event"] == "progress" and not event.get("name")
        stage = event["event"] == "progress" and event["job"] in ("check", "template", "calibrate")
        if event["job"] == moment and ((loop and event["step"] == 1) or (stage and event["step"] > 0)):
            _die()

    train_everything(words_of(Path(data), Path(out)), listen)
    os._exit(0)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_end_of(name: str, wanted: bool) -> None:
    """When the stage has done its work and nothing says so yet."""
    finished = run_module.finished

    def noted(out: Path, stage: str, minutes: float) -> None:
        if wanted and stage == name:
            _die()
        finished(out, stage, minutes)

    run_module.finished = noted


def _after(calls: int, function: Callable[..., Any]) -> Callable[..., Any]:
    made: list[object] = []

    def counted(*arguments: Any, **named: Any) -> Any:
        made.append(arguments)
        if len(made) == calls:
            _die()
        return function(*arguments, **named)

    return counted


def main() -> None:
    """Fork children one after the other: importing what training needs takes seconds, a fork nothing."""
    import lightning.fabric  # noqa: F401
    import SimpleITK  # noqa: F401

    from craniomark.flows.training import events
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    events._BETWEEN_SECONDS = 0.0
    for line in sys.stdin:
        if not (pid := os.fork()):
            try:
                sys.stdout = sys.stderr
                child(*json.loads(line))
            finally:
                traceback.print_exc()
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
