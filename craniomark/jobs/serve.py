"""The loop of the job process: one job after the other, until nobody asks any more."""

import argparse
import faulthandler
import os
import queue
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import craniomark
from craniomark.flows.jobs.lines import NoOrderError, Order, read_order
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.jobs.endings import error_event, result_event, stopped_event
from craniomark.jobs.kinds import DOERS
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf
from craniomark.jobs.streams import Speaker, taken_streams
from craniomark.jobs.warden import Warden

PATIENCE = 30.0


def main(arguments: Sequence[str]) -> int:
    """Serve until standard input ends; returns the exit code."""
    options = _parsed(arguments)
    asked, told = taken_streams()
    faulthandler.enable(sys.stderr)
    if options.polite and hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(5)
    speaker, warden = Speaker(told), Warden(options.parent, options.patience, options.folder)
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(asked, lines, warden), daemon=True).start()
    speaker.say({"pid": os.getpid(), "version": craniomark.__version__})
    shelf = Shelf()
    try:
        while not warden.dismissed:
            with suppress(queue.Empty):
                line = lines.get(timeout=0.5)
                if line is None:
                    break
                _follow(line, speaker, warden, shelf)
    except KeyboardInterrupt:
        return 130
    finally:
        warden.close()
    return 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("craniomark.jobs", description="Does jobs asked for by lines of JSON.")
    parser.add_argument("--parent", type=int, metavar="PID", help="process whose end ends this one")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, metavar="S", help="seconds that a job has to end then"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="for temporary files; removed at the end")
    parser.add_argument("--polite", action="store_true", help="run at a lower priority")
    return parser.parse_args(arguments)


def _read(asked: BinaryIO, lines: "queue.SimpleQueue[bytes | None]", warden: Warden) -> None:
    """Take in what is asked, so that its end is noticed while a job is at work."""
    with suppress(OSError, ValueError):
        for line in asked:
            if line.strip():
                lines.put(line)
    warden.dismiss()
    lines.put(None)


def _follow(line: bytes, speaker: Speaker, warden: Warden, shelf: Shelf) -> None:
    try:
        order = read_order(line)
    except NoOrderError as error:
        speaker.say(error_event(error.job, error))
        return
    with warden.over(order.stop_file):
        speaker.say(_done(order, Reports(order.job, speaker, warden), shelf))


def _done(order: Order, reports: Reports, shelf: Shelf) -> dict[str, Any]:
    """Do a job; the event that ends it."""
    try:
        reports.progress("begin", 0.0)
        doer = DOERS[type(order.request)]
        return result_event(order.job, doer(order.request, reports, shelf))
    except Stopped as stopped:
        return stopped_event(order.job, str(stopped))
    except InputError as error:
        return error_event(order.job, error)
    except (Exception, SystemExit) as error:  # a library that ends the program ends its job alone
        traceback.print_exc()
        return error_event(order.job, error, traceback.format_exc())
