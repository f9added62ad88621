import json
import os
import socket
import subprocess
import sys
import time

import pytest

from craniomark.flows.pipeline import claims
from craniomark.flows.pipeline.claims import claimed, lock_path


def leave_behind(folder, **owner):
    path = lock_path(folder, "a")
    path.write_text(json.dumps({"pid": 1, "host": socket.gethostname(), "token": "t"} | owner))
    return path


def dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_second_claim_is_denied_while_the_first_lives(tmp_path):
    with claimed(tmp_path, "a") as first, claimed(tmp_path, "a") as second:
        assert (first, second) == (True, False)


def test_claim_ends_with_the_block(tmp_path):
    with claimed(tmp_path, "a"):
        pass
    assert not list(tmp_path.iterdir())


def test_claim_ends_with_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), claimed(tmp_path, "a"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="there only the missing touches tell")
def test_claim_of_a_dead_process_is_taken_over(tmp_path):
    leave_behind(tmp_path, pid=dead_pid())
    with claimed(tmp_path, "a") as mine:
        assert mine
    assert not list(tmp_path.iterdir())


def test_claim_of_an_earlier_process_with_our_number_is_taken_over(tmp_path):
    leave_behind(tmp_path, pid=os.getpid())
    with claimed(tmp_path, "a") as mine:
        assert mine


def test_claim_of_another_host_is_respected(tmp_path):
    leave_behind(tmp_path, host="elsewhere")
    with claimed(tmp_path, "a") as mine:
        assert not mine
    assert lock_path(tmp_path, "a").exists()


def test_claim_of_another_host_without_touches_is_taken_over(tmp_path):
    path = leave_behind(tmp_path, host="elsewhere")
    os.utime(path, (time.time() - claims.STALE_SECONDS - 5,) * 2)
    with claimed(tmp_path, "a") as mine:
        assert mine


def test_half_written_claim_is_respected_until_it_is_old(tmp_path):
    lock_path(tmp_path, "a").write_text("")
    with claimed(tmp_path, "a") as mine:
        assert not mine


def test_claim_is_touched_while_work_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "TOUCH_SECONDS", 0.02)
    with claimed(tmp_path, "a"):
        os.utime(lock_path(tmp_path, "a"), (1, 1))
        time.sleep(0.3)
        assert lock_path(tmp_path, "a").stat().st_mtime > 1


def test_only_one_of_many_threads_takes_over(tmp_path):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    leave_behind(tmp_path, pid=os.getpid())
    start, end = Barrier(8), Barrier(8)

    def contend(_):
        start.wait()
        with claimed(tmp_path, "a") as mine:
            end.wait()
            return mine

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(contend, range(8))) <= 1
