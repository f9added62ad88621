"""How much memory is left, asked before anything large is read."""

import ctypes
import os
from os import PathLike
from pathlib import Path

from craniomark.ground.checks.errors import InputError
from craniomark.ground.checks.limits import MEMORY_FRACTION

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Bytes that may still be taken, or None where the system doesn't tell.

    The least of what the kernel calls available and what the control group leaves.
    """
    known = [amount for amount in (_system_memory(), _group_memory()) if amount is not None]
    return min(known) if known else None


def check_memory(file: str | PathLike[str], needed: int) -> None:
    """Refuse `file` if reading it takes more memory than there is.

    Parameters
    ----------
    file : path
        Named in the error.
    needed : int
        Bytes.

    Raises
    ------
    InputError
        If `needed` exceeds `limits.MEMORY_FRACTION` of the available memory.
    """
    available = available_memory()
    if available is not None and needed > MEMORY_FRACTION * available:
        value = f"{needed / 1e9:.1f} GB when read, with {available / 1e9:.1f} GB of memory free"
        raise InputError(file, "size", value, "close other programs, or downsample or crop the image")


def _system_memory() -> int | None:
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    if hasattr(ctypes, "windll"):
        return _windows_memory()
    names = getattr(os, "sysconf_names", {})
    pages = next((name for name in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES") if name in names), None)
    if pages is None:
        return None
    amount = os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
    return amount if amount > 0 else None


class _WindowsStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("free", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 5),
    )


def _windows_memory() -> int | None:
    status = _WindowsStatus(length=ctypes.sizeof(_WindowsStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - mypy knows it on Windows alone
    return int(status.free) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _group_memory() -> int | None:
    try:
        limit = int((_CGROUP / "memory.max").read_text(encoding="ascii"))
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no control group, or the word "max"
        return None
    return max(limit - used, 0)
