"""Whether a run can go on, told before its data are prepared.

What follows from a scan that is gone, such as too few for the folds, would tell the user nothing.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from craniomark.flows.training.cache import Cache
from craniomark.flows.training.data import file_sums, specimens_with_landmarks
from craniomark.flows.training.files import RunFolderView
from craniomark.flows.training.prepared import checked_sha256
from craniomark.flows.training.resume import check_files, check_settings, recorded_files
from craniomark.flows.training.split import split
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen


def check_start(settings: Any, config: dict[str, Any], cache: Cache) -> None:
    """Refuse other settings or data than the run in the folder began with.

    A new run is let through, as is one that has learnt nothing yet.

    Parameters
    ----------
    settings : RunSettings
        With the node ``loop``.
    config : dict
        As the run records it.
    cache : Cache
        Where checksums are kept.

    Raises
    ------
    InputError
        Names the setting, or the file that is gone, changed or new.
    """
    folder = RunFolderView(Path(settings.out))
    if folder.identity.exists() and folder.has_learnt():
        check_settings(folder, config, settings.loop)
        check_files(folder, _sums(settings, recorded_files(folder), cache))


def _sums(settings: Any, recorded: dict[str, str], cache: Cache) -> dict[str, str]:
    """Checksums of what would be learnt from, and of recorded files that lie there without their partner."""
    sums = file_sums(_used(settings), settings.data, cache)
    root = Path(settings.data)
    for name in recorded.keys() - sums.keys():
        if root.is_dir() and (root / name).exists():
            sums[name] = checked_sha256(root / name, cache)
    return sums


def _used(settings: Any) -> list[Specimen]:
    found = specimens_with_landmarks(settings.data)
    with suppress(InputError):
        parts = split([one.id for one in found], settings, {one.id: one.subject for one in found})
        return [one for one in found if one.id in {*parts.training, *parts.validation}]
    return found
