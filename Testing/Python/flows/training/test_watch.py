import os
import signal
import subprocess
import sys
import threading

import pytest

from craniomark.flows.training.watch import Watch, is_alive


def test_nothing_is_no_reason():
    assert Watch(None, None).reason() is None
    assert Watch(None, os.getppid()).reason() is None


def test_stop_file_is_a_reason(tmp_path):
    watch = Watch(tmp_path / "stop", None)
    assert watch.reason() is None
    (tmp_path / "stop").touch()
    assert "stop file" in watch.reason()


def test_end_of_the_parent_is_a_reason():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = Watch(None, process.pid)
    assert watch.reason() is None and is_alive(process.pid)
    process.communicate()
    assert str(process.pid) in watch.reason() and not is_alive(process.pid)


def test_a_child_notices_that_it_was_handed_over(monkeypatch):
    watch = Watch(None, os.getppid())
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert watch.reason()


def test_first_interrupt_is_noted_and_the_second_ends_it():
    watch = Watch(None, None)
    before = signal.getsignal(signal.SIGINT)
    with watch.listening():
        signal.raise_signal(signal.SIGINT)
        assert watch.interrupted and watch.reason() == "Ctrl-C"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_other_threads_leave_signals_alone():
    before, seen = signal.getsignal(signal.SIGINT), []

    def listen():
        with Watch(None, None).listening():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert seen == [before]
