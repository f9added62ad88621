"""Data of shape models: checked, made from meshes, multiplied, laid out for networks."""

from pathlib import Path
from typing import Any

from craniomark.flows.jobs import shape_requests as asks
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

SCORES = "scores.npz"
"""Scores of real and generated shapes, for the panel's table and plot."""


def check(ask: asks.ShapeCheck, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Look over the folders that are given."""
    from craniomark.flows.shape.pairs import paired
    from craniomark.flows.shape.particle_files import particle_files, read_sets
    from craniomark.ground.specimens import find_specimens

    value: dict[str, Any] = {}
    reports.progress("read", 0.0)
    if ask.meshes is not None:
        found = [one for one in find_specimens([ask.meshes]) if one.kind == "surface"]
        value["meshes"] = len(found)
    if ask.images is not None and ask.particles is not None:
        pairs = paired([ask.images], [ask.particles])
        value |= {"images": len(pairs.ids), "particles": len(pairs.ids), "points": pairs.particles.shape[1]}
    elif ask.images is not None:
        value["images"] = len(find_specimens([ask.images]))
    elif ask.particles is not None:
        files = particle_files([ask.particles])
        sets = read_sets(files)
        value |= {"particles": len(sets), "points": sets.shape[1]}
    return Result(_check_words(value), None, {}, value)


def model(ask: asks.ShapeModel, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Make the model, of meshes or of particle files."""
    from craniomark.flows.shape.given import given_particles, model_of_particles
    from craniomark.flows.shape.model import ModelSettings, build_shape_model
    from craniomark.flows.training.config.instantiate import refused

    shares = {"read": (0.0, 0.02), "carry": (0.02, 0.6), "bones": (0.6, 0.7), "model": (0.7, 0.75)}
    told = Steps(reports, shares | {"quality": (0.75, 0.9), "images": (0.9, 1.0)})
    if given_particles(ask.inputs):
        made = model_of_particles(ask.inputs, ask.out, told, ask.seed)
    else:
        try:
            settings = ModelSettings(
                ask.particles, ask.template, ask.walls, ask.images, ask.frame, ask.seed
            )  # fmt: skip
        except ValueError as error:
            raise refused(error, "shape model") from error
        stop = reports.warden.stop_file
        made = build_shape_model(ask.inputs, ask.out, settings, told, ask.processes, stop)
    value = {"particles": len(made.mean), "modes": len(made.modes), "modes_95": made.modes_for(0.95)}
    words = f"{value['particles']} particles; {value['modes_95']} modes hold 95 % of the variance."
    return Result(words, ask.out, _model_files(ask.out), value)


def augment(ask: asks.ShapeAugment, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Draw shapes, warp images, and keep the scores of both kinds as arrays."""
    from craniomark.flows.shape.augment import TABLE, AugmentSettings
    from craniomark.flows.shape.augment import augment as augmented
    from craniomark.flows.training.config.instantiate import refused

    try:
        settings = AugmentSettings(
            ask.num_samples, ask.percent, ask.modes, ask.sampler, ask.mixture, ask.seed
        )  # fmt: skip
    except ValueError as error:
        raise refused(error, "augmentation") from error
    told = Steps(reports, {"read": (0.0, 0.02), "augment": (0.02, 1.0)})
    kept = augmented(
        ask.images, ask.particles, ask.out, settings, told, ask.processes, reports.warden.stop_file
    )
    scores = _write_scores(ask.out / TABLE, ask.num_samples, ask.out / SCORES)
    value = {"modes": kept, "made": ask.num_samples, "real": scores}
    words = f"{ask.num_samples} shapes made from {scores}, by {kept} modes."
    return Result(words, ask.out, {"table": ask.out / TABLE, "scores": ask.out / SCORES}, value)


def loaders(ask: asks.ShapeLoaders, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Whiten images and scores and split them."""
    from craniomark.flows.shape.api import get_train_val_loaders
    from craniomark.flows.shape.loaders import read_record

    get_train_val_loaders(
        ask.out, ask.table, ask.batch_size, ask.down_factor, None, ask.split, box=ask.box, seed=ask.seed,
        told=Steps(reports, {"images": (0.0, 1.0)}), stop_file=reports.warden.stop_file,
    )  # fmt: skip
    record = read_record(ask.out)
    value = {
        "train": len(record["parts"]["train"]),
        "validation": len(record["parts"]["validation"]),
        "shape": record["shape"],
        "scores": record["scores"],
    }
    size = " x ".join(map(str, value["shape"]))
    words = f"{value['train']} images to train on, {value['validation']} to validate, of {size} voxels."
    return Result(words, ask.out, {"loaders": ask.out}, value)


def _check_words(value: dict[str, Any]) -> str:
    told = [f"{value[name]} {name}" for name in ("meshes", "images") if name in value]
    if "particles" in value:
        told.append(f"{value['particles']} particle sets of {value['points']} points")
    return f"{', '.join(told)}: no fault was found."


def _model_files(out: Path) -> dict[str, Path]:
    from craniomark.flows.shape.pca_files import FOLDER

    found = {"pca": out / FOLDER, "particles": out / "world_particles", "images": out / "images"}
    found |= {"mesh": out / "mean.ply", "quality": out / "quality.csv"}
    return {name: path for name, path in found.items() if path.exists()}


def _write_scores(table: Path, made: int, out: Path) -> int:
    """Keep the scores of the table's lines, real shapes first; tells how many are real."""
    import numpy as np

    from craniomark.flows.shape.loaders import read_table
    from craniomark.ground.checks import written_whole

    rows = read_table(table)
    real = len(rows) - made
    scores = np.array([row.scores for row in rows])
    with written_whole(out) as part, part.open("wb") as stream:
        names = np.array([row.name for row in rows], dtype=np.str_)
        sources = np.array([row.source for row in rows], dtype=np.str_)
        np.savez(stream, scores=scores, names=names, sources=sources, real=np.array(real))
    return real
