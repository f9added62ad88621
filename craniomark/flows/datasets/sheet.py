"""Contact sheet: every specimen of a folder at a glance, or augmented samples of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.derived.augmented import Sample, drawn_sample, read_subject, recipe_named
from craniomark.flows.pipeline.projections import project
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes import Surface, read_surface
from craniomark.ground.specimens import Specimen, find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume

Told = Callable[[str, int, int], None]
_PAPER, _INK, _POINT = "#0d1117", "#eef2f6", "#ffd166"
_OUTLINE = "#4cc9f0"
_TILE, _HEIGHT, _TITLE, _DPI = 2.6, 1.75, 0.25, 90
_MOST_VERTICES = 15_000
MOST_SPECIMENS = 60
_SIDE, _TOP = (1, 2), (1, 0)  # image axes across and up: y and z seen from the left, y and x from above


@dataclass(frozen=True)
class Draws:
    """Which samples are drawn.

    Attributes
    ----------
    recipe : str
        Name of a recipe, or a JSON file of one.
    seed, count : int
        Of the draws, and samples of each specimen.
    """

    recipe: str
    seed: int = 0
    count: int = 4


@dataclass(frozen=True, eq=False)
class _Tile:
    title: str
    shown: Volume | Surface
    points: NDArray[np.float64]
    mask: Volume | None = None
    section: tuple[int, int] | None = None


def contact_sheet(
    folder: Path, path: Path, told: Told | None = None, draws: Draws | None = None
) -> list[str]:
    """Write a PNG with a side and a top view of every specimen, or sample, in the pose of its file.

    Of a sample with defective sections, the second view is one of these.

    Parameters
    ----------
    folder : Path
        What `find_specimens` reads; the first `MOST_SPECIMENS` specimens or samples are drawn.
    path : Path
        The PNG.
    told : callable, optional
        Hears of each specimen with how many are done, and how many there are.
    draws : Draws, optional
        Samples instead of the specimens themselves; meshes are filled with voxels for them.

    Returns
    -------
    list of str
        What could not be drawn, in sentences.

    Raises
    ------
    InputError
        If there are no specimens, no such recipe, or the PNG can't be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = find_specimens([folder])
    each = draws.count if draws else 1
    specimens = found[: max(1, MOST_SPECIMENS // each)]
    columns = min(4, len(specimens) * each)
    rows = -(-len(specimens) * each // columns)
    figure = Figure((2 * columns * _TILE, rows * (_HEIGHT + _TITLE)), dpi=_DPI, facecolor=_PAPER)
    canvas = FigureCanvasAgg(figure)
    grid = figure.subplots(rows, 2 * columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    pairs = [tuple(row[k : k + 2]) for row in grid for k in range(0, 2 * columns, 2)]
    sentences = []
    for number, specimen in enumerate(specimens):
        places = pairs[number * each : (number + 1) * each]
        try:
            for place, tile in zip(places, _tiles(specimen, draws), strict=True):
                _draw(place, tile)
        except InputError as error:
            if error.field == "recipe":
                raise
            sentences.append(str(error))
            title = f"{specimen.id}: not readable"
            places[0][0].set_title(title, color=_INK, fontsize=9, loc="left", parse_math=False)
        if told:
            told(specimen.id, number + 1, len(specimens))
    if len(found) > len(specimens):
        sentences.append(f"{folder}: the first {len(specimens)} of {len(found)} specimens are drawn.")
    figure.subplots_adjust(0.01, 0.01, 0.99, 1 - _TITLE / (rows * (_HEIGHT + _TITLE)), 0.03, 0.12)
    with written_whole(path) as part:
        canvas.print_png(str(part))
    return sentences


def _tiles(specimen: Specimen, draws: Draws | None) -> Iterator[_Tile]:
    if draws is not None:
        subject = read_subject(specimen)
        recipe = recipe_named(draws.recipe, float(subject.volume.spacing.min()))
        for number in range(draws.count):
            seed = [draws.seed, crc32(specimen.id.encode()), number]
            yield _sample_tile(specimen.id, number, drawn_sample(subject, recipe, seed))
        return
    points = read_truth(specimen).points if specimen.landmarks else np.empty((0, 3))
    told = f"{np.isfinite(points).all(axis=1).sum()} landmarks" if specimen.landmarks else "no landmarks"
    title = f"{specimen.id} · {told}"
    if specimen.kind == "surface":
        yield _Tile(title, read_surface(specimen.path), points)
        return
    mask = read_volume(specimen.mask, spacing=specimen.spacing) if specimen.mask else None
    yield _Tile(title, read_volume(specimen.path, spacing=specimen.spacing), points, mask)


def _sample_tile(name: str, number: int, made: Sample) -> _Tile:
    points = made.truth.points if made.truth else np.empty((0, 3))
    spoilt = [one for step in made.transform.steps for one in step.sections]
    left = f" · {np.isfinite(points).all(axis=1).sum()} of {len(points)} landmarks" if len(points) else ""
    return _Tile(f"{name} {number}{left}", made.image, points, made.mask, spoilt[0] if spoilt else None)


def _draw(pair: Sequence[Any], tile: _Tile) -> None:
    points = tile.points[np.isfinite(tile.points).all(axis=1)]
    if isinstance(tile.shown, Surface):
        _draw_surface(pair, tile.shown)
    else:
        _draw_volume(pair, tile.shown, points)
        if tile.mask is not None:
            _outline(pair, tile.mask)
    views = [_SIDE, _TOP]
    if tile.section is not None and isinstance(tile.shown, Volume):
        _draw_section(pair[1], tile.shown, tile.mask, *tile.section)
        views = [_SIDE]
    for axes, (across, up) in zip(pair, views, strict=False):
        if len(points):
            axes.scatter(points[:, across], points[:, up], s=5, c=_POINT, linewidths=0)
    for axes in pair:
        axes.set_aspect("equal")
    pair[0].set_title(tile.title, color=_INK, fontsize=9, loc="left", parse_math=False)


def _draw_volume(pair: Sequence[Any], volume: Volume, points: NDArray[np.float64]) -> None:
    views = project(volume, np.eye(4), points)
    low, high = views.low, views.high
    pictures = (views.along[0].T, views.along[2])  # rows are z, then x; columns y
    for axes, image, (across, up) in zip(pair, pictures, (_SIDE, _TOP), strict=True):
        extent = (low[across], high[across], low[up], high[up])
        axes.imshow(image, cmap="bone", extent=extent, origin="lower")


def _outline(pair: Sequence[Any], mask: Volume) -> None:
    """The edge of a mask's shadow in both views."""
    if not np.any(mask.array):
        return
    views = project(mask, np.eye(4), np.empty((0, 3)))
    pictures = (views.along[0].T, views.along[2])
    for axes, image, (across, up) in zip(pair, pictures, (_SIDE, _TOP), strict=True):
        counts = zip((across, up), image.shape[::-1], strict=True)
        lines = [np.linspace(views.low[axis], views.high[axis], n) for axis, n in counts]
        axes.contour(*lines, image, levels=[0.5], colors=_OUTLINE, linewidths=0.7)


def _draw_section(axes: Any, volume: Volume, mask: Volume | None, axis: int, number: int) -> None:
    """One section as it is, with the mask's edge, in mm from its corner."""
    axes.clear()
    axes.set_axis_off()
    across, up = (one for one in range(3) if one != axis)
    extent = (0.0, float(volume.extent[across]), 0.0, float(volume.extent[up]))
    section = np.take(volume.array, number, axis).astype(np.float32).T
    axes.imshow(section, cmap="bone", extent=extent, origin="lower")
    if mask is not None:
        edge = np.take(mask.array, number, axis).astype(np.float32).T > 0
        if edge.any() and not edge.all():
            axes.contour(edge, levels=[0.5], colors=_OUTLINE, linewidths=0.7, extent=extent)


def _draw_surface(pair: Sequence[Any], surface: Surface) -> None:
    vertices = surface.vertices
    shown = vertices[:: max(1, len(vertices) // _MOST_VERTICES)]
    for axes, (across, up) in zip(pair, (_SIDE, _TOP), strict=True):
        axes.scatter(shown[:, across], shown[:, up], s=0.2, c="#8b98a5", linewidths=0)
