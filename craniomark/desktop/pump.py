"""The timer that polls the job board in the thread of the windows."""

from craniomark.desktop.board import JobBoard

EVERY_MS = 80


class Pump:
    """Polls a board while there is something to poll for.

    Parameters
    ----------
    board : JobBoard
        Wakes the timer when it is asked for something.
    """

    def __init__(self, board: JobBoard) -> None:
        import qt
        import slicer

        self._board = board
        self.timer = qt.QTimer()
        self.timer.interval = EVERY_MS
        self.timer.connect("timeout()", self._turn)
        slicer.app.connect("aboutToQuit()", self._quit)
        board.wake = self.timer.start
        if board.busy:
            self.timer.start()

    def stop(self) -> None:
        """Poll no more."""
        import slicer

        self._board.wake = lambda: None
        self.timer.stop()
        slicer.app.disconnect("aboutToQuit()", self._quit)

    def _turn(self) -> None:
        try:
            self._board.poll()
        finally:
            if not self._board.busy:
                self.timer.stop()

    def _quit(self) -> None:
        self.timer.stop()
        self._board.close()
