"""What lies in the output folder of a training, of one network or of everything."""

from dataclasses import dataclass, field
from pathlib import Path

from craniomark.flows.jobs import look_at_run
from craniomark.flows.jobs.runs import Curves

STAGES = "stages.json"
MANIFEST = "bundle.json"


@dataclass(frozen=True)
class PastRun:
    """What was found.

    Attributes
    ----------
    status : str
        ``none``, ``unfinished``, ``running`` (by another process), or ``done``.
    model : Path or None
        A finished bundle.
    curves : dict
        By network and name, as a job has them.
    log : tuple of str
        Last sentences.
    """

    status: str
    model: Path | None = None
    curves: Curves = field(default_factory=dict)
    log: tuple[str, ...] = ()


def past_run(out: Path) -> PastRun:
    """What a folder tells; reads small files only."""
    if not out.is_dir():
        return PastRun("none")
    whole = (out / STAGES).is_file()
    folders = sorted(path.parent for path in out.glob("*/state.json")) if whole else [out]
    views = [(folder, view) for folder in folders if (view := look_at_run(folder))]
    curves: Curves = {}
    for folder, view in views:
        part = folder.name if whole else ""
        curves |= {(part, name): points for (_, name), points in view.curves.items()}
    log = tuple(line for _, view in views for line in view.log[-20:])
    model = next((path.parent for path in sorted(out.glob(f"bundle/*/{MANIFEST}"))), None) if whole else None
    statuses = [view.status for _, view in views]
    if "running" in statuses:
        status = "running"
    elif model is not None or (not whole and statuses == ["done"]):
        status = "done"
    else:
        status = "unfinished" if whole or views else "none"
    return PastRun(status, model, curves, log)
