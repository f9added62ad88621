"""More shapes than there are: drawn from the shape model, with images warped from the nearest real ones."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.shape.pairs import Pairs, paired
from craniomark.flows.shape.particle_files import read_particles, write_particles
from craniomark.flows.shape.pca_files import FOLDER, write_pca
from craniomark.flows.shape.plots import plot_scores
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.warp import warped_image
from craniomark.flows.shape.workers import Told, work_on
from craniomark.flows.training.files import read_json, write_json
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume, write_volume
from craniomark.tasks.shape.pca import ParticleModel, fit_particles
from craniomark.tasks.shape.sampler import SAMPLERS, nearest_real, sampler_of

Array = NDArray[np.float64]
TABLE = "TotalData.csv"
IMAGES, PARTICLES = "Generated-Images", "Generated-Particles"
RECORD, SOURCES = "augmentation.json", "sources.csv"


@dataclass(frozen=True)
class AugmentSettings:
    """How shapes are drawn.

    Attributes
    ----------
    num_samples : int
        Shapes to make.
    percent : float
        Share of the variance, in percent, that the modes which are kept hold.
    modes : int
        Modes that are kept, in place of a share; 0: as many as hold it.
    sampler : str
        Gaussian, Mixture or KDE, in any case.
    mixture : int
        Gaussians of a mixture; 0: as many as the Bayesian information criterion likes best.
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        If a value isn't allowed.
    """

    num_samples: int = 100
    percent: float = 95.0
    modes: int = 0
    sampler: str = "KDE"
    mixture: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.num_samples < 0:
            raise ValueError(f"num_samples is {self.num_samples}: give 0 or more")
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is {self.percent}: give more than 0 and at most 100")
        if self.modes < 0 or self.mixture < 0:
            name = "modes" if self.modes < 0 else "mixture"
            raise ValueError(f"{name} is {getattr(self, name)}: give 0 or more")
        if self.sampler.lower() not in [one.lower() for one in SAMPLERS]:
            raise ValueError(f"sampler is {self.sampler}: give one of {', '.join(SAMPLERS)}")


def augment(
    images: Sequence[Path], particles: Sequence[Path], out: Path, settings: AugmentSettings,
    told: Told = lambda *_: None, jobs: int = 1, stop_file: Path | None = None,
) -> int:  # fmt: skip
    """Write augmented data in ShapeWorks' layout; goes on where it was stopped.

    Parameters
    ----------
    images, particles : sequence of Path
        Images in one frame and particle files of the same names, or folders of both.
    out : Path
        Folder with ``TotalData.csv``, ``PCA_Particle_Info`` and what is generated.
    settings : AugmentSettings
        How shapes are drawn.
    told : callable
        Hears the step and the fraction done.
    jobs : int
        Processes.
    stop_file : Path, optional
        Stops between shapes.

    Returns
    -------
    int
        Modes that are kept: the number of scores.

    Raises
    ------
    InputError
        If there are too few shapes, sets differ in length, an image and its particles don't overlap, or a
        mode without variance was asked for.
    Stopped
        If the stop file is there.
    """
    told("read", 0.0)
    pairs = paired(images, particles)
    model = _model(pairs, out, settings)
    real = model.scores(pairs.particles)
    write_pca(out / FOLDER, model, real)
    drawn, bases = _drawn(model, real, settings)
    key = _begin(out, pairs, settings)
    left = [number for number in range(settings.num_samples) if not _made_before(out, number)]
    done = settings.num_samples - len(left)

    def counted(number: int) -> None:
        told("augment", (done + number) / max(settings.num_samples, 1))

    if key:
        counted(0)
    shapes = model.shapes(drawn) if len(drawn) else np.empty((0, *model.mean.shape))
    items = [_Item(n, pairs.images[bases[n]], pairs.particles[bases[n]], shapes[n]) for n in left]
    work_on(items, partial(_make, out=out), jobs, counted, stop_file)
    _write_table(out, pairs, real, drawn, bases)
    if len(drawn):
        plot_scores(real, drawn, out / "scores.png")
    told("augment", 1.0)
    return len(model.modes)


@dataclass(frozen=True, eq=False)
class _Item:
    """A shape to be made: its number, the nearest real image with its particles, and its own."""

    number: int
    image: Path
    real: Array
    shape: Array


def _make(item: _Item, out: Path) -> None:
    image = warped_image(read_volume(item.image), item.real, item.shape)
    write_volume(image, _image_path(out, item.number))
    write_particles(_particles_path(out, item.number), item.shape)


def _model(pairs: Pairs, out: Path, settings: AugmentSettings) -> ParticleModel:
    try:
        model = fit_particles(pairs.particles)
    except ValueError as error:
        raise InputError(out, "shapes", "not fit for a model", str(error)) from error
    if settings.modes > len(model.modes):
        value = f"{settings.modes}, of which the last {settings.modes - len(model.modes)} have no variance"
        remedy = f"ask for at most {len(model.modes)}, or give more shapes"
        raise InputError("--modes", "number of modes", value, remedy)
    return model.kept(settings.modes or model.modes_for(settings.percent / 100))


def _drawn(model: ParticleModel, real: Array, settings: AugmentSettings) -> tuple[Array, list[int]]:
    """Scores of each shape, which depend on seed and number alone, and the row of its real image."""
    try:
        sampler = sampler_of(settings.sampler, real, settings.mixture, settings.seed)
    except ValueError as error:
        raise InputError("--sampler", "value", settings.sampler, str(error)) from error
    rows = [sampler.draw(np.random.default_rng([settings.seed, n])) for n in range(settings.num_samples)]
    drawn = np.array(rows, dtype=np.float64).reshape(-1, len(model.modes))
    sd = np.sqrt(model.variances)
    return drawn, [nearest_real(row, real, sd) for row in drawn]


def _begin(out: Path, pairs: Pairs, settings: AugmentSettings) -> str:
    """Forget what was made with other settings or data."""
    told = asdict(settings) | {"num_samples": 0}
    files = [file_sha256(path) for path in (*pairs.images, *pairs.files)]
    key = hashlib.sha256(json.dumps([told, files], sort_keys=True).encode()).hexdigest()
    record = out / RECORD
    before = ""
    if record.exists():
        try:
            before = str(read_json(record).get("key", ""))
        except InputError:
            before = ""
    if before != key:
        for folder, pattern in ((IMAGES, "*.nrrd"), (PARTICLES, "*.particles")):
            for old in (out / folder).glob(pattern):
                old.unlink()
    write_json(record, {"schema": 1, "key": key, "settings": asdict(settings), "specimens": list(pairs.ids)})
    return key


def _made_before(out: Path, number: int) -> bool:
    return _image_path(out, number).exists() and _particles_path(out, number).exists()


def _image_path(out: Path, number: int) -> Path:
    return out / IMAGES / f"Generated_sample_{number:04d}.nrrd"


def _particles_path(out: Path, number: int) -> Path:
    return out / PARTICLES / f"Generated_sample_{number:04d}.particles"


def _write_table(out: Path, pairs: Pairs, real: Array, drawn: Array, bases: Sequence[int]) -> None:
    """Real shapes, then generated ones: image, particles and scores; and whose image each was made from."""
    rows: list[list[object]] = [
        [str(image.absolute()), str(file.absolute()), *row]
        for image, file, row in zip(pairs.images, pairs.files, real.tolist(), strict=True)
    ]
    sources = [[name, name] for name in pairs.ids]
    for number, row in enumerate(drawn.tolist()):
        image, file = _image_path(out, number), _particles_path(out, number)
        if number == 0:
            read_particles(file)
        rows.append([str(image.absolute()), str(file.absolute()), *row])
        sources.append([image.name.split(".")[0], pairs.ids[bases[number]]])
    write_csv(out / TABLE, (), rows)
    write_csv(out / SOURCES, ("sample", "source"), sources)
