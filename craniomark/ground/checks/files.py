"""Files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from craniomark.ground.checks.errors import InputError


@contextmanager
def written_whole(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path` and move it into place when the block succeeds.

    The temporary name keeps the suffixes of `path`, since many writers choose the format by them.

    Parameters
    ----------
    path : path
        Final name; an existing file is replaced only by a complete one.

    Yields
    ------
    pathlib.Path
        Where to write.

    Raises
    ------
    InputError
        If the folder can't be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".part-", suffix="-" + path.name, dir=path.parent)
    except OSError as error:
        remedy = "choose a folder that you may write to, with room on its disk"
        raise InputError(path.parent, "output folder", f"not writable ({error.strerror})", remedy) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
