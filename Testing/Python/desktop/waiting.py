"""Waiting for a board, as the timer of the program does it."""

import time
from collections.abc import Callable

from craniomark.desktop.board import JobBoard


def until(board: JobBoard, holds: Callable[[], bool], seconds: float = 300.0) -> bool:
    """Poll until something holds; False if the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        board.poll()
        if holds():
            return True
        time.sleep(0.02)
    return False
