"""A shape model in ShapeWorks' folder PCA_Particle_Info."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.particle_files import read_particles, read_table, write_particles, write_table
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.pca import ParticleModel

FOLDER = "PCA_Particle_Info"
SCORES = "original_PCA_scores.particles"
_REMEDY = "run `craniomark deepssm augment` again"


def write_pca(folder: Path, model: ParticleModel, scores: NDArray[np.float64]) -> None:
    """Write mean, modes, eigenvalues and scores of the real shapes; modes that were there before go."""
    for number, mode in enumerate(model.modes):
        write_particles(folder / f"pcamode{number}.particles", mode)
    for old in folder.glob("pcamode*.particles"):
        if not old.stem.removeprefix("pcamode").isdigit() or int(old.stem[7:]) >= len(model.modes):
            old.unlink(missing_ok=True)
    write_particles(folder / "mean.particles", model.mean)
    write_table(folder / "eigenvalues.txt", model.variances[:, None])
    write_table(folder / SCORES, scores)


def read_pca(folder: Path) -> tuple[ParticleModel, NDArray[np.float64]]:
    """The model and the scores of the real shapes, (S, M), mm.

    Raises
    ------
    InputError
        If a file is missing, or they don't fit one another.
    """
    mean = read_particles(folder / "mean.particles")
    variances = read_table(folder / "eigenvalues.txt").ravel()
    scores = read_scores(folder)
    count = min(len(variances), scores.shape[1])
    modes = []
    for number in range(count):
        path = folder / f"pcamode{number}.particles"
        mode = read_particles(path)
        if len(mode) != len(mean):
            value = f"{len(mode)}, while mean.particles has {len(mean)}"
            raise InputError(path, "number of particles", value, _REMEDY)
        modes.append(mode)
    kept = variances[:count]
    if (kept <= 0).any():
        value = f"zero for mode {int(np.flatnonzero(kept <= 0)[0])}"
        raise InputError(folder / "eigenvalues.txt", "variance", value, "take fewer modes: " + _REMEDY)
    return ParticleModel(mean, np.stack(modes), kept, float(variances.sum())), scores[:, :count]


def read_scores(folder: Path) -> NDArray[np.float64]:
    """Scores of the real shapes, from the text file or from the array that older versions wrote."""
    older = folder / "original_PCA_scores.npy"
    if (folder / SCORES).exists() or not older.exists():
        return read_table(folder / SCORES)
    try:
        found = np.load(older, allow_pickle=False)
    except (ValueError, OSError) as error:
        raise InputError(older, "content", "no plain array", _REMEDY) from error
    return np.atleast_2d(np.asarray(found, dtype=np.float64))
