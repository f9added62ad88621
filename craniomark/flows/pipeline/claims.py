"""Claims on specimens, so that several workers on one output folder share the work.

A claim is a lock file made by exclusive creation, which is atomic on local and on network disks.
It names its process and host and is touched while the work goes on. A claim whose process is gone,
or that was not touched for `STALE_SECONDS`, is taken over.
"""

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TOUCH_SECONDS = 15.0
STALE_SECONDS = 180.0
_held: set[str] = set()


def lock_path(folder: Path, specimen: str) -> Path:
    """Where the claim on `specimen` lies."""
    return folder / f".{specimen}.lock"


@contextmanager
def claimed(folder: Path, specimen: str) -> Iterator[bool]:
    """Hold the claim on a specimen during the block.

    Parameters
    ----------
    folder : Path
        Output folder, which the workers share.
    specimen : str
        Specimen id.

    Yields
    ------
    bool
        False if another living worker holds it.
    """
    path, token = lock_path(folder, specimen), uuid.uuid4().hex
    if not (_created(path, token) or (_is_stale(path) and _taken_over(path, token))):
        yield False
        return
    ended = threading.Event()
    toucher = threading.Thread(target=_keep_touching, args=(path, ended), daemon=True)
    toucher.start()
    try:
        yield True
    finally:
        ended.set()
        toucher.join()
        _held.discard(token)
        if _owner(path).get("token") == token:
            path.unlink(missing_ok=True)


def _created(path: Path, token: str) -> bool:
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "token": token}
    _held.add(token)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(json.dumps(owner))
    except (FileExistsError, PermissionError):
        # Windows answers PermissionError while another process removes the same file.
        _held.discard(token)
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise
        return False
    except BaseException:
        _held.discard(token)
        path.unlink(missing_ok=True)
        raise
    return True


def _owner(path: Path) -> dict[str, object]:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _is_stale(path: Path) -> bool:
    try:
        age = time.time() - path.stat().st_mtime
    except OSError:
        return False
    owner = _owner(path)
    if age > STALE_SECONDS:
        return True
    if owner.get("host") != socket.gethostname():
        return False
    pid = owner.get("pid")
    if pid == os.getpid():
        return owner.get("token") not in _held
    return isinstance(pid, int) and not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # os.kill would end the process there: its missing touches tell instead
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _taken_over(path: Path, token: str) -> bool:
    """Replace a stale claim; a second lock makes sure that only one worker does."""
    guard = path.with_name(path.name + "-takeover")
    with suppress(OSError):
        if time.time() - guard.stat().st_mtime > STALE_SECONDS:
            guard.unlink(missing_ok=True)
    try:
        guard.touch(exist_ok=False)
    except FileExistsError:
        return False
    try:
        if path.exists() and not _is_stale(path):
            return False
        path.unlink(missing_ok=True)
        return _created(path, token)
    finally:
        guard.unlink(missing_ok=True)


def _keep_touching(path: Path, ended: threading.Event) -> None:
    while not ended.wait(TOUCH_SECONDS):
        with suppress(OSError):
            os.utime(path)
