"""Which scans a folder holds."""

from pathlib import Path

from craniomark.flows.jobs.requests import ListScans
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf


def scans(ask: ListScans, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """List the scans with the size and time of their files, by which they are known again."""
    from craniomark.ground.specimens import find_specimens

    found = find_specimens([ask.folder])
    listed = []
    for number, one in enumerate(found):
        reports.progress("list", number / len(found))
        listed.append([one.id, str(one.path), *size_and_time(one.path)])
    return Result(f"{len(found)} scans.", ask.folder, {}, {"scans": listed})


def size_and_time(scan: Path) -> tuple[int, int]:
    """Bytes of a scan's file or of all files of its folder, and when one was changed last, ns since 1970."""
    files = [path for path in scan.iterdir() if path.is_file()] if scan.is_dir() else [scan]
    stats = [path.stat() for path in files]
    return sum(one.st_size for one in stats), max((one.st_mtime_ns for one in stats), default=0)
