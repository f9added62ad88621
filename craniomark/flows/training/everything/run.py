"""All stages, each once: what is done stays done when the same command is given again."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.pipeline.claims import claimed
from craniomark.flows.training.data import landmarked_specimens
from craniomark.flows.training.everything.settings import recorded, settings_of
from craniomark.flows.training.everything.stages import STAGES
from craniomark.flows.training.everything.state import begun, finished, spent
from craniomark.flows.training.everything.work import Listener, Work
from craniomark.ground.checks import InputError


def train_everything(
    words: Sequence[str],
    listen: Listener | None = None,
    stop_file: Path | None = None,
    parent: int | None = None,
) -> Path:
    """Make a bundle from a folder of landmarked scans, or go on with it.

    Parameters
    ----------
    words : sequence of str
        ``data=DIR out=DIR`` and further settings, see `EverythingSettings`.
    listen : callable, optional
        Is given each event.
    stop_file, parent
        As for `run_training`.

    Returns
    -------
    Path
        Folder of the bundle.

    Raises
    ------
    InputError
        If a word or the data are wrong, or the folder belongs to another training or is in use.
    Stopped
        If it was stopped; the same command goes on.
    """
    settings, recipe = settings_of(words)
    work = Work(settings, recipe, listen or (lambda _event: None), stop_file, parent)
    belongs = recorded(settings, recipe) | {"files": _sums(settings.data)}
    done = begun(work.out, json.loads(json.dumps(belongs)))
    with claimed(work.out, "everything") as free:
        if not free:
            raise InputError(work.out, "folder", "in use by another training", "wait, or choose another out")
        for number, (name, stage) in enumerate(STAGES.items(), start=1):
            if name in done:
                work.log(name, f"Stage {number} of {len(STAGES)}, {name}: done before.")
                continue
            work.check_stop()
            work.listen(
                {"event": "progress", "job": "all", "name": name, "step": number - 1, "of": len(STAGES)}
            )
            work.log(name, f"Stage {number} of {len(STAGES)}: {name}.")
            _timed(work, name, stage)
    work.listen(
        {"event": "result", "job": "all", "path": str(work.bundle), "message": f"Made {work.bundle}."}
    )
    return work.bundle


def _timed(work: Work, name: str, stage: Any) -> None:
    start = time.monotonic()
    try:
        stage(work)
    finally:
        minutes = spent(work.out, name, (time.monotonic() - start) / 60)
    finished(work.out, name, minutes)


def _sums(data: str) -> dict[str, str]:
    """SHA-256 of scans and landmarks by specimen and kind; of a folder of slices, of its names."""
    sums = {}
    for specimen in landmarked_specimens(data):
        for kind, path in (("scan", specimen.path), ("landmarks", specimen.landmarks)):
            if path is not None and path.is_file():
                sums[f"{kind} of {specimen.id}"] = file_sha256(path)
    return sums
