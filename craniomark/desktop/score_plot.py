"""Scores of real against generated shapes: a table, and one mode against another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.marked_chart import put_chart, put_marked_table
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.mrml import Curve, Node, Plot, Scene

Array = NDArray[np.float64]
TABLE, CHART = "scores", "score plot"
_SHOWN_MODES = 10


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of shapes, mm.

    Attributes
    ----------
    real, made : ndarray, shape (S, M) and (K, M)
        Of real and of generated shapes.
    names, sources : tuple of str
        Of all, real ones first; and whose image each was made from.
    """

    real: Array
    made: Array
    names: tuple[str, ...]
    sources: tuple[str, ...]


def read_scores(path: Path) -> Scores:
    """Read what the augmentation has kept.

    Raises
    ------
    InputError
        If it isn't there or can't be read.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            scores, real = np.atleast_2d(held["scores"]), int(held["real"])
            names, sources = held["names"].tolist(), held["sources"].tolist()
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(path, tr("scores"), tr("not readable"), tr("augment the data again")) from error
    return Scores(scores[:real], scores[real:], tuple(names), tuple(sources))


def show_scores(scene: Scene, scores: Scores) -> Node:
    """Put all scores into a table of the scene, a line each."""
    values = np.concatenate([scores.real, scores.made])
    kinds = [tr("real")] * len(scores.real) + [tr("generated")] * len(scores.made)
    columns: dict[str, Any] = {
        tr("shape"): list(scores.names),
        tr("kind"): kinds,
        tr("made from"): list(scores.sources),
    }
    columns |= {
        tr("mode {number}").format(number=n + 1): values[:, n]
        for n in range(min(values.shape[1], _SHOWN_MODES))
    }
    return put_marked_table(scene, TABLE, columns, tr("Scores"))


def plot_scores(scene: Scene, scores: Scores, across: int, up: int) -> Node:
    """Show one mode over another, both counted from 1, as points of two colours.

    Raises
    ------
    InputError
        If there is no such mode.
    """
    count = scores.real.shape[1]
    for mode in (across, up):
        if not 1 <= mode <= count:
            remedy = tr("give 1 to {count}").format(count=count)
            raise InputError(tr("Plot"), tr("mode"), mode, remedy)
    kinds = ((tr("generated"), scores.made), (tr("real"), scores.real))
    rows = max(len(values) for _, values in kinds)
    columns: dict[str, Array] = {}
    curves = []
    for name, values in kinds:
        if not len(values):
            continue
        filled = np.concatenate([values, np.repeat(values[-1:], rows - len(values), axis=0)])
        columns |= {f"{name} x": filled[:, across - 1], f"{name} y": filled[:, up - 1]}
        curves.append(Curve(name, f"{name} x", f"{name} y", marks=True))
    titles = [tr("mode {number}, mm").format(number=n) for n in (across, up)]
    plot = Plot(tr("Real and generated shapes"), titles[0], titles[1], tuple(curves))
    return put_chart(scene, CHART, columns, plot)
