"""A shape model of particle sets that somebody else made, such as ShapeWorks'."""

from collections.abc import Sequence
from pathlib import Path

from craniomark.flows.shape.model import FEWEST_SHAPES, write_model
from craniomark.flows.shape.particle_files import SUFFIX, is_world, particle_files, read_sets, write_particles
from craniomark.flows.shape.workers import Told
from craniomark.tasks.shape.align import aligned
from craniomark.tasks.shape.pca import ParticleModel


def given_particles(inputs: Sequence[Path]) -> bool:
    """Whether the inputs are particle files, or folders that hold such and no other."""
    return all(
        path.suffix == SUFFIX or (path.is_dir() and any(path.glob(f"*{SUFFIX}")) and not _meshes(path))
        for path in inputs
    )


def model_of_particles(
    inputs: Sequence[Path], out: Path, told: Told = lambda *_: None, seed: int = 0
) -> ParticleModel:
    """Write the model of given particle sets.

    Sets that are called world lie in one frame already; others are aligned to the first.

    Raises
    ------
    InputError
        If there are too few, or their lengths differ.
    """
    files = particle_files(inputs)
    sets = read_sets(files, FEWEST_SHAPES)
    world = sets if all(is_world(path) for path in files.values()) else aligned(list(sets), sets[0])[0]
    for name, one, given in zip(files, world, sets, strict=True):
        write_particles(out / "world_particles" / f"{name}{SUFFIX}", one)
        write_particles(out / "local_particles" / f"{name}{SUFFIX}", given)
    return write_model(out, list(files), world, told, seed)


def _meshes(folder: Path) -> bool:
    return any(one.suffix.lower() in (".ply", ".stl", ".obj", ".vtk", ".vtp") for one in folder.iterdir())
