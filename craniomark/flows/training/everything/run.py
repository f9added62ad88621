"""All stages, each once: what is done stays done when the same command is given again."""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from craniomark.flows.training.cache import Cache
from craniomark.flows.training.data import file_name, landmarked_specimens, specimens_with_landmarks
from craniomark.flows.training.everything.settings import recorded, settings_of
from craniomark.flows.training.everything.stages import STAGES, is_made
from craniomark.flows.training.everything.state import Source, begun, finished, is_begun, spent
from craniomark.flows.training.everything.work import Listener, Work
from craniomark.flows.training.holding import held
from craniomark.flows.training.prepared import checked_sha256
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
    if work.out.exists() and not work.out.is_dir():
        raise InputError(work.out, "out", "a file", "name a folder, which is made where it isn't there")
    told = json.loads(json.dumps(recorded(settings, recipe)))
    done = begun(work.out, told, _sources(work), settings.data)
    with held(work.out, "everything"):
        _clear_parts(work)
        for number, (name, stage) in enumerate(STAGES.items(), start=1):
            if name in done and is_made(work, name):
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


def _clear_parts(work: Work) -> None:
    """Remove what a killed process left half-written."""
    for folder in (work.out, work.template.parent, work.bundle.parent):
        for part in folder.glob(".part-*"):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)


def _sources(work: Work) -> dict[str, Source]:
    """Scans and landmarks by specimen and kind, with their checksums."""
    data, kept = work.settings.data, Cache(work.cache)
    listed = specimens_with_landmarks if is_begun(work.out) else landmarked_specimens
    found = {}
    for specimen in listed(data):
        for kind, path in (("scan", specimen.path), ("landmarks", specimen.landmarks)):
            if path is not None:
                source = Source(file_name(specimen, path, data), checked_sha256(path, kept))
                found[f"{kind} of {specimen.id}"] = source
    return found
