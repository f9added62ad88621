"""A run folder looked at from outside: a panel that is opened later picks a training up again."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from craniomark.flows.training.files import read_json
from craniomark.flows.training.metrics import read_metrics
from craniomark.flows.training.watch import is_alive
from craniomark.ground.checks import InputError

Curves = dict[tuple[str, str], list[tuple[int, float | None]]]


@dataclass(frozen=True)
class RunView:
    """What a run folder tells.

    Attributes
    ----------
    folder : Path
        The run folder.
    status : str
        ``running stopped done failed``, or ``cut off`` where its process is gone without a word.
    step, of : int
        Updates made, and wanted.
    seconds_left : float or None
        As it was told last.
    message : str
        How it ended.
    figures : dict of str to float
        Of the last validation.
    curves : dict of (str, str) to list of (int, float or None)
        As in `Job`, the part empty.
    log : list of str
        Its sentences, each after its time.
    """

    folder: Path
    status: str
    step: int = 0
    of: int = 0
    seconds_left: float | None = None
    message: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    curves: Curves = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    @property
    def can_go_on(self) -> bool:
        """Whether the same training goes on when it is started again."""
        return self.status in ("stopped", "cut off", "failed")


def look_at_run(folder: Path) -> RunView | None:
    """What lies in a run folder; None where no training has begun in it."""
    try:
        state = read_json(folder / "state.json")
    except InputError:
        return None
    status, pid = str(state.get("status", "")), state.get("pid")
    if status == "running" and not (isinstance(pid, int) and is_alive(pid)):
        status = "cut off"
    curves: Curves = {}
    for event in read_metrics(folder / "metrics.jsonl"):
        curves.setdefault(("", str(event.get("name"))), []).append((event["step"], event.get("value")))
    log: list[str] = []
    with suppress(OSError):
        log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    return RunView(
        folder, status, int(state.get("step") or 0), int(state.get("of") or 0), state.get("seconds_left"),
        str(state.get("message") or ""), dict(state.get("figures") or {}), curves, log,
    )  # fmt: skip
