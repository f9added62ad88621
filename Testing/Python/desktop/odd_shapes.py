"""Shape jobs that take no time: balls for skulls. The name of the project tells what goes wrong."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from craniomark.flows.jobs import (
    ShapeAnalyze,
    ShapeAugment,
    ShapeCheck,
    ShapeExport,
    ShapeLoaders,
    ShapeModel,
    ShapeModes,
    ShapePredict,
    ShapeTest,
    ShapeTrain,
)
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import Surface, write_surface
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

RINGS, SECTORS = 24, 48
ERRORS = {"mouse a": 0.1, "mouse b": 0.3, "mouse c": 0.2}
"""How far each predicted ball is too large, mm."""


def ball(radius: float, rings: int = RINGS, sectors: int = SECTORS) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces of a sphere."""
    turns = np.arange(sectors) * 2 * np.pi / sectors
    polar, around = np.meshgrid(np.linspace(0.02, np.pi - 0.02, rings), turns, indexing="ij")
    points = [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)]
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(sectors), indexing="ij")
    a, b = i * sectors + j, i * sectors + (j + 1) % sectors
    one, other = np.stack([a, a + sectors, b], -1), np.stack([b, a + sectors, b + sectors], -1)
    return radius * np.stack(points, -1).reshape(-1, 3), np.concatenate([one, other]).reshape(-1, 3)


def _odd(folder: Path, reports: Reports, where: Path) -> None:
    what = folder.name
    for number in range(100 if "slow" in what else 1):
        reports.progress("carry", number / 100)
        time.sleep(0.03 if "slow" in what else 0)
    if "crash" in what:
        sys.stderr.write("the last words\n")
        sys.stderr.flush()
        os._exit(7)
    if "no-torch" in what:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    if "none" in what:
        raise InputError(where, "number of shapes", 2, "give at least 4")


def check(ask: ShapeCheck, reports: Reports, _shelf: Shelf) -> Result:
    given = [one for one in (ask.meshes, ask.images, ask.particles) if one is not None]
    _odd(given[0], reports, given[0])
    return Result(f"{len(given)} folders: no fault was found.")


def model(ask: ShapeModel, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.out.parent, reports, ask.inputs[0])
    for name in ("PCA_Particle_Info", "images", "world_particles"):
        (ask.out / name).mkdir(parents=True, exist_ok=True)
    points = ball(5.0, 6, 6)[0] + np.array([1.0, 2.0, 3.0])
    np.savetxt(ask.out / "mean.particles", points)
    (ask.out / "asked.json").write_text(json.dumps([ask.particles, ask.images, ask.frame]))
    return Result(f"{ask.particles} particles; 3 modes hold 95 % of the variance.", ask.out)


def augment(ask: ShapeAugment, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.out.parent, reports, ask.images[0])
    ask.out.mkdir(parents=True, exist_ok=True)
    (ask.out / "TotalData.csv").write_text("")
    rng = np.random.default_rng(ask.seed)
    count = 5 + ask.num_samples
    names = np.array([f"shape {n}" for n in range(count)])
    np.savez(ask.out / "scores.npz", scores=rng.normal(size=(count, 3)), names=names, sources=names, real=5)
    words = f"{ask.num_samples} shapes by {ask.sampler}, {ask.percent:g} %, {ask.mixture}, seed {ask.seed}."
    return Result(words, ask.out, {"scores": ask.out / "scores.npz"})


def loaders(ask: ShapeLoaders, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.out.parent, reports, ask.table)
    ask.out.mkdir(parents=True, exist_ok=True)
    told = {"scores": 3, "batch": ask.batch_size, "down": ask.down_factor, "box": ask.box}
    (ask.out / "loader.json").write_text(json.dumps(told))
    return Result("4 images to train on, 1 to validate, of 32 x 32 x 32 voxels.", ask.out)


def train(ask: ShapeTrain, reports: Reports, _shelf: Shelf) -> Result:
    """Count up in a file beside the config; go on with what is there."""
    config = json.loads(ask.config.read_text())
    if "crash" in ask.config.parent.name:
        os._exit(7)
    state = ask.config.with_suffix(".count")
    step = int(state.read_text()) if state.exists() else 0
    reports.log(f"began at step {step}")
    while step < 60:
        if reports.warden.stop_file.exists():
            raise Stopped(f"stopped at step {step}")
        part = "Base" if step < 30 else "Fine_Tuning"
        for name, share in (("loss/scores", 1.0), ("loss/particles", 0.5)):
            reports.say("metric", part=part, step=step, name=name, value=share / (step + 1))
        reports.say("progress", part=part, name=f"step {step} of 60", step=step, of=60, fraction=step / 60,
                    seconds_left=(60 - step) * 0.02)  # fmt: skip
        step += 1
        state.write_text(str(step))
        time.sleep(0.02)
    folder = Path(config["paths"]["out_dir"]) / config["model_name"]
    folder.mkdir(parents=True, exist_ok=True)
    return Result(f"Trained {config['model_name']}.", folder)


