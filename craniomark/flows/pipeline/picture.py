"""The picture of one specimen: three views, labelled landmarks coloured by estimated error."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.pipeline.label_layout import place_labels
from craniomark.flows.pipeline.projections import Projections, project
from craniomark.ground.checks import written_whole
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume

_PAPER, _INK, _FAINT = "#0d1117", "#eef2f6", "#8b98a5"
_COLOURS = ("#4cc9f0", "#b8f2c9", "#ffd166", "#ff8c42", "#ff3d5a")
_UNKNOWN = "#c9d1d9"
_WIDTH, _DPI, _EDGE, _HEAD, _GAP = 12.0, 110, 0.35, 0.95, 0.4
_NAMED = 14


@dataclass(frozen=True)
class Caption:
    """Words of the picture: a title line and a line under it."""

    title: str
    line: str


@dataclass(frozen=True)
class _View:
    """One axis of projection: image axes across and up, whether each is drawn backwards."""

    name: str
    axis: int
    across: int
    up: int
    backwards_up: bool
    ends: tuple[str, str, str, str]


_LATERAL = _View("Left lateral", 0, 1, 2, False, ("anterior", "posterior", "dorsal", "ventral"))
_DORSAL = _View("Dorsal", 2, 1, 0, True, ("anterior", "posterior", "right", "left"))
_FRONTAL = _View("Frontal", 1, 0, 2, False, ("right", "left", "dorsal", "ventral"))


def draw_picture(
    volume: Volume,
    landmarks: LandmarkSet,
    specimen_to_template: NDArray[np.float64],
    caption: Caption,
    path: Path,
) -> None:
    """Write a PNG of the specimen in the template frame with its landmarks.

    Parameters
    ----------
    volume, landmarks : Volume, LandmarkSet
        In the specimen's own LPS mm; annotations give error and flag.
    specimen_to_template : ndarray, shape (4, 4)
        Specimen LPS mm to template LPS mm; x is left, y posterior, z superior there.
    caption : Caption
        Title and the line under it.
    path : Path
        The PNG, written whole or not at all.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    moved = landmarks.moved(specimen_to_template)
    views = project(volume, specimen_to_template, moved.points)
    side = views.high - views.low
    scale = (_WIDTH - 2 * _EDGE - _GAP) / float(side[1] + side[0])
    height = 2 * _EDGE + _HEAD + _GAP + scale * float(side[2] + side[0])
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=_PAPER)
    canvas = FigureCanvasAgg(figure)
    errors = np.array([landmarks.annotation(label).error90_mm for label in landmarks.labels])
    colours = _Colours(errors)
    column, row = _EDGE + scale * side[1] + _GAP, _EDGE + scale * side[0] + _GAP
    places = ((_LATERAL, _EDGE, row), (_DORSAL, _EDGE, _EDGE), (_FRONTAL, column, row))
    for view, left, bottom in places:
        width, tall = scale * side[view.across], scale * side[view.up]
        axes = figure.add_axes((left / _WIDTH, bottom / height, width / _WIDTH, tall / height))
        _draw_view(axes, view, views, moved, colours)
    _draw_caption(figure, caption, height)
    _draw_panel(figure, landmarks, errors, colours, (column, _EDGE, scale * side[0], scale * side[0], height))
    with written_whole(path) as part, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        canvas.print_png(str(part), pil_kwargs={"compress_level": 4})


class _Colours:
    """Colour of an error: blue is small, red large; grey where it is unknown."""

    def __init__(self, errors: NDArray[np.float64]) -> None:
        from matplotlib.colors import LinearSegmentedColormap, Normalize

        known = errors[np.isfinite(errors)]
        top = float(np.percentile(known, 97)) if len(known) else 1.0
        low = float(known.min()) if len(known) else 0.0
        self.map = LinearSegmentedColormap.from_list("error", _COLOURS)
        self.norm = Normalize(low, max(top, low + 1e-3), clip=True)
        self.known = bool(len(known))

    def of(self, error: float) -> Any:
        return self.map(self.norm(error)) if np.isfinite(error) else _UNKNOWN


def _draw_view(axes: Any, view: _View, views: Projections, landmarks: LandmarkSet, colours: _Colours) -> None:
    across, up = view.across, view.up
    image = views.along[view.axis]
    image = image.T if across < up else image
    extent = (views.low[across], views.high[across], views.low[up], views.high[up])
    axes.imshow(image, cmap="bone", extent=extent, origin="lower", interpolation="bilinear", vmax=1.25)
    if view.backwards_up:
        axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#26303b")
    axes.set_autoscale_on(False)
    words = {"transform": axes.transAxes, "color": _FAINT, "fontsize": 8}
    axes.text(0.012, 0.985, view.name, **words | {"color": _INK, "fontsize": 11}, va="top", weight="bold")
    left, right, top, bottom = view.ends
    axes.text(0.008, 0.5, left, **words, va="center", rotation=90)
    axes.text(0.992, 0.5, right, **words, va="center", ha="right", rotation=270)
    axes.text(0.5, 0.99, top, **words, va="top", ha="center")
    axes.text(0.5, 0.01, bottom, **words, va="bottom", ha="center")
    _draw_scale_bar(axes, views.high[across] - views.low[across], float((views.high - views.low).max()))
    _draw_points(axes, view, landmarks, colours)


def _draw_scale_bar(axes: Any, width: float, longest: float) -> None:
    length = next(n for n in (100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0) if n <= longest / 4)
    axes.plot([0.02, 0.02 + length / width], [0.03, 0.03], color=_INK, lw=2, transform=axes.transAxes)
    axes.text(0.02, 0.042, f"{length:g} mm", color=_INK, fontsize=8, transform=axes.transAxes)


