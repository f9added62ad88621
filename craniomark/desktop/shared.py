"""What there is once in the program: the job board, the training, and the timer that drives them."""

from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.training import TrainPresenter

_held: dict[str, Any] = {}


def board() -> JobBoard:
    """The board of all modules; in a program with windows a timer polls it."""
    if "board" not in _held:
        _held["board"] = JobBoard()
    return _held["board"]  # type: ignore[no-any-return]


def training() -> TrainPresenter:
    """The training of all modules: each panel shows the same one, and it outlives them."""
    if "training" not in _held:
        _held["training"] = TrainPresenter(board())
    return _held["training"]  # type: ignore[no-any-return]


def start_pump() -> None:
    """Let a timer of Qt poll the board."""
    if "pump" not in _held:
        from craniomark.desktop.pump import Pump

        _held["pump"] = Pump(board())


def close() -> None:
    """End the child, and forget everything; for tests."""
    if "pump" in _held:
        _held.pop("pump").stop()
    if "board" in _held:
        _held.pop("board").close(20.0)
    _held.clear()
