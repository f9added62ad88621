"""Standard streams kept for the protocol alone, whatever libraries read or print."""

import os
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO

from craniomark.flows.jobs.lines import line_of


class Speaker:
    """Writes lines, one at a time from whichever thread.

    Parameters
    ----------
    stream : binary file
        Where to.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def say(self, content: dict[str, Any]) -> None:
        """Write an object; when nobody listens any more it is dropped: the end comes from elsewhere."""
        with self._lock, suppress(OSError, ValueError):
            self._stream.write(line_of(content))
            self._stream.flush()


def taken_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for the protocol; everything else reads nothing and prints to stderr.

    They are exchanged below Python, so that libraries in C and processes started from here take part.
    On Windows a library that is loaded asks for the state of its standard input, and would hang for
    as long as a thread reads from that.
    """
    sys.stdout.flush()
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    # What a launcher has printed may not end with a line's end.
    told.write(b"\n")
    return asked, told
