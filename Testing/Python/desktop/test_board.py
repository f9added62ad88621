"""The board: one child for all, listeners called once a poll, nothing lost by an error of one of them."""

import time

from waiting import until

from craniomark.desktop.board import JobBoard
from craniomark.flows.jobs import ShowModel, Train


def ignore(_job):
    """Hear and do nothing."""


def test_a_listener_hears_of_the_end_and_of_all_that_changed(board):
    states = []
    job = board.ask(ShowModel(model="x"), lambda job: states.append((job.state, len(job.log))))
    assert until(board, lambda: job.ended)
    assert states[-1] == ("done", 2)
    assert job.message == "Looked at x."


def test_a_job_that_has_ended_is_not_kept(board):
    job = board.ask(ShowModel(), ignore)
    until(board, lambda: job.ended)
    assert job.id not in board.client.jobs and not board.busy


def test_two_panels_share_one_child(board):
    jobs = [board.ask(ShowModel(), ignore) for _ in range(2)]
    assert until(board, lambda: all(job.ended for job in jobs))
    assert board.pid is not None


def test_an_error_of_one_listener_keeps_none_from_the_others(board):
    heard = []

    def fail(_job):
        raise KeyError("mine")

    board.ask(ShowModel(), fail)
    job = board.ask(ShowModel(), heard.append)
    raised = []
    while not job.ended:
        try:
            board.poll()
        except KeyError as error:
            raised.append(error)
        time.sleep(0.01)
    assert raised and heard


def test_asking_wakes_the_timer():
    board, woken = JobBoard(lambda _listen: _Client()), []
    board.wake = lambda: woken.append(1)
    board.ask(ShowModel(), ignore)
    board.follow(lambda: True)
    assert len(woken) == 2


def test_a_step_is_followed_until_it_is_over(board):
    counts = iter([False, False, True])
    seen = []
    board.follow(lambda: seen.append(1) or next(counts))
    for _ in range(5):
        board.poll()
    assert len(seen) == 3 and not board.busy


def test_closing_ends_the_job_and_a_later_one_finds_a_new_child(board, tmp_path):
    job = board.ask(Train(task="all", data=tmp_path, out=tmp_path / "out"), ignore)
    until(board, lambda: job.begun)
    board.close(20.0)
    assert job.state == "cancelled"
    again = board.ask(ShowModel(), ignore)
    assert until(board, lambda: again.state == "done")


class _Client:
    busy = False

    def submit(self, request):
        from craniomark.flows.jobs import Job

        return Job("1", request)
