"""A registration by the real child: its files, its figures, and the field of a map that bends."""

from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.jobs import JobClient, Register


@pytest.fixture(scope="module")
def client():
    with JobClient(threads=1, polite=False) as one:
        yield one


def ended(client, request):
    job = client.submit(request)
    assert client.wait(job, 900)
    return job


@pytest.mark.slow
def test_a_map_that_bends_is_told_as_a_field(client, mouse_ct_folder, tmp_path):
    from craniomark.engine.maps.itk import read_map
    from craniomark.ground.volumes import read_volume

    fixed, moving = (mouse_ct_folder / f"152_{number}.nii.gz" for number in (10, 16))
    job = ended(client, Register(fixed=fixed, moving=moving, out=tmp_path / "out", method="hyreg"))
    assert job.state == "done" and "The images fit" in job.message, job.message
    assert (
        job.value["matrix"] is None and job.value["similarity"]["after"] > job.value["similarity"]["before"]
    )
    with np.load(job.files["field"]) as held:
        vectors, matrix = held["vectors"], held["matrix"]
    import torch

    index = np.array(vectors.shape[1:]) // 2
    place = matrix[:3, :3] @ index + matrix[:3, 3]
    sent = read_map(job.files["transform"])(torch.tensor(place[None], dtype=torch.float32)).numpy()[0]
    assert np.abs(sent - place - vectors[:, index[0], index[1], index[2]]).max() < 0.01
    assert 0.02 < np.abs(vectors).max() < 3
    assert read_volume(job.files["warped"]).shape == read_volume(fixed).shape


def test_what_can_not_be_registered_is_refused_by_a_sentence(client, tmp_path):
    job = ended(client, Register(fixed=tmp_path / "a.nrrd", moving=tmp_path / "b.nrrd", out=tmp_path / "out"))
    assert job.state == "refused" and "a.nrrd" in job.message
    job = ended(client, Register(fixed=tmp_path, moving=tmp_path, out=tmp_path / "out", method="sorcery"))
    assert job.state == "refused" and "sorcery" in job.message and "rigid" in job.message


def test_steps_are_not_negative():
    with pytest.raises(ValueError, match="at least 0"):
        Register(fixed=Path("a"), moving=Path("b"), out=Path("c"), steps=-1)
