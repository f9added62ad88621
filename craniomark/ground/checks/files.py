"""Files that appear whole or not at all."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from craniomark.ground.checks.errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""No room, or no more of it for this user or this file."""


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
        If the folder can't be made or written, its disk is full, or the old file can't be replaced.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _made(path)
    except OSError as error:
        remedy = "choose a folder that you may write to, with room on its disk"
        raise InputError(path.parent, "output folder", f"not writable ({error.strerror})", remedy) from error
    try:
        with told_where_full(path.parent):
            yield temporary
            os.chmod(temporary, 0o666 & ~_umask())
            _put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def told_where_full(folder: Path) -> Iterator[None]:
    """Tell a disk that is full as an error for the user.

    Parameters
    ----------
    folder : Path
        Where the block writes.

    Raises
    ------
    InputError
        If there is no room for what the block writes.
    """
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        remedy = "make room, or choose a folder on another disk"
        raise InputError(folder, "output folder", f"full ({error.strerror})", remedy) from error


def is_full(error: OSError) -> bool:
    """Whether an error is that of a disk that is full."""
    return error.errno in _FULL


def can_write(folder: Path) -> bool:
    """Whether files can be made in a folder, found out by making it and one: rights alone do not tell."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _made(folder / "check").unlink()
    except OSError:
        return False
    return True


def check_free(path: Path) -> None:
    """Refuse a file that could not be replaced, as on Windows while a spreadsheet has it open.

    Raises
    ------
    InputError
        If it is there, and can't be opened for writing.
    """
    try:
        with path.open("r+b"):
            pass
    except FileNotFoundError:
        pass
    except OSError as error:
        value = f"not replaceable ({error.strerror})"
        raise InputError(path, "output file", value, "close it in other programs") from error


def _made(path: Path) -> Path:
    """A new empty file beside `path`.

    tempfile tries ten thousand names where Windows refuses a folder, and stands still meanwhile.
    """
    made = path.with_name(f".part-{uuid.uuid4().hex[:8]}-{path.name}")
    os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return made


def _put_in_place(temporary: Path, path: Path) -> None:
    try:
        os.replace(temporary, path)
    except OSError as error:  # on Windows also while another program has the file open
        remedy = "close it in other programs, or choose another name"
        raise InputError(path, "output file", f"not replaceable ({error.strerror})", remedy) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
