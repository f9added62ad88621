"""Predicted shapes against true surfaces: distances, heat maps, a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.correspond import WallChoice
from craniomark.flows.shape.heat import draw_heat
from craniomark.flows.shape.model import local_to_world
from craniomark.flows.shape.particle_files import SUFFIX, read_particles, read_table
from craniomark.flows.shape.predictions import BOUND
from craniomark.flows.shape.report import write_report
from craniomark.flows.shape.surface_errors import SurfaceErrors, surface_errors
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.shape.truth import true_surface
from craniomark.flows.shape.warp import warped_surface
from craniomark.flows.shape.workers import Told, check_stop
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface, write_surface
from craniomark.ground.specimens import specimen_id

Array = NDArray[np.float64]
ERROR, SIGNED, DOUBT = "error_mm", "signed_error_mm", "bound90_mm"
"""Scalars of the meshes."""
_MESHES = (".ply", ".vtk", ".vtp", ".stl", ".obj")


@dataclass(frozen=True, eq=False)
class Analysed:
    """One specimen.

    Attributes
    ----------
    name : str
        Of the specimen.
    figures : dict of str to float
        As of `SurfaceErrors`.
    mesh, picture : Path
        Predicted surface with its scalars, and its heat map.
    """

    name: str
    figures: dict[str, float]
    mesh: Path
    picture: Path


def analyze(
    truth: Sequence[Path], predictions: Path, mean_prefix: Path, out: Path, walls: WallChoice = "outer",
    shape_model: Path | None = None, told: Told = lambda *_: None, stop_file: Path | None = None,
) -> list[Analysed]:  # fmt: skip
    """Compare predictions with true surfaces.

    Parameters
    ----------
    truth : sequence of Path
        Meshes, masks or distance transforms, or folders of them, in the frame of the predictions.
    predictions : Path
        Folder of ``NAME.particles``; or that of ``deepssm test``, which holds it.
    mean_prefix : Path
        ``PREFIX.particles`` and a mesh ``PREFIX.ply`` (or .vtk, .vtp, .stl, .obj): the surface to be warped.
    out : Path
        Gets ``test_distances.csv``, ``meshes/NAME.ply``, ``true/NAME.ply``, ``pictures``, ``report.html``.
    walls : {"outer", "both"}
        Walls of the true skulls that count.
    shape_model : Path, optional
        Folder of ``shape model``: true meshes are brought into its frame as it tells.
    told : callable
        Hears the step and the fraction done.
    stop_file : Path, optional
        Stops between specimens.

    Returns
    -------
    list of Analysed
        Best first.

    Raises
    ------
    InputError
        If files are missing, or predictions and mean are of different length.
    """
    mean_points, mean_mesh = _mean(mean_prefix)
    found, true = _predictions(predictions), _truths(truth)
    names = [name for name in found if name in true]
    if not names:
        remedy = "name both alike, as X.particles and X.ply"
        raise InputError(predictions, "predictions with a true surface", "none", remedy)
    poses = local_to_world(shape_model) if shape_model else {}
    rows: list[Analysed] = []
    for number, name in enumerate(names):
        check_stop(stop_file)
        told("analyze", number / len(names))
        points = read_particles(found[name])
        if len(points) != len(mean_points):
            value = f"{len(points)}, while {mean_prefix.name}.particles has {len(mean_points)}"
            remedy = "give the mean of the shape model that the predictions are of"
            raise InputError(found[name], "number of particles", value, remedy)
        surface = true_surface(true[name], walls)
        if shape_model is not None:
            surface = surface.moved(_pose(poses, name, shape_model))
        predicted = warped_surface(mean_mesh, mean_points, points)
        rows.append(_analysed(name, predicted, surface, points, found[name], out))
    rows.sort(key=lambda row: row.figures["symmetric_mean"])
    columns = list(rows[0].figures)
    table = [[row.name, _short(row.figures["symmetric_mean"]), *(_short(row.figures[c]) for c in columns)]
             for row in rows]  # fmt: skip
    write_csv(out / "test_distances.csv", ["Name", "Distance", *columns], table)
    write_report(rows, out)
    told("analyze", 1.0)
    return rows


def _analysed(name: str, predicted: Surface, true: Surface, points: Array, file: Path, out: Path) -> Analysed:
    errors = surface_errors(predicted, true)
    scalars = {ERROR: np.abs(errors.to_true), SIGNED: errors.to_true}
    bound = file.with_suffix(BOUND)
    if bound.exists():
        scalars[DOUBT] = spread_to_vertices(read_table(bound).ravel(), points, predicted.vertices)
    mesh = out / "meshes" / f"{name}.ply"
    shown = Surface(predicted.vertices, predicted.faces, scalars, predicted.left_right_known)
    write_surface(shown, mesh)
    beside = Surface(true.vertices, true.faces, {ERROR: errors.to_predicted}, true.left_right_known)
    write_surface(beside, out / "true" / f"{name}.ply")
    picture = out / "pictures" / f"{name}.png"
    draw_heat(shown, _scale(errors), name, picture)
    return Analysed(name, errors.figures, mesh, picture)


def spread_to_vertices(values: Array, points: Array, vertices: Array) -> Array:
    """Values of particles at the vertices around them: means of the nearest, weighted by closeness."""
    from scipy.spatial import cKDTree

    distance, rows = cKDTree(points).query(vertices, k=min(6, len(points)))
    weights = 1 / np.maximum(distance, 1e-6)
    return np.asarray((values[rows] * weights).sum(axis=1) / weights.sum(axis=1))


def _scale(errors: SurfaceErrors) -> float:
    return max(errors.figures["predicted_to_true_p95"], 1e-6)


def _mean(prefix: Path) -> tuple[Array, Surface]:
    points = read_particles(prefix.with_name(prefix.name + SUFFIX))
    for suffix in _MESHES:
        path = prefix.with_name(prefix.name + suffix)
        if path.exists():
            return points, read_surface(path)
    remedy = f"put the mean mesh beside {prefix.name}{SUFFIX}, as {prefix.name}.ply"
    raise InputError(prefix, "mean mesh", "missing", remedy)


def _predictions(folder: Path) -> dict[str, Path]:
    inner = folder / "world_predictions"
    chosen = inner if inner.is_dir() else folder
    found = {one.stem: one for one in sorted(chosen.glob(f"*{SUFFIX}"))}
    if not found:
        raise InputError(folder, "predictions", "none", "give the folder that `deepssm test` wrote")
    return found


def _truths(paths: Sequence[Path]) -> dict[str, Path]:
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(path, "truth", "not there", "check its name and folder")
        files += sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    return {specimen_id(one): one for one in files}


def _pose(poses: dict[str, Array], name: str, folder: Path) -> Array:
    if name not in poses:
        raise InputError(folder, "specimen", f"{name}, which the model has not", "leave --shape-model out")
    return poses[name]


def _short(value: float) -> str:
    return f"{value:.5g}"
