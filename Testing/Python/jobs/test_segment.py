"""The job of a bone mask in a real child: its progress, its result, its end between two tiles."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "segmentation"))

from threshold_run import shell, write_run

from craniomark.flows.jobs import Job, JobClient, Segment
from craniomark.ground.volumes import read_volume, write_volume


@pytest.fixture(scope="module")
def client() -> Iterator[JobClient]:
    with JobClient(threads=1, polite=False) as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("Knochen")
    write_volume(shell(), made / "skull.nii.gz")
    write_run(made / "run", shell())
    return made


def asked(
    client: JobClient, folder: Path, name: str, scan: str = "skull.nii.gz", average: bool = False
) -> Job:
    return client.submit(
        Segment(scan=folder / scan, out=folder / name, model=str(folder / "run"), average=average)
    )


def test_a_mask_is_written_with_progress(client: JobClient, folder: Path) -> None:
    job, fractions = asked(client, folder, "m.nii.gz"), []
    while not job.ended:
        client.poll()
        fractions.append(job.fraction)
        time.sleep(0.01)
    assert job.state == "done", job.message
    assert (
        job.files["mask"] == folder / "m.nii.gz" and read_volume(folder / "m.nii.gz").shape == shell().shape
    )
    assert job.value["voxels"] > 1000 and "mm³ of bone" in job.message
    assert fractions == sorted(fractions)


def test_a_mask_that_is_cancelled_leaves_nothing(client: JobClient, folder: Path) -> None:
    job = asked(client, folder, "never.nii.gz", average=True)
    end = time.monotonic() + 60
    while job.fraction < 0.05 and not job.ended and time.monotonic() < end:
        client.poll()
        time.sleep(0.01)
    client.cancel(job)
    assert client.wait(job, 60) and job.state in ("stopped", "cancelled"), job.message
    assert not (folder / "never.nii.gz").exists() and not list(folder.glob(".craniomark-*"))


def test_what_is_wrong_is_told(client: JobClient, folder: Path) -> None:
    job = asked(client, folder, "x.nii.gz", scan="gone.nii.gz")
    assert client.wait(job, 60) and job.state == "refused" and "gone.nii.gz" in job.message
