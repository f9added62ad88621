"""Jobs one after the other, stopped, paused, refused and crashed, without ever waiting."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from odd_jobs import ODD, Heard, until

from craniomark.flows.jobs import Batch, Job, JobClient, ShowModel, Train
from craniomark.flows.training.watch import is_alive


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def train(out: Path) -> Train:
    return Train(task="landmark", data=out, out=out)


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(client: JobClient, heard: Heard) -> None:
    jobs = [client.submit(ShowModel(model=f"fine:{n}")) for n in range(3)]
    assert client.wait()
    assert [job.state for job in jobs] == ["done"] * 3
    assert [event["message"] for _, event in heard if event["event"] == "log"] == ["did 0", "did 1", "did 2"]
    assert heard.states(jobs[2]) == ["running", "done"]


def test_a_result_is_files_and_plain_figures(client: JobClient) -> None:
    job = client.submit(ShowModel(model="fine:Schädel 1/räume.mrk.json"))
    client.wait(job)
    assert job.path == Path("Schädel 1/räume.mrk.json") and job.files == {"it": job.path}
    assert job.value == {"nan": None} and job.fraction == 1.0 and job.log == ["did Schädel 1/räume.mrk.json"]


def test_the_process_stays_for_the_next_job(client: JobClient) -> None:
    first, second = (client.submit(ShowModel(model="environment:HOME")) for _ in range(2))
    client.wait()
    assert first.value["pid"] == second.value["pid"] == client.pid


@pytest.mark.parametrize(
    ("model", "state", "message"),
    [
        ("refuse", "refused", "scan.nii: spacing is 0: give its voxel size."),
        ("fail", "failed", "CranioMark failed (KeyError: 'oops')."),
        ("missing:torch", "refused", "The Python package torch is missing: install craniomark."),
        (
            "missing:lightning",
            "refused",
            "The Python package lightning is missing: install craniomark[train].",
        ),
        ("missing:craniomark.nothing", "failed", "CranioMark failed (ModuleNotFoundError"),
        ("unknown", "failed", "CranioMark failed (KeyError"),
        ("exit", "failed", "CranioMark failed (SystemExit: good bye)."),
    ],
)
def test_a_job_that_fails_says_why_and_the_next_still_runs(
    client: JobClient, model: str, state: str, message: str
) -> None:
    bad, good = client.submit(ShowModel(model=model)), client.submit(ShowModel(model="fine"))
    client.wait()
    assert bad.state == state and bad.message.startswith(message)
    assert bad.missing == (model.partition(":")[2] if state == "refused" and ":" in model else "")
    assert good.state == "done"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("crash", "exit code 7: the last words."),
        ("segfault", "Fatal Python error"),
    ],
)
def test_a_crash_is_told_with_its_last_words_and_the_next_job_has_a_new_process(
    client: JobClient, model: str, message: str
) -> None:
    before = client.submit(ShowModel(model="environment:HOME"))
    bad, good = client.submit(ShowModel(model=model)), client.submit(ShowModel(model="environment:HOME"))
    client.wait()
    assert bad.state == "crashed" and bad.message.startswith("The job process ended unexpectedly")
    assert message in bad.message and bad.last_lines
    assert good.state == "done" and good.value["pid"] != before.value["pid"]


def test_a_killed_child_is_noticed_and_replaced(client: JobClient) -> None:
    bad, good = client.submit(ShowModel(model="slow:1000")), client.submit(ShowModel(model="fine"))
    until(client, lambda: bad.begun)
    kill(client.pid)
    client.wait()
    assert bad.state == "crashed" and "ended unexpectedly" in bad.message
    assert good.state == "done"


def test_a_child_that_is_killed_while_idle_is_replaced(client: JobClient) -> None:
    client.wait(client.submit(ShowModel(model="fine")))
    kill(client.pid)
    until(client, lambda: client.pid is None)
    again = client.submit(ShowModel(model="fine"))
    client.wait()
    assert again.state == "done"


def test_a_job_that_was_sent_to_a_dead_child_is_tried_again(client: JobClient) -> None:
    client.wait(client.submit(ShowModel(model="fine")))
    kill(client.pid)
    time.sleep(0.3)
    again = client.submit(ShowModel(model="fine"))
    client.wait()
    assert again.state == "done"


def test_a_child_that_never_comes_up_is_told(odd_client: Callable[..., JobClient], tmp_path: Path) -> None:
    script = tmp_path / "no library.py"
    script.write_text("raise SystemExit('no such library')", encoding="utf-8")
    client = odd_client(python=[sys.executable, str(script)])
    job = client.submit(ShowModel(model="fine"))
    client.wait()
    assert job.state == "crashed" and job.message.endswith("exit code 1: no such library.")


@pytest.mark.parametrize("launched", [False, True])
def test_a_process_that_hangs_while_it_starts_is_replaced_and_then_told(
    odd_client: Callable[..., JobClient], tmp_path: Path, launched: bool
) -> None:
    script, count = tmp_path / "hangs.py", tmp_path / "count"
    script.write_text(
        f"import time; open({str(count)!r}, 'a').write('x'); print('here', flush=True); time.sleep(99)",
        encoding="utf-8",
    )
    command = [sys.executable, str(script)]
    if launched:
        launcher = tmp_path / "launcher.py"
        launcher.write_text("import subprocess, sys; subprocess.call([sys.executable, *sys.argv[1:]])")
        command[1:1] = [str(launcher)]
    client = odd_client(python=command, greeting=2.0)
    job, cancelled = client.submit(ShowModel(model="fine")), client.submit(ShowModel(model="fine"))
    client.cancel(cancelled)
    assert client.wait(seconds=120)
    assert job.state == "crashed" and job.message == "The job process did not start within 2 s."
    assert job.last_lines == ("here",) and count.read_text() == "xx"
    assert not client.busy and client.pid is None


def test_a_process_that_starts_late_is_waited_for(
    odd_client: Callable[..., JobClient], tmp_path: Path
) -> None:
    script = tmp_path / "late.py"
    place = str(Path(ODD[1]).parent)
    script.write_text(
        f"import sys, time; time.sleep(1); sys.path.insert(0, {place!r}); import odd_child; odd_child.main()",
        encoding="utf-8",
    )
    client = odd_client(python=[sys.executable, str(script)], greeting=60.0)
    first = client.submit(ShowModel(model="fine"))
    until(client, lambda: client._process is not None)
    client.cancel(first)
    second = client.submit(ShowModel(model="fine"))
    client.wait(second, 120)
    assert (first.state, second.state) == ("cancelled", "done")


def test_nothing_is_left_of_a_killed_child(
    odd_client: Callable[..., JobClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client = odd_client()
    job = client.submit(ShowModel(model="slow:1000"))
    until(client, lambda: job.begun)
    assert [path for path in tmp_path.glob("craniomark-job-*") if path.is_dir()]
    kill(client.pid)
    client.wait(job)
    assert not list(tmp_path.glob("craniomark-job-*"))
    client.wait(client.submit(ShowModel(model="fine")))
    client.close(60.0)
    assert not list(tmp_path.glob("craniomark-job*"))


def test_cancel_is_answered_within_a_second(odd_client: Callable[..., JobClient], heard: Heard) -> None:
    client, times = odd_client(patience=60.0), []
    for _ in range(5):  # a busy machine may be late now and then
        job = client.submit(ShowModel(model="slow:2000"))
        until(client, lambda job=job: job.fraction > 0)  # type: ignore[misc]
        pid, start = client.pid, time.monotonic()
        client.cancel(job)
        assert job.state == "cancelling"
        client.wait(job)
        times.append(time.monotonic() - start)
        assert heard.states(job) == ["running", "cancelling", "cancelled"] and client.pid == pid
        if times[-1] < 1.0:
            break
    assert min(times) < 1.0


def test_a_job_that_does_not_answer_is_killed_and_the_next_runs(odd_client: Callable[..., JobClient]) -> None:
    client = odd_client(patience=0.5)
    bad, good = client.submit(ShowModel(model="deaf")), client.submit(ShowModel(model="fine"))
    until(client, lambda: bad.begun)
    pid = client.pid
    client.cancel(bad)
    client.wait()
    assert bad.state == "cancelled" and good.state == "done" and client.pid != pid


def test_a_job_that_waits_is_cancelled_without_beginning(client: JobClient, heard: Heard) -> None:
    first, second = client.submit(ShowModel(model="slow:5")), client.submit(ShowModel(model="fine"))
    client.cancel(second)
    client.wait()
    assert first.state == "done" and heard.states(second) == ["cancelled"]


def test_a_job_is_cancelled_while_its_process_starts(client: JobClient) -> None:
    first = client.submit(ShowModel(model="fine"))
    client.cancel(first)
    assert first.state == "cancelled"
    second = client.submit(ShowModel(model="fine"))
    client.wait()
    assert second.state == "done" and first.log == []


def test_cancelling_all_starts_none(client: JobClient) -> None:
    jobs = [client.submit(ShowModel(model="slow:1000")) for _ in range(3)]
    until(client, lambda: jobs[0].begun)
    client.cancel_all()
    client.wait()
    assert {job.state for job in jobs} == {"cancelled"} and not jobs[1].begun


def test_a_training_is_paused_and_goes_on_where_it_was(
    client: JobClient, heard: Heard, tmp_path: Path
) -> None:
    job = client.submit(train(tmp_path / "Lauf mit Ümläuten"))
    until(client, lambda: job.fraction > 0.1)
    assert job.words.startswith("step ") and job.words.endswith(", 3 s left")
    client.pause(job)
    client.wait(job)
    assert job.state == "paused" and job.message.startswith("Stopped at step") and not client.busy
    reached = job.fraction
    client.resume(job)
    client.wait(job)
    assert heard.states(job) == ["running", "pausing", "paused", "waiting", "running", "done"]
    assert job.fraction == 1.0 > reached > 0
    assert [step for step, _ in job.curves["", "loss/total"]] == list(range(60))


def test_another_job_runs_while_one_is_paused(client: JobClient, tmp_path: Path) -> None:
    job = client.submit(train(tmp_path / "run"))
    until(client, lambda: job.fraction > 0)
    client.pause(job)
    other = client.submit(ShowModel(model="fine"))
    client.wait()
    assert other.state == "done" and job.state == "paused"


def test_a_paused_batch_keeps_what_it_has(client: JobClient, tmp_path: Path) -> None:
    job = client.submit(Batch(inputs=(tmp_path,), out=tmp_path))
    until(client, lambda: job.fraction > 0)
    client.pause(job)
    client.wait(job)
    client.resume(job)
    client.wait(job)
    assert job.message == "Resumed."


def test_a_paused_job_that_had_not_begun_begins_next(client: JobClient, heard: Heard) -> None:
    first = client.submit(ShowModel(model="slow:3"))
    second, third = client.submit(ShowModel(model="fine:2")), client.submit(ShowModel(model="fine:3"))
    client.pause(third)
    client.resume(third)
    client.wait()
    ended = [id_ for id_, event in heard if event.get("state") == "done"]
    assert ended == [first.id, third.id, second.id]


def test_a_pause_that_comes_too_late_is_none(client: JobClient) -> None:
    job = client.submit(ShowModel(model="deaf:0.4"))
    until(client, lambda: job.begun)
    client.pause(job)
    client.wait(job)
    assert job.state == "done" and job.message == "Woke up."


def test_what_libraries_print_is_text_and_no_event(client: JobClient, heard: Heard) -> None:
    job, after = client.submit(ShowModel(model="print")), client.submit(ShowModel(model="fine"))
    client.wait()
    assert job.state == "done" and job.message == "Printed." and after.state == "done"
    deadline, texts = time.monotonic() + 20, ""
    while "from a grandchild" not in texts and time.monotonic() < deadline:  # nobody waits for it
        client.poll()
        time.sleep(0.01)
        texts = "\n".join(event["message"] for _, event in heard if event.get("name") == "output")
    for part in ("garbage without end", "forged", "from below Python", "from a grandchild"):
        assert part in texts


def test_nothing_blocks(client: JobClient) -> None:
    longest, job = 0.0, client.submit(ShowModel(model="deaf:1.5"))
    while not job.ended:
        start = time.monotonic()
        client.poll()
        longest = max(longest, time.monotonic() - start)
        time.sleep(0.01)
    assert longest < 0.7


def test_a_listener_may_ask_for_more(odd_client: Callable[..., JobClient]) -> None:
    again: list[str] = []

    def listen(_job: Job, event: dict[str, Any]) -> None:
        if event.get("state") == "done" and len(again) < 2:
            again.append(client.submit(ShowModel(model="fine")).id)
            client.poll()

    client = odd_client()
    client._listen = listen
    client.submit(ShowModel(model="fine"))
    client.wait()
    assert again == ["2", "3"] and client.jobs["3"].state == "done"


def test_the_interpreter_may_be_missing(odd_client: Callable[..., JobClient], tmp_path: Path) -> None:
    client = odd_client(python=[str(tmp_path / "no python")])
    jobs = [client.submit(ShowModel(model="fine")) for _ in range(2)]
    client.wait()
    assert [job.state for job in jobs] == ["crashed"] * 2
    assert jobs[0].message.startswith("The job process could not be started (No such file")


def test_closing_ends_the_child_and_what_it_does(client: JobClient) -> None:
    job, waiting = client.submit(ShowModel(model="slow:1000")), client.submit(ShowModel(model="fine"))
    until(client, lambda: job.begun)
    pid = client.pid
    client.close(60.0)
    assert job.state == waiting.state == "cancelled" and pid and not is_alive(pid)
    with pytest.raises(RuntimeError, match="closed"):
        client.submit(ShowModel())


def test_closing_without_waiting_ends_the_child_soon(client: JobClient) -> None:
    job = client.submit(ShowModel(model="slow:1000"))
    until(client, lambda: job.begun)
    process = client._process
    start = time.monotonic()
    client.close()
    assert time.monotonic() - start < 5.0
    assert process and process.wait(60.0)


def test_threads_and_variables_reach_the_child(odd_client: Callable[..., JobClient]) -> None:
    client = odd_client(threads=3, changes={"GREETING": "Grüße ☠"})
    first = client.submit(ShowModel(model="environment:OMP_NUM_THREADS"))
    second = client.submit(ShowModel(model="environment:GREETING"))
    client.wait()
    assert first.value["OMP_NUM_THREADS"] == "3" and second.value["GREETING"] == "Grüße ☠"