def test(ask: ShapeTest, reports: Reports, _shelf: Shelf) -> Result:
    config = json.loads(ask.config.read_text())
    _odd(ask.config.parent, reports, ask.config)
    folder = Path(config["paths"]["out_dir"]) / config["model_name"] / "test_predictions"
    inner = folder / "world_predictions"
    inner.mkdir(parents=True, exist_ok=True)
    for name, error in ERRORS.items():
        np.savetxt(inner / f"{name}.particles", ball(5.0 + error, 6, 6)[0])
    words = f"{len(ERRORS)} shapes predicted of {len(ask.images)} folders by {1 + len(ask.members)} networks."
    return Result(words, folder)


def analyze(ask: ShapeAnalyze, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.out.parent, reports, ask.predictions)
    sides = ("symmetric", "predicted_to_true", "true_to_predicted")
    heads = [f"{side}_{name}" for side in sides for name in ("mean", "rms", "p95", "hausdorff")]
    lines = [",".join(["Name", "Distance", *heads])]
    for name, error in ERRORS.items():
        points, faces = ball(5.0)
        bump = error * points[:, 2] / 5  # too large above, too small below
        scalars = {"error_mm": np.abs(bump), "signed_error_mm": bump, "bound90_mm": np.full(len(points), 0.4)}
        if "certain" in ask.out.parent.name:
            del scalars["bound90_mm"]
        write_surface(
            Surface(points * (1 + bump / 5)[:, None], faces, scalars), ask.out / "meshes" / f"{name}.ply"
        )
        write_surface(Surface(points, faces, {"error_mm": np.abs(bump)}), ask.out / "true" / f"{name}.ply")
        lines.append(",".join([name, str(error), *(str(error * part) for part in (1, 1.1, 2, 3) * 3)]))
    (ask.out / "test_distances.csv").write_text("\n".join(lines))
    (ask.out / "asked.json").write_text(json.dumps([str(ask.truth[0]), str(ask.shape_model)]))
    return Result("3 shapes, 0.200 mm off in the mean.", ask.out)


def modes(ask: ShapeModes, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.out.parent, reports, ask.pca)
    fine = "large" in ask.out.parent.name
    points, faces = ball(5.0, *((300, 300) if fine else (RINGS, SECTORS)))
    fields = np.zeros((3, *points.shape), np.float32)
    for axis in range(3):
        fields[axis, :, axis] = points[:, axis] / 5 / (axis + 1)
    np.savez(
        ask.out, vertices=points.astype(np.float32), faces=faces.astype(np.int32), fields=fields,
        particles=points[:9], modes=fields[:, :9], sd=np.array([3.0, 2.0, 1.0]),
        shares=np.array([0.6, 0.3, 0.1]),
    )  # fmt: skip
    return Result("3 of 3 modes, which hold 100% of the variance.", ask.out, {"modes": ask.out})


def export(ask: ShapeExport, reports: Reports, _shelf: Shelf) -> Result:
    _odd(ask.analysis.parent, reports, ask.out)
    return Result(f"Written as {ask.mesh_format or 'nothing'}, landmarks {ask.landmarks}.", ask.out)


def predict(ask: ShapePredict, reports: Reports, _shelf: Shelf) -> Result:
    """A ball about where the skull is, with two landmarks."""
    model = Path(ask.model)
    _odd(model, reports, ask.inputs[0])
    out = ask.out / f"{ask.inputs[0].stem}.ply"
    out.parent.mkdir(parents=True)
    if "broken" in model.name:
        out.write_text("no mesh")
        return Result("", ask.out, {out.stem: out})
    points, faces = ball(5.0)
    bounds = {} if "certain" in model.name else {"bound90_mm": 0.2 + 0.02 * points[:, 2]}
    write_surface(Surface(points + np.array([1.0, 2, 3]), faces, bounds), out)
    if "certain" not in model.name:
        write_landmarks(
            LandmarkSet(("a", "b"), np.array([[1.0, 2, 8], [6.0, 2, 3]])), out.with_suffix(".mrk.json")
        )
    return Result("1 of 1 shapes predicted.", ask.out, {out.stem: out})


SHAPE_DOERS = {
    ShapeCheck: check, ShapeModel: model, ShapeAugment: augment, ShapeLoaders: loaders, ShapeTrain: train,
    ShapeTest: test, ShapeAnalyze: analyze, ShapeModes: modes, ShapeExport: export,
    ShapePredict: predict,
}  # fmt: skip
