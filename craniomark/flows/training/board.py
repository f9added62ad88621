"""TensorBoard: the same events as curves and pictures."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError


class Board:
    """Writes for TensorBoard.

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
    """

    def __init__(self, folder: Path, step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            remedy = "install craniomark[train], or set tensorboard=false"
            raise InputError("tensorboard", "package", "missing", remedy) from error
        # Few files: a queue that is written often, since a killed run keeps what was written.
        self._writer: Any = SummaryWriter(str(folder), purge_step=step, flush_secs=20)

    def curve(self, name: str, value: float, step: int) -> None:
        """Add a point to a curve."""
        self._writer.add_scalar(name, value, step)

    def picture(self, name: str, pixels: NDArray[np.uint8], step: int) -> None:
        """Add a picture, shape (H, W, 3)."""
        self._writer.add_image(name, pixels, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is left, as far as the disk has room; the curves lie in the run folder as well."""
        with suppress(OSError):
            self._writer.close()
