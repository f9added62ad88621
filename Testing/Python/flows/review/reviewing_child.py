"""A process that reviews, to be killed: tells each change once it is safe, and stops where it is told to.

Called with the folder, how many changes to make, and optionally the change and the moment of its save at
which to wait for the end.
"""

import os
import sys
import time
from pathlib import Path

from craniomark.flows.review import Desk, Session, open_review, store


def place(number: int) -> tuple[float, float, float]:
    """Where the change of that number puts its point."""
    return float(number), 0.5, -0.25


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wait() -> None:
    tell("waiting")
    time.sleep(60)


def stop_at(moment: str) -> None:
    """Make the next save wait at a moment of it."""
    real_sync, real_replace, real_keep = os.fsync, os.replace, store._keep

    def fsync(handle: int) -> None:
        if moment == "half written":
            os.ftruncate(handle, os.fstat(handle).st_size // 2)
            wait()
        real_sync(handle)
        if moment == "written":
            wait()

    def keep(path: Path) -> None:
        real_keep(path)
        if moment == "kept":
            wait()

    def replace(source: str, target: str) -> None:
        if moment == "while keeping" and str(target).endswith(".previous"):
            wait()
        real_replace(source, target)
        if moment == "moved" and str(target).endswith(".session.json"):
            wait()

    os.fsync, os.replace, store._keep = fsync, replace, keep


def review(session: Session, changes: int, stop: int, moment: str) -> None:
    for number in range(1, changes + 1):
        if number == stop:
            stop_at(moment)
        session.move(session.labels[number % len(session.labels)], place(number))
        tell(str(number))


if __name__ == "__main__":
    folder, changes = Path(sys.argv[1]), int(sys.argv[2])
    stop, moment = (int(sys.argv[3]), sys.argv[4]) if len(sys.argv) > 3 else (0, "")
    review(open_review(folder, "skull", Desk("child", "killed")), changes, stop, moment)
    wait()
