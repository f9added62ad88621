"""Results for other programs: analysed meshes with their scalars, predicted particles as landmarks."""

from pathlib import Path

from craniomark.flows.shape.particle_files import SUFFIX, read_particles
from craniomark.flows.shape.workers import Told
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.meshes import read_surface, write_surface


def export_results(
    analysis: Path, predictions: Path, out: Path, mesh_format: str, landmarks: bool,
    told: Told = lambda *_: None,
) -> dict[str, int]:  # fmt: skip
    """Write what an analysis has found so that other programs read it.

    Parameters
    ----------
    analysis : Path
        What `analyze` wrote: its ``meshes``.
    predictions : Path
        What the test wrote: its ``world_predictions``.
    out : Path
        Gets ``NAME.vtp`` (or .ply, .vtk) with the scalars, and ``NAME.mrk.json`` with the particles as
        landmarks ``p0001`` and so on, LPS mm, in the frame of the shape model.
    mesh_format : str
        Ending of the meshes; empty writes none.
    landmarks : bool
        Whether particles are written.
    told : callable
        Hears the step and the fraction done; may raise to stop.

    Returns
    -------
    dict
        Numbers of ``meshes`` and ``landmarks`` that were written.

    Raises
    ------
    InputError
        If there is nothing of what was asked for.
    """
    meshes = sorted((analysis / "meshes").glob("*.ply")) if mesh_format else []
    inner = predictions / "world_predictions"
    sets = sorted((inner if inner.is_dir() else predictions).glob(f"*{SUFFIX}")) if landmarks else []
    if mesh_format and not meshes:
        raise InputError(analysis, "analysed meshes", "none", "analyse the predictions first")
    if landmarks and not sets:
        raise InputError(predictions, "predicted particles", "none", "test the model first")
    of = len(meshes) + len(sets)
    for number, path in enumerate(meshes):
        told("write", number / of)
        write_surface(read_surface(path), out / f"{path.stem}.{mesh_format}")
    for number, path in enumerate(sets, len(meshes)):
        told("write", number / of)
        points = read_particles(path)
        labels = tuple(f"p{row + 1:04d}" for row in range(len(points)))
        write_landmarks(LandmarkSet(labels, points), out / f"{path.stem}.mrk.json")
    told("write", 1.0)
    return {"meshes": len(meshes), "landmarks": len(sets)}