def _draw_points(axes: Any, view: _View, landmarks: LandmarkSet, colours: _Colours) -> None:
    from matplotlib.patheffects import withStroke

    kept = np.flatnonzero(landmarks.present)
    if not len(kept):
        return
    points = landmarks.points[kept][:, [view.across, view.up]]
    labels = [landmarks.labels[i] for i in kept]
    notes = [landmarks.annotation(label) for label in labels]
    doubtful = np.array([note.flag == "review" for note in notes])
    fill = [colours.of(note.error90_mm) for note in notes]
    axes.scatter(
        *points.T, s=np.where(doubtful, 62, 24), c=fill, edgecolors="#0d1117", linewidths=0.8, zorder=4
    )
    # The far side would stand on top of the near one in a lateral view: its sure points stay unnamed.
    depth = landmarks.points[kept][:, view.axis]
    near = doubtful | (depth >= np.median(depth) - 1e-9) if view is _LATERAL else np.ones(len(kept), bool)
    order = sorted(np.flatnonzero(near).tolist(), key=lambda i: (not doubtful[i], labels[i]))
    fonts = np.where(doubtful, 10.5, 6.8)
    sizes = np.stack([fonts * 0.66 * [len(label) for label in labels], fonts * 1.15], axis=1) * _DPI / 72
    pixels = axes.transData.transform(points)
    corner = axes.transAxes.transform([(0, 0), (1, 1)])
    places = place_labels(pixels - corner[0], sizes, order, tuple(corner[1] - corner[0])) + corner[0]
    back = axes.transData.inverted()
    stroke = [withStroke(linewidth=2.2, foreground=_PAPER)]
    for i in order:
        x, y = back.transform(places[i])
        style = "bold" if doubtful[i] else "normal"
        distance = np.hypot(*(places[i] - pixels[i]))
        if distance > 1.6 * sizes[i, 1] + sizes[i, 0] / 2 or doubtful[i]:
            axes.plot([points[i, 0], x], [points[i, 1], y], color=fill[i], lw=0.7, alpha=0.8, zorder=3)
        axes.text(
            x, y, labels[i], color=fill[i] if doubtful[i] else _INK, fontsize=fonts[i], weight=style,
            ha="center", va="center", zorder=5, path_effects=stroke, parse_math=False, clip_on=True,
        )  # fmt: skip


def _draw_caption(figure: Any, caption: Caption, height: float) -> None:
    left, top = _EDGE / _WIDTH, 1 - 0.3 / height
    figure.text(
        left, top, _cut(caption.title, 70), color=_INK, fontsize=19, weight="bold", va="top", parse_math=False
    )
    figure.text(left, 1 - 0.83 / height, _cut(caption.line, 150), color="#b6c2cf", fontsize=11.5, va="top",
                parse_math=False)  # fmt: skip


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _draw_panel(
    figure: Any,
    landmarks: LandmarkSet,
    errors: NDArray[np.float64],
    colours: _Colours,
    box: tuple[float, float, float, float, float],
) -> None:
    left, bottom, width, tall, height = box
    axes = figure.add_axes((left / _WIDTH, bottom / height, width / _WIDTH, tall / height))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    y = 0.97
    if colours.known:
        axes.text(0, y, "Estimated error, mm", color=_INK, fontsize=12, weight="bold", va="top")
        axes.text(0, y - 0.07, "nine of ten such points lie closer than this", color=_FAINT, fontsize=9.5,
                  va="top")  # fmt: skip
        bar = axes.inset_axes((0, y - 0.19, 0.92, 0.045))
        bar.imshow(np.linspace(0, 1, 256)[None], cmap=colours.map, aspect="auto",
                   extent=(colours.norm.vmin, colours.norm.vmax, 0, 1))  # fmt: skip
        bar.set_yticks([])
        bar.tick_params(colors=_INK, labelsize=9)
        bar.spines[:].set_visible(False)
        y -= 0.34
    named = list(zip(landmarks.labels, errors, strict=True))
    doubtful = [(label, e) for label, e in named if landmarks.annotation(label).flag == "review"]
    doubtful.sort(key=lambda pair: -np.nan_to_num(pair[1], nan=np.inf))
    y = _draw_list(axes, y, f"To review: {len(doubtful)}", [_told(*pair) for pair in doubtful])
    missing = [label for label, here in zip(landmarks.labels, landmarks.present, strict=True) if not here]
    _draw_list(axes, y, f"Missing: {len(missing)}", missing)


def _told(label: str, error: float) -> str:
    return f"{label} ({error:.2f})" if np.isfinite(error) else label


def _draw_list(axes: Any, y: float, head: str, words: Sequence[str]) -> float:
    axes.text(0, y, head, color=_INK, fontsize=12, weight="bold", va="top")
    shown = list(words[:_NAMED]) + ([f"and {len(words) - _NAMED} more"] if len(words) > _NAMED else [])
    lines = _wrapped(shown, 46)
    for number, line in enumerate(lines):
        axes.text(0, y - 0.075 - 0.06 * number, line, color="#b6c2cf", fontsize=10.5, va="top",
                  parse_math=False)  # fmt: skip
    return y - 0.075 - 0.06 * len(lines) - 0.05


def _wrapped(words: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) + 2 <= width:
            lines[-1] += ", " + word
        else:
            lines.append(_cut(word, width))
    return lines
