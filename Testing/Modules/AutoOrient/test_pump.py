"""The timer that polls the job board: it works while there is work, and ends the child with the program."""

import pytest
from looking import at_work, finished, use

import double


class Board:
    """Counts what it is asked for."""

    def __init__(self):
        self.busy, self.polled, self.closed = True, 0, 0

    def poll(self):
        self.polled += 1
        self.busy = self.polled < 3

    def close(self):
        self.closed += 1


@pytest.fixture
def pump(scene):
    from craniomark.desktop.pump import Pump

    board = Board()
    pump = Pump(board)
    pump.board = board
    yield pump
    pump.timer.stop()


def test_the_board_is_polled_while_it_is_busy(pump):
    assert double.settle(lambda: not pump.timer.active, 60) and pump.board.polled == 3
    pump.board.wake()
    assert double.settle(lambda: pump.board.polled == 4, 60)


def test_the_program_s_end_closes_the_board(pump, slicer):
    slicer.app.aboutToQuit.emit()
    assert pump.board.closed == 1 and not pump.timer.active
    double.assert_clean()


def test_a_pump_that_was_stopped_leaves_the_board_alone(pump, slicer):
    pump.stop()
    slicer.app.aboutToQuit.emit()
    assert pump.board.closed == 0 and not pump.timer.active
    pump.board.wake()
    assert not pump.timer.active


def test_the_child_ends_with_the_program(panel, chosen, tmp_path, slicer):
    from craniomark.desktop import shared

    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    slicer.app.aboutToQuit.emit()
    assert shared.board().pid is None and not shared.board().busy
    assert finished(panel)
