"""One writer at a time: a lock that the system itself takes away when its process ends.

The claims of a run (`craniomark.flows.pipeline.claims`) are for minutes of work on many machines and
must be renewed all the time. A review is open for hours, through meals and the sleep of the machine.
"""

import errno
import getpass
import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_BUSY = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_FAR = 1 << 30
"""The byte that Windows locks: beyond the text, which others may go on reading."""
_ATTEMPTS = 20
_ON_WINDOWS = os.name == "nt"


@dataclass(frozen=True)
class Holder:
    """Who has a session open for writing.

    Attributes
    ----------
    observer, program, user, host : str
        Name given in the program, the program, the account and the machine.
    pid : int
        Process there.
    since : str
        ISO 8601, UTC.
    """

    observer: str = ""
    program: str = ""
    user: str = ""
    host: str = ""
    pid: int = 0
    since: str = ""

    def sentence(self) -> str:
        """Who it is, in words."""
        who = self.observer or self.user or "somebody"
        what = f" in {self.program}" if self.program else ""
        where = f" on {self.host}" if self.host and self.host != socket.gethostname() else ""
        return f"{who}{what}{where}" + (f", since {self.since}" if self.since else "")


class Lock:
    """A lock that is held until `release`, or the end of the process."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    def release(self) -> None:
        """Let others write."""
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        if not _ON_WINDOWS:  # there an open file can't be removed
            self._path.unlink(missing_ok=True)
        with suppress(OSError):
            _unlock(handle)
        os.close(handle)
        with suppress(OSError):
            if _ON_WINDOWS:
                self._path.unlink(missing_ok=True)


def take_lock(path: Path, observer: str, program: str) -> Lock | Holder:
    """The lock, or who holds it.

    Raises
    ------
    OSError
        If the file can't be made, or its disk knows no locks.
    """
    for _ in range(_ATTEMPTS):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
            if _is_still(path, handle):
                _write(handle, observer, program)
                return Lock(path, handle)
        except OSError as error:
            os.close(handle)
            if error.errno not in _BUSY:
                raise
            return read_holder(path)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its holder removed the file just before: take the new one
    return read_holder(path)


def read_holder(path: Path) -> Holder:
    """Who wrote the lock file; an unknown one where it can't be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        kinds = {name: type(value) for name, value in asdict(Holder()).items()}
        fine = {name: values[name] for name, kind in kinds.items() if type(values.get(name)) is kind}
    except (OSError, ValueError, AttributeError):
        return Holder()
    return Holder(**fine)


def _write(handle: int, observer: str, program: str) -> None:
    holder = Holder(observer, program, _user(), socket.gethostname(), os.getpid(),
                    datetime.now(UTC).isoformat(timespec="seconds"))  # fmt: skip
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, json.dumps(asdict(holder)).encode())


def _user() -> str:
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


def _is_still(path: Path, handle: int) -> bool:
    """Whether the file at `path` is the one that is open; on POSIX it may have been removed meanwhile."""
    try:
        return _ON_WINDOWS or os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    if _ON_WINDOWS:
        _windows(handle, "LK_NBLCK")
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    if _ON_WINDOWS:
        _windows(handle, "LK_UNLCK")
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_UN)


def _windows(handle: int, mode: str) -> None:
    import msvcrt

    library: Any = msvcrt
    os.lseek(handle, _FAR, os.SEEK_SET)
    library.locking(handle, getattr(library, mode), 1)
