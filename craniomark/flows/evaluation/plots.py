"""Pictures of an evaluation: how large errors are, where, and whether stated errors hold."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.metrics import THRESHOLDS_MM, Metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

_BLUE, _ORANGE, _GREY, _INK = "#2f6690", "#d1603d", "#9aa5ab", "#22313a"
_MOST_BINS, _FEWEST_IN_BIN = 8, 20
_BOXES_FROM = 5
_MOST_DRAWN = 150
_NORMAL_95 = 1.96


def draw_errors(metrics: Metrics) -> "Figure":
    """Cumulative curve of all errors, mm, with the shares within each threshold."""
    errors: Array = np.sort(np.array([row.error_mm for row in metrics.errors if not row.note]))
    figure, axes = _page(6.4, 4.2)
    reach = max(1.15 * float(np.percentile(errors, 99)), 1.1 * min(THRESHOLDS_MM))
    for limit, within in metrics.sdr.items():
        if limit <= reach:
            axes.plot([limit, limit, 0], [0, 100 * within, 100 * within], color=_GREY, lw=0.7, ls=":")
            axes.annotate(f"{100 * within:.0f} % within {limit} mm", (limit, 100 * within), (6, -10),
                          textcoords="offset points", fontsize=8, color=_INK)  # fmt: skip
    share = 100 * np.arange(1, len(errors) + 1) / len(errors)
    axes.step([0.0, *errors, max(reach, errors[-1])], [0.0, *share, 100.0], where="post", color=_BLUE, lw=1.8)
    axes.set(xlim=(0, reach), ylim=(0, 102), xlabel="error, mm", ylabel="points with at most this error, %")
    figures = f"mean {metrics.mean_mm:.3f}, median {metrics.median_mm:.3f}, p95 {metrics.p95_mm:.3f}"
    beyond = int(np.sum(errors > reach))
    note = f"; {beyond} beyond the right edge" if beyond else ""
    _title(axes, "Landmark errors", f"{_counts(metrics)}\n{figures}, max {metrics.max_mm:.3f} mm{note}")
    return figure


def draw_landmarks(metrics: Metrics) -> "Figure":
    """Errors of each landmark, mm, the largest median on top."""
    by_label: dict[str, list[float]] = {label: [] for label in metrics.per_landmark}
    for row in metrics.errors:
        if not row.note:
            by_label[row.label].append(row.error_mm)
    order = sorted(by_label, key=lambda label: float(np.median(by_label[label])))[-_MOST_DRAWN:]
    figure, axes = _page(6.4, 1.5 + 0.17 * len(order))
    places = np.arange(len(order))
    boxed = [i for i in places if len(by_label[order[i]]) >= _BOXES_FROM]
    for place in boxed:
        low, middle, high = np.percentile(by_label[order[place]], [25, 50, 75])
        axes.barh(place, high - low, left=low, height=0.62, color="#dbe7ef", edgecolor=_BLUE, lw=0.8)
        axes.vlines(middle, place - 0.31, place + 0.31, color=_BLUE, lw=1.8)
    for place, label in zip(places, order, strict=True):
        errors = by_label[label]
        axes.scatter(errors, np.full(len(errors), place), s=5 if place in boxed else 16, color=_INK,
                     alpha=0.45, linewidths=0, zorder=3)  # fmt: skip
    axes.axvline(metrics.mean_mm, color=_ORANGE, lw=1, ls="--", zorder=1)
    axes.set_yticks(places, order, fontsize=7)
    axes.set(ylim=(-0.8, len(order) - 0.2), xlabel="error, mm", ylabel="landmark")
    axes.set_xlim(left=0)
    what = "box: quartiles and median; " if boxed else ""
    few = f"; the {len(order)} worst are shown" if len(order) < len(by_label) else ""
    below = f"{_counts(metrics)}{few}\n{what}dots: specimens; dashed: mean of all"
    _title(axes, "Errors by landmark", below)
    return figure


def draw_calibration(metrics: Metrics) -> "Figure | None":
    """Stated against real errors; None where no error was stated."""
    stated, errors = _stated(metrics)
    if not len(stated):
        return None
    figure, left = _page(9.6, 4.4, columns=2)
    right = figure.axes[1]
    edge = 1.05 * max(float(np.percentile(errors, 99.5)), float(stated.max()))
    left.plot([0, edge], [0, edge], color=_GREY, lw=1, ls="--")
    left.scatter(stated, errors, s=6, color=_GREY, alpha=0.5, linewidths=0, label="points")
    bins = _bins(stated)
    middle = [float(stated[b].mean()) for b in bins]
    real = [float(np.percentile(errors[b], 90)) for b in bins]
    left.plot(middle, real, "o-", color=_BLUE, lw=1.5, ms=5, label="90th percentile of the real error")
    left.set(xlim=(0, edge), ylim=(0, edge), xlabel="stated error90, mm", ylabel="real error, mm")
    left.legend(fontsize=8, frameon=False, loc="upper left")
    beyond = int(np.sum(errors > edge))
    note = f"; {beyond} points beyond the upper edge" if beyond else ""
    _title(left, "Stated and real errors", f"{_counts(metrics)}\non the dashed line the two agree{note}")
    _draw_coverage(right, middle, [errors[b] <= stated[b] for b in bins])
    told = f"all together {100 * metrics.coverage_90:.1f} %; should be 90 %"
    told += "\nbars: 95 % interval (points taken as independent)"
    _title(right, "Points within their stated error", told)
    return figure


PLOTS: dict[str, Callable[[Metrics], "Figure | None"]] = {
    "errors.png": draw_errors,
    "landmarks.png": draw_landmarks,
    "calibration.png": draw_calibration,
}


def _page(width: float, height: float, columns: int = 1) -> tuple["Figure", "Axes"]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    for axes in np.ravel(figure.subplots(1, columns)):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=_INK)
        axes.xaxis.label.set_size(9)
        axes.yaxis.label.set_size(9)
        axes.grid(axis="x" if height > 5 else "both", color="#e8ecee", lw=0.6)
        axes.set_axisbelow(True)
    return figure, figure.axes[0]


def _title(axes: "Axes", title: str, below: str) -> None:
    axes.set_title(below, loc="left", fontsize=8, color="#5c6b73")
    lines = below.count("\n") + 1
    axes.annotate(title, (0, 1), (0, 8 + 11 * lines), xycoords="axes fraction", textcoords="offset points",
                  fontsize=11, fontweight="bold", color=_INK)  # fmt: skip


def _counts(metrics: Metrics) -> str:
    specimens = "one specimen" if metrics.n_specimens == 1 else f"{metrics.n_specimens} specimens"
    landmarks = "one landmark" if metrics.n_landmarks == 1 else f"{metrics.n_landmarks} landmarks"
    return f"{specimens}, {landmarks}, {metrics.n_points} points"


def _stated(metrics: Metrics) -> tuple[Array, Array]:
    rows = [row for row in metrics.errors if not row.note and np.isfinite(row.error90_mm)]
    return np.array([row.error90_mm for row in rows]), np.array([row.error_mm for row in rows])


def _bins(stated: Array) -> list[NDArray[np.intp]]:
    """Indices of points in bins of about equal number, by stated error."""
    count = int(np.clip(len(stated) // _FEWEST_IN_BIN, 1, _MOST_BINS))
    return [b for b in np.array_split(np.argsort(stated, kind="stable"), count) if len(b)]


def _draw_coverage(axes: "Axes", middle: list[float], within: list[NDArray[np.bool_]]) -> None:
    share = np.array([float(w.mean()) for w in within])
    low, high = np.transpose([_wilson(float(w.mean()), len(w)) for w in within])
    bars = np.clip([share - low, high - share], 0, None) * 100
    axes.axhline(90, color=_GREY, lw=1, ls="--")
    axes.errorbar(middle, 100 * share, yerr=bars, fmt="o", color=_BLUE, ms=5, lw=1.2, capsize=2)
    axes.set(xlim=(0, 1.1 * max(middle)), ylim=(min(50.0, 100 * float(low.min()) - 5), 101))
    axes.set(xlabel="stated error90, mm", ylabel="points within it, %")


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Score interval of a fraction (Wilson 1927)."""
    z2 = _NORMAL_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _NORMAL_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return float(middle - half), float(middle + half)
