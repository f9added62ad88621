"""TensorBoard: the same events as curves and pictures."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError

_VERSION = "brain.Event:2"


class Board:
    """Writes for TensorBoard.

    TensorBoard's own writer has a thread, which meets a full disk where nobody can tell of it, and keeps
    points back for seconds, which a kill would lose. Here who tells an event writes it.

    Parameters
    ----------
    folder : Path
        Given to ``tensorboard --logdir``.
    step : int
        What earlier files hold from this step on is hidden: it comes again.

    Raises
    ------
    InputError
        If TensorBoard isn't installed.
    OSError
        If the folder can't be written, as by the other methods.
    """

    def __init__(self, folder: Path, step: int) -> None:
        try:
            from tensorboard.compat.proto.event_pb2 import (  # type: ignore[import-untyped]
                Event,
                SessionLog,
            )
            from tensorboard.summary.writer.record_writer import (  # type: ignore[import-untyped]
                RecordWriter,
            )
            from torch.utils.tensorboard import summary
        except ImportError as error:
            remedy = "install craniomark[train], or set tensorboard=false"
            raise InputError("tensorboard", "package", "missing", remedy) from error
        self._event: Any = Event
        self._summary: Any = summary
        folder.mkdir(parents=True, exist_ok=True)
        # The name that TensorBoard looks for; files are shown in the order of their names.
        name = f"events.out.tfevents.{time.time():017.6f}.{socket.gethostname()}.{os.getpid()}"
        self._stream = (folder / name).open("ab")
        self._records: Any = RecordWriter(self._stream)
        try:
            self._write(step, file_version=_VERSION)
            self._write(step, session_log=SessionLog(status=SessionLog.START))
        except BaseException:
            self.close()
            raise

    def curve(self, name: str, value: float, step: int) -> None:
        """Add a point to a curve."""
        self._write(step, summary=self._summary.scalar(name, value))

    def picture(self, name: str, pixels: NDArray[np.uint8], step: int) -> None:
        """Add a picture, shape (H, W, 3)."""
        self._write(step, summary=self._summary.image(name, pixels, dataformats="HWC"))

    def close(self) -> None:
        """Write what is left, as far as the disk has room; the curves lie in the run folder as well."""
        with suppress(OSError):
            self._stream.close()

    def _write(self, step: int, **content: Any) -> None:
        event = self._event(wall_time=time.time(), step=step, **content)
        self._records.write(event.SerializeToString())
        self._stream.flush()
