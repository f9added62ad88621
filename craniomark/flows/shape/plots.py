"""Plots of shape models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, written_whole
from craniomark.tasks.shape.quality import Quality

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE = "#1f5f99", "#c8611a"
_SHOWN_MODES = 6


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure, white whatever the user's style."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        remedy = "install it with: pip install 'craniomark[cli]'"
        raise InputError("matplotlib", "package", "missing", remedy) from error
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def save(figure: "Figure", path: Path) -> None:
    """Write a figure whole or not at all."""
    with written_whole(path) as part:
        figure.savefig(part, dpi=120, format=path.suffix[1:])


def plot_quality(found: Quality, path: Path) -> None:
    """Compactness, generalisation and specificity over the number of modes."""
    figure = new_figure(10, 3.2)
    panels: tuple[tuple[str, NDArray[np.float64], str], ...] = (
        ("Compactness", found.compactness, "share of variance"),
        ("Generalisation", found.generalisation, "mm, left-out shapes"),
        ("Specificity", found.specificity, "mm, random shapes"),
    )
    for axes, (title, values, label) in zip(figure.subplots(1, 3), panels, strict=True):
        axes.plot(np.arange(1, len(values) + 1), values, color=_BLUE, marker=".")
        axes.set(title=title, xlabel="modes", ylabel=label)
        axes.set_ylim(0, 1.02 if title == "Compactness" else None)
        axes.grid(alpha=0.3)
    save(figure, path)


def plot_scores(real: NDArray[np.float64], made: NDArray[np.float64], path: Path) -> None:
    """Scores of real and of generated shapes against one another, mode by mode, mm."""
    count = min(real.shape[1], _SHOWN_MODES)
    figure = new_figure(1.9 * count + 1, 1.9 * count)
    grid: Any = np.asarray(figure.subplots(count, count, squeeze=False))
    for row in range(count):
        for column in range(count):
            axes = grid[row, column]
            if row == column:
                both = np.concatenate([real[:, row], made[:, row]])
                edges = np.linspace(both.min(), both.max() + 1e-9, 24)
                axes.hist(made[:, row], edges, density=True, color=_ORANGE, alpha=0.6, label="generated")
                axes.hist(real[:, row], edges, density=True, color=_BLUE, alpha=0.6, label="real")
            else:
                axes.plot(made[:, column], made[:, row], ".", color=_ORANGE, ms=2, alpha=0.5)
                axes.plot(real[:, column], real[:, row], ".", color=_BLUE, ms=4)
            axes.tick_params(labelsize=6)
            if row == count - 1:
                axes.set_xlabel(f"mode {column + 1}", fontsize=8)
            if column == 0:
                axes.set_ylabel(f"mode {row + 1}", fontsize=8)
    grid[0, 0].legend(fontsize=6)
    save(figure, path)


def plot_training(rows: Sequence[Mapping[str, Any]], title: str, path: Path) -> None:
    """Errors over the epochs of a stage, of rows with ``Epoch``, ``Train_Err`` and ``Val_Err``."""
    figure = new_figure(6, 4)
    axes = figure.subplots()
    epochs = [row["Epoch"] for row in rows]
    for name, label, colour in (("Train_Err", "training", _BLUE), ("Val_Err", "validation", _ORANGE)):
        axes.plot(epochs, [row[name] for row in rows], color=colour, marker=".", label=label)
    axes.set(title=title, xlabel="epoch", ylabel="root mean squared error")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    save(figure, path)
