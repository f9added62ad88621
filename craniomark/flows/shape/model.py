"""A shape model from meshes: correspondences, principal components, mean mesh, figures of quality."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.shape.correspond import Template, WallChoice, carry, make_template
from craniomark.flows.shape.mean_surface import mean_surface
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.flows.shape.pca_files import FOLDER, write_pca
from craniomark.flows.shape.placed import (
    MEAN_IMAGE,
    as_volume,
    found_frames,
    mean_image,
    seen_bone,
    write_images,
)
from craniomark.flows.shape.plots import plot_quality
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.workers import Told, check_stop, work_on
from craniomark.flows.training.files import read_json, write_json
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.geometry import apply, invert
from craniomark.ground.meshes import read_surface, write_surface
from craniomark.ground.specimens import Specimen, find_specimens
from craniomark.ground.volumes import write_volume
from craniomark.tasks.shape.align import aligned
from craniomark.tasks.shape.network import SMALLEST
from craniomark.tasks.shape.particles import FEWEST, MOST
from craniomark.tasks.shape.pca import ParticleModel, fit_particles
from craniomark.tasks.shape.quality import Quality, quality

Array = NDArray[np.float64]
FEWEST_SHAPES = 4
"""Three are left when one is left out."""
Frame = Literal["procrustes", "image"]
_WAY = 2
"""Of carrying: what another way carried is not gone on with."""


@dataclass(frozen=True)
class ModelSettings:
    """How a shape model is made.

    Attributes
    ----------
    particles : int
        On each surface.
    template : str
        Id of the specimen whose particles are carried; empty: the one of middle size.
    walls : {"outer", "both"}
        Walls that bear particles.
    images : int
        Voxels along each axis of an image of each specimen in the common frame; 0: none are made.
    frame : {"procrustes", "image"}
        The common frame: that in which particles lie closest to their mean, or that in which images look
        most like the mean image, as it is found in a new one.
    seed : int
        Of the particles.

    Raises
    ------
    ValueError
        If a value isn't allowed.
    """

    particles: int = 1024
    template: str = ""
    walls: WallChoice = "outer"
    images: int = 0
    frame: Frame = "procrustes"
    seed: int = 0

    def __post_init__(self) -> None:
        if not FEWEST <= self.particles <= MOST:
            raise ValueError(f"particles is {self.particles}: give {FEWEST} to {MOST}")
        if self.walls not in ("outer", "both"):
            raise ValueError(f"walls is {self.walls}: give outer or both")
        if self.frame not in ("procrustes", "image"):
            raise ValueError(f"frame is {self.frame}: give procrustes or image")
        if not (self.images == 0 or SMALLEST <= self.images <= 512):
            raise ValueError(f"images is {self.images}: give {SMALLEST} to 512 voxels, or 0 for none")


def build_shape_model(
    inputs: Sequence[Path], out: Path, settings: ModelSettings, told: Told = lambda *_: None,
    jobs: int = 1, stop_file: Path | None = None,
) -> ParticleModel:  # fmt: skip
    """Carry particles to all meshes and write the model of their shapes; goes on where it was stopped.

    Parameters
    ----------
    inputs : sequence of Path
        Meshes, folders or lists of them.
    out : Path
        Folder of the model.
    settings : ModelSettings
        Choices.
    told : callable
        Hears the step and the fraction done.
    jobs : int
        Processes.
    stop_file : Path, optional
        Stops between specimens.

    Raises
    ------
    InputError
        If there are too few meshes, or one is empty, open, self-intersecting or no skull in millimetres.
    Stopped
        If the stop file is there.
    """
    specimens = _meshes(inputs)
    told("read", 0.0)
    chosen = _template_of(specimens, settings)
    template = make_template(
        read_surface(chosen.path), chosen.path, settings.particles, settings.walls, settings.seed
    )
    key = _key(settings, chosen)
    write_surface(template.surface, out / "template.ply")
    write_particles(out / "template.particles", template.points)
    left = [one for one in specimens if not _carried_before(out, one, key)]
    done = len(specimens) - len(left)

    def counted(number: int) -> None:
        told("carry", (done + number) / len(specimens))

    counted(0)
    work_on(left, partial(carry_one, template=template, out=out, key=key), jobs, counted, stop_file)
    told("model", 0.0)
    local = [read_particles(_local(out, one.id)) for one in specimens]
    rows = [read_json(_record(out, one.id)) for one in specimens]
    world, to_world = aligned(local, template.points)
    if settings.images or settings.frame == "image":
        bones = _bones(specimens, told, stop_file)
    if settings.frame == "image":
        mean = mean_image(bones, to_world, world)
        to_world = found_frames(bones, to_world, mean, told)
        world = np.stack([apply(m, one) for m, one in zip(to_world, local, strict=True)])
        write_volume(as_volume(mean_image(bones, to_world, world)), out / MEAN_IMAGE)
    for one, points in zip(specimens, world, strict=True):
        write_particles(out / "world_particles" / f"{one.id}.particles", points)
    model = write_model(out, [one.id for one in specimens], world, told, settings.seed)
    offsets = [np.load(_offsets(out, one.id)) for one in specimens]
    write_surface(mean_surface(template.surface, template.points, model.mean, offsets), out / "mean.ply")
    placed = {one.id: m.tolist() for one, m in zip(specimens, to_world, strict=True)}
    _write_records(out, settings, chosen.id, template, rows, placed)
    if settings.images:
        names = [one.id for one in specimens]
        write_images(out, names, bones, to_world, world, settings.images, told, stop_file)
    told("model", 1.0)
    return model


def write_model(
    out: Path, ids: Sequence[str], world: Array, told: Told = lambda *_: None, seed: int = 0
) -> ParticleModel:
    """Write principal components, mean particles, quality as table and plot of aligned shapes, (S, N, 3)."""
    try:
        model = fit_particles(world)
    except ValueError as error:
        raise InputError(out, "shapes", "not fit for a model", str(error)) from error
    write_pca(out / FOLDER, model, model.scores(world))
    write_particles(out / "mean.particles", model.mean)
    scores = [[name, *map(_short, row)] for name, row in zip(ids, model.scores(world), strict=True)]
    write_csv(out / "scores.csv", ["id", *(f"mode{n + 1}" for n in range(len(model.modes)))], scores)
    found = quality(world, seed=seed, told=lambda part: told("quality", part))
    _write_quality(out, found)
    return model


def carry_one(specimen: Specimen, template: Template, out: Path, key: str) -> None:
    """Carry the template's particles to one mesh and write them with a record."""
    surface = read_surface(specimen.path)
    found = carry(template, surface, specimen.path)
    write_particles(_local(out, specimen.id), found.points)
    record = {
        "id": specimen.id, "file": specimen.path.name, "sha256": file_sha256(specimen.path), "key": key,
        "template_to_specimen": found.template_to_specimen.tolist(), "score": round(found.score, 4),
        "shift_mm": round(found.shift_mm, 4), "evenness": round(found.evenness, 4),
    }  # fmt: skip
    with written_whole(_offsets(out, specimen.id)) as part, part.open("wb") as stream:
        np.save(stream, found.offsets)
    write_json(_record(out, specimen.id), record)


