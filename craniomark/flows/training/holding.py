"""A folder that one process at a time may train in."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from craniomark.flows.pipeline.claims import claimed, lock_path
from craniomark.ground.checks import InputError


@contextmanager
def held(folder: Path, name: str) -> Iterator[None]:
    """Hold a folder against other processes during the block.

    Parameters
    ----------
    folder : Path
        It must be there.
    name : str
        Of the hold: several of different names don't hinder one another.

    Raises
    ------
    InputError
        If another process that is alive holds it, or nothing can be written there.
    """
    with ExitStack() as stack:
        try:
            free = stack.enter_context(claimed(folder, name))
        except OSError as error:
            remedy = "choose a folder that you may write to, with room on its disk"
            raise InputError(folder, "run folder", f"not writable ({error.strerror})", remedy) from error
        if not free:
            remedy = "wait, stop that run, or choose another folder"
            raise InputError(folder, "run folder", f"in use by {_owner(folder, name)}", remedy)
        yield


def _owner(folder: Path, name: str) -> str:
    owner = {}
    with suppress(OSError, ValueError):
        owner = json.loads(lock_path(folder, name).read_text(encoding="utf-8"))
    return f"process {owner.get('pid', '?')} on {owner.get('host', '?')}"
