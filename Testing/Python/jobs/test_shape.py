"""Kinds of jobs about shapes, done by the process itself on ellipsoids: from folders to an export."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "flows" / "shape"))

from ellipsoids import write_ellipsoids

from craniomark.flows.jobs import (
    JobClient,
    ShapeAnalyze,
    ShapeAugment,
    ShapeCheck,
    ShapeExport,
    ShapeLoaders,
    ShapeModel,
    ShapeModes,
    ShapeTest,
    ShapeTrain,
)

CONFIG = {
    "model_name": "small", "num_latent_dim": 2, "use_best_model": True,
    "encoder": {"deterministic": True}, "decoder": {"deterministic": True, "linear": True},
    "loss": {"function": "MSE", "supervised_latent": True}, "tl_net": {"enabled": False},
    "trainer": {"epochs": 1, "learning_rate": 0.001, "val_freq": 1, "decay_lr": {"enabled": False}},
    "fine_tune": {"enabled": True, "loss": "MSE", "epochs": 1, "learning_rate": 0.001, "val_freq": 1,
                  "decay_lr": {"enabled": False}},
}  # fmt: skip


@pytest.fixture(scope="module")
def client():
    client = JobClient(polite=False)
    yield client
    client.close(20)


@pytest.fixture
def do(client):
    """Do a job and return it; it must be done."""

    def do_(request):
        job = client.submit(request)
        client.wait(job, 300)
        assert job.state == "done", (job.state, job.message)
        return job

    return do_


def refused(client, request):
    job = client.submit(request)
    client.wait(job, 300)
    assert job.state == "refused", (job.state, job.message)
    return job.message


def one_less(particles, tmp_path):
    folder = tmp_path / "fewer"
    folder.mkdir()
    for path in sorted(particles.iterdir())[1:]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.slow
def test_from_folders_to_an_export(do, client, tmp_path):
    write_ellipsoids(tmp_path, 6)
    images, particles, meshes = (tmp_path / name for name in ("images", "particles", "meshes"))
    job = do(ShapeCheck(images=images, particles=particles, meshes=meshes))
    assert job.value == {"meshes": 6, "images": 6, "particles": 6, "points": 96}
    assert job.message == "6 meshes, 6 images, 6 particle sets of 96 points: no fault was found."

    model = do(ShapeModel(inputs=(particles,), out=tmp_path / "model"))
    assert model.value["particles"] == 96 and model.files["pca"].is_dir()

    job = do(ShapeAugment(images=(images,), particles=(particles,), out=tmp_path / "aug", num_samples=2,
                          modes=2, sampler="gaussian"))  # fmt: skip
    held = np.load(job.files["scores"], allow_pickle=False)
    assert held["scores"].shape == (8, 2) and int(held["real"]) == 6 and job.fraction == 1
    assert held["sources"][7] in held["names"][:6]

    job = do(ShapeLoaders(table=job.files["table"], out=tmp_path / "loaders", batch_size=4))
    assert job.value["scores"] == 2 and job.value["train"] + job.value["validation"] == 8

    config = tmp_path / "config.json"
    paths = {"out_dir": f"{tmp_path}/", "loader_dir": f"{tmp_path}/loaders/", "aug_dir": f"{tmp_path}/aug/"}
    config.write_text(json.dumps(CONFIG | {"paths": paths}))
    job = do(ShapeTrain(config=config))
    assert {part for part, _ in job.curves} == {"Base", "Fine_Tuning"}
    assert any(name.startswith("loss/") for _, name in job.curves) and job.files["weights"].is_file()

    tested = do(ShapeTest(config=config, images=(images / "e04.nrrd", images / "e05.nrrd")))
    assert tested.value["names"] == ["e04", "e05"]

    mean = tmp_path / "mean"
    (tmp_path / "mean.ply").write_bytes((meshes / "e00.ply").read_bytes())
    (tmp_path / "mean.particles").write_bytes((particles / "e00.particles").read_bytes())
    job = do(ShapeAnalyze(truth=(meshes,), predictions=tested.path, mean_prefix=mean, out=tmp_path / "found"))
    assert sorted(job.value["names"]) == ["e04", "e05"] and job.value["mean_mm"] > 0

    job = do(ShapeModes(pca=model.files["pca"], mean_prefix=mean, out=tmp_path / "modes.npz", most=2))
    assert job.value["modes"] == 2 and "of the variance" in job.message

    job = do(ShapeExport(analysis=tmp_path / "found", predictions=tested.path, out=tmp_path / "out"))
    assert job.value == {"meshes": 2, "landmarks": 2}

    fewer = one_less(particles, tmp_path)
    assert "partner" in refused(client, ShapeCheck(images=images, particles=fewer))
