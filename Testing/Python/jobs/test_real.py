"""The real child on a real CT with the shipped model, and a real training."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from craniomark.flows.jobs import (
    Assess,
    Batch,
    CheckData,
    Job,
    JobClient,
    Orient,
    Predict,
    Refine,
    ShowModel,
    Train,
    look_at_run,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator[JobClient]:
    with JobClient(threads=1, polite=False) as one:
        yield one


@pytest.fixture(scope="module")
def scan(mouse_ct_folder: Path) -> Path:
    return next(p for p in sorted(mouse_ct_folder.glob("*.nii.gz")) if "-LM" not in p.name)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("Schädel und Ähnliches")


@pytest.fixture(scope="module")
def predicted(client: JobClient, scan: Path, out: Path) -> tuple[Job, Job]:
    first, second = (
        client.submit(Predict(scan=scan, out=out)),
        client.submit(Predict(scan=scan, out=out, id="zwölf")),
    )
    assert client.wait(seconds=900)
    return first, second


def until_at_work(client: JobClient, job: Job, fraction: float) -> None:
    end = time.monotonic() + 600
    while job.fraction <= fraction and not job.ended and time.monotonic() < end:
        client.poll()
        time.sleep(0.01)
    assert job.state == "running", job.message


def test_a_prediction_leaves_all_files(predicted: tuple[Job, Job], out: Path) -> None:
    first, second = predicted
    assert first.state == "done", first.message
    assert first.path == first.files["landmarks"] and first.path.parent == out
    assert all(path.is_file() for path in [*first.files.values(), *second.files.values()])
    assert second.value["id"] == "zwölf" and second.path == out / "zwölf.mrk.json"
    marks = json.loads(first.path.read_text(encoding="utf-8"))["markups"][0]["controlPoints"]
    assert (
        len(marks) == first.value["counts"]["landmarks"] and first.value["orientation"]["verdict"] == "good"
    )


def test_the_weights_are_read_once(predicted: tuple[Job, Job]) -> None:
    first, second = predicted
    assert [line.startswith("Loaded the model") for line in first.log] == [True] and second.log == []
    assert second.value["seconds"]["total"] < first.value["seconds"]["total"]


def test_given_landmarks_are_judged_and_refined(
    client: JobClient, predicted: tuple[Job, Job], scan: Path, out: Path
) -> None:
    given = predicted[0].path
    assert given
    few = ("5", "6")
    judged = client.submit(Assess(scan=scan, landmarks=given, out=out / "judged.csv"))
    refined = client.submit(Refine(scan=scan, landmarks=given, out=out / "refined.mrk.json", only=few))
    wrong = client.submit(Refine(scan=scan, landmarks=given, out=out / "no.csv", only=("nose",)))
    client.wait(seconds=900)
    assert judged.state == refined.state == "done"
    assert judged.path == out / "judged.csv" and judged.path.is_file() and judged.value["moved"] == []
    assert set(refined.value["moved"]) <= set(few)
    assert wrong.state == "refused" and "label is 'nose'" in wrong.message


def test_a_pose_is_a_transform(client: JobClient, scan: Path, out: Path) -> None:
    job = client.submit(Orient(scan=scan, out=out / "pose.tfm"))
    client.wait(job, 900)
    assert job.state == "done" and job.path and job.path.is_file()
    assert len(job.value["specimen_to_template"]) == 4 and job.message.startswith("The pose is good")


def test_a_prediction_is_cancelled_on_the_way(client: JobClient, scan: Path, tmp_path: Path) -> None:
    job = client.submit(Predict(scan=scan, out=tmp_path / "none"))
    until_at_work(client, job, 0.1)
    client.cancel(job)
    client.wait(job, 60)
    assert job.state == "cancelled" and not (tmp_path / "none").exists()


def test_a_batch_tells_each_and_resumes(client: JobClient, scan: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"nothing")
    ask = Batch(inputs=(scan, broken), out=tmp_path / "out")
    job = client.submit(ask)
    client.wait(job, 900)
    assert job.state == "done" and job.message == "1 done, 1 refused."
    assert set(job.value["refused"]) == {"broken"} and job.files["report.html"].is_file()
    for processes in (1, 2):
        again = client.submit(Batch(inputs=ask.inputs, out=ask.out, resume=True, processes=processes))
        client.wait(again, 900)
        assert sorted(again.value["outcomes"].values()) == ["kept", "refused"]


def test_what_is_wrong_is_a_sentence(client: JobClient, tmp_path: Path) -> None:
    job = client.submit(Predict(scan=tmp_path / "gone.nii.gz", out=tmp_path / "out"))
    data = client.submit(CheckData(data=tmp_path))
    client.wait()
    assert job.state == data.state == "refused"
    assert "gone.nii.gz: input is missing" in job.message and not (tmp_path / "out").exists()


def test_models_are_listed_and_told(client: JobClient) -> None:
    listed = client.submit(ShowModel())
    client.wait(listed)
    name = listed.value["models"][0]["name"]
    one = client.submit(ShowModel(model=name))
    client.wait(one)
    assert one.value["manifest"]["name"] == name and one.value["landmarks"]


def test_a_training_is_paused_watched_and_gone_on_with(
    client: JobClient, animals: Path, tmp_path: Path
) -> None:
    run = tmp_path / "Lauf ü"
    words = ("recipe=quick", "folds=4", "loop.steps=40", "loop.warmup_steps=0", "loop.validate_every=20",
             "loop.metrics_every=2", "loop.device=cpu", "loop.tensorboard=false")  # fmt: skip
    job = client.submit(Train(task="orient", data=animals, out=run, words=words))
    until_at_work(client, job, 0.05)
    client.pause(job)
    assert client.wait(job, 300) and job.state == "paused", job.message
    view = look_at_run(run)
    assert view and view.status == "stopped" and view.can_go_on and 0 < view.step < 40
    client.resume(job)
    client.wait(job, 900)
    assert job.state == "done" and job.path == run / "weights.safetensors" and job.path.is_file()
    steps = [step for step, _ in job.curves["", "loss/total"]]
    assert steps == sorted(set(steps)) and steps[-1] == 40
    ended = look_at_run(run)
    assert ended and ended.status == "done" and ended.curves["", "loss/total"] == job.curves["", "loss/total"]
