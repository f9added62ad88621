"""Kinds of jobs that make models and judge them, by the real child on made-up animals."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from craniomark.flows.jobs import CheckData, Evaluate, Job, JobClient, Predict, ShowModel, Template, Train

CHILD = [sys.executable, str(Path(__file__).with_name("tiny_child.py"))]


@pytest.fixture(scope="module")
def client() -> Iterator[JobClient]:
    with JobClient(python=CHILD, threads=1, polite=False) as one:
        yield one


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five landmarked scans; not to be changed."""
    from synthetic_cohort import write_cohort

    folder = tmp_path_factory.mktemp("fünf Tiere")
    write_cohort(folder, 5)
    return folder


def done(client: JobClient, job: Job, seconds: float = 1800) -> Job:
    assert client.wait(job, seconds) and job.state == "done", (job.message, job.last_lines, job.log[-3:])
    return job


def until(client: JobClient, job: Job, part: str, seconds: float = 1800) -> None:
    """Poll until a part of a job is trained."""
    end = time.monotonic() + seconds
    while (part, "loss/total") not in job.curves:
        assert not job.ended and time.monotonic() < end, job.message
        client.poll()
        time.sleep(0.01)


@pytest.mark.slow
def test_data_is_checked(client: JobClient, five: Path, tmp_path: Path) -> None:
    from synthetic_cohort import LABELS, write_cohort

    job = done(client, client.submit(CheckData(data=five)))
    assert job.value["specimens"] == 5 and job.value["labels"] == list(LABELS)
    assert job.message == "5 specimens, 16 landmarks, 0 problems, {} worth a look.".format(
        len(job.value["findings"])
    )
    write_cohort(tmp_path / "two", 2)
    marks = tmp_path / "two" / "animal_1.mrk.json"
    content = json.loads(marks.read_text(encoding="utf-8"))
    content["markups"][0]["controlPoints"][0]["position"] = [500.0, 0.0, 0.0]
    marks.write_text(json.dumps(content), encoding="utf-8")
    bad = done(client, client.submit(CheckData(data=tmp_path / "two")))
    assert any(one["specimen"] == "animal_1" for one in bad.value["findings"])


@pytest.mark.slow
def test_predictions_are_compared(client: JobClient, five: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    from synthetic_cohort import write_cohort

    write_cohort(tmp_path / "predicted", 5, own=0.12)
    ask = Evaluate(predicted=tmp_path / "predicted", truth=five, out=tmp_path / "out", draws=99)
    job = done(client, client.submit(ask))
    assert job.value["n_specimens"] == 5 and 0 < job.value["mean_mm"] < 0.5
    assert job.path == tmp_path / "out" / "evaluation.html"
    assert all(path.is_file() for path in job.files.values())
    wrong = client.submit(Evaluate(predicted=tmp_path / "gone", truth=five, out=tmp_path / "none"))
    client.wait(wrong)
    assert wrong.state == "refused" and "gone" in wrong.message and not (tmp_path / "none").exists()


@pytest.mark.slow
def test_a_template_is_made_and_can_be_stopped(client: JobClient, five: Path, tmp_path: Path) -> None:
    ask = Template(
        inputs=(five,), out=tmp_path / "animal", spacing=0.35, rounds=1, modes=1, species="made up"
    )
    stopped = client.submit(Template(inputs=(five,), out=tmp_path / "never", spacing=0.35, rounds=1, modes=1))
    end = time.monotonic() + 900
    while stopped.fraction <= 0.05 and not stopped.ended and time.monotonic() < end:
        client.poll()
        time.sleep(0.01)
    client.cancel(stopped)
    client.wait(stopped, 120)
    assert stopped.state == "cancelled" and not (tmp_path / "never" / "bundle.json").exists()
    job = done(client, client.submit(ask))
    assert job.path == job.files["bundle"] and (tmp_path / "animal" / "bundle.json").is_file()
    told = done(client, client.submit(ShowModel(model=str(job.path))))
    assert told.value["species"] == "made up" and told.value["name"] == "animal"


@pytest.mark.slow
def test_everything_is_trained_paused_gone_on_with_and_used(
    client: JobClient, five: Path, tmp_path: Path
) -> None:
    words = ("name=tiny", "device=cpu", "species=made up")
    job = client.submit(Train(task="all", data=five, out=tmp_path / "alles ü", words=words))
    until(client, job, "landmark-0")
    client.pause(job)
    assert client.wait(job, 300) and job.state == "paused", job.message
    assert not (tmp_path / "alles ü" / "bundle" / "tiny").exists() and 0 < job.fraction < 1
    client.resume(job)
    done(client, job)
    assert job.path == tmp_path / "alles ü" / "bundle" / "tiny" == job.files["bundle"]
    assert {part for part, _ in job.curves} >= {"orient", "landmark-0", "landmark-1", "focus-0"}
    assert any("done before" in line for line in job.log)
    scan = sorted(five.glob("*.nii.gz"))[0]
    found = done(
        client,
        client.submit(Predict(scan=scan, out=tmp_path / "found", model=str(job.path), orient=False)),
    )
    assert found.value["counts"]["landmarks"] == 16