def _meshes(inputs: Sequence[Path]) -> list[Specimen]:
    found = find_specimens(inputs)
    for one in found:
        if one.kind != "surface":
            raise InputError(one.path, "input", "no mesh", "give surface meshes of skulls")
    if len(found) < FEWEST_SHAPES:
        remedy = f"give at least {FEWEST_SHAPES}"
        raise InputError(inputs[0], "number of shapes", len(found), remedy)
    return found


def _template_of(specimens: Sequence[Specimen], settings: ModelSettings) -> Specimen:
    ids = {one.id: one for one in specimens}
    if settings.template:
        if settings.template not in ids:
            remedy = f"name one of {', '.join(list(ids)[:5])} ..."
            raise InputError("--template", "id", settings.template, remedy)
        return ids[settings.template]
    sizes = np.array([float(np.linalg.norm(read_surface(one.path).extent)) for one in specimens])
    return specimens[int(np.abs(sizes - np.median(sizes)).argmin())]


def _bones(specimens: Sequence[Specimen], told: Told, stop_file: Path | None) -> list[Image]:
    bones = []
    for number, one in enumerate(specimens):
        check_stop(stop_file)
        told("bones", number / len(specimens))
        bones.append(seen_bone(one))
    return bones


def _key(settings: ModelSettings, template: Specimen) -> str:
    """What carried particles depend on, beside the mesh itself."""
    told = [settings.particles, settings.walls, settings.seed, file_sha256(template.path), _WAY]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _carried_before(out: Path, specimen: Specimen, key: str) -> bool:
    path = _record(out, specimen.id)
    if not (path.exists() and _local(out, specimen.id).exists() and _offsets(out, specimen.id).exists()):
        return False
    try:
        record = read_json(path)
    except InputError:
        return False
    return record.get("key") == key and record.get("sha256") == file_sha256(specimen.path)


def _local(out: Path, name: str) -> Path:
    return out / "local_particles" / f"{name}.particles"


def _record(out: Path, name: str) -> Path:
    return out / "carried" / f"{name}.json"


def _offsets(out: Path, name: str) -> Path:
    return out / "carried" / f"{name}.npy"


def _write_records(
    out: Path, settings: ModelSettings, chosen: str, template: Template, rows: Sequence[Mapping[str, Any]],
    to_world: Mapping[str, Any],
) -> None:  # fmt: skip
    names = ("id", "score", "shift_mm", "evenness")
    write_csv(out / "specimens.csv", names, [[row[name] for name in names] for row in rows])
    told = {
        "schema": 1, "settings": asdict(settings), "template": chosen,
        "evenness": round(template.evenness, 4),
        "frame": "of the template specimen, LPS mm, at its size", "local_to_world": to_world,
    }  # fmt: skip
    write_json(out / "shape_model.json", told)


def _write_quality(out: Path, found: Quality) -> None:
    rows = [
        [modes + 1, _short(a), _short(b), _short(c)]
        for modes, (a, b, c) in enumerate(
            zip(found.compactness, found.generalisation, found.specificity, strict=True)
        )
    ]
    write_csv(out / "quality.csv", ["modes", "compactness", "generalisation_mm", "specificity_mm"], rows)
    plot_quality(found, out / "quality.png")


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def local_to_world(folder: Path) -> dict[str, Array]:
    """Similarities, 4x4, of a model's specimens into its common frame."""
    record = read_json(folder / "shape_model.json")
    return {name: np.array(m, dtype=np.float64) for name, m in record["local_to_world"].items()}


def world_to_local(folder: Path) -> dict[str, Array]:
    """Their inverses."""
    return {name: invert(m) for name, m in local_to_world(folder).items()}
