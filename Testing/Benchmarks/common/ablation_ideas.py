"""The ideas of the original work that are tried one at a time, and what each changes in the quick recipe."""

from dataclasses import dataclass

BASE = "base"
CONFUSED = ("1", "2", "29", "51", "52", "53")
"""Landmarks that the original work calls confused, which it weighted tenfold."""
SIX_TIMES_TEN = tuple(f"objective.outer.{label}=10" for label in CONFUSED)
SIX_TIMES_TEN_WITHIN = tuple(f"objective.inner.{label}=10" for label in CONFUSED)


@dataclass(frozen=True)
class Idea:
    """One idea.

    Attributes
    ----------
    name : str
        In the table.
    about : str
        What it changes, for the table.
    words : tuple of str
        Settings that it adds to the quick recipe of the task landmark.
    answer : str
        How its networks are trained and asked: a name in ``ablation_answers.ANSWERS``.
    against : str
        Name of the idea that it is compared with.
    less : bool
        Whether it takes something away, which is the default then unless it is worse.
    """

    name: str
    about: str
    words: tuple[str, ...] = ()
    answer: str = "network"
    against: str = BASE
    less: bool = False


IDEAS = (
    Idea(BASE, "level 1 by the quick recipe: both heads, softmax, prior 1.5 mm, growing poses"),
    Idea("weights 6 x 10", "the six confused landmarks count tenfold", SIX_TIMES_TEN),
    Idea("weights 6 x 10 within", "their residuals are multiplied by ten", SIX_TIMES_TEN_WITHIN),
    Idea("weights by scatter", "landmarks count less the more they scatter about the mean", (), "by_scatter"),
    Idea("specimen weights", "specimens count less the farther they are from the mean", (), "by_distance"),
    Idea("sigmoid", "sigmoid heatmaps", ("model.activation=sigmoid",)),
    Idea("relu", "rectified heatmaps", ("model.activation=relu",)),
    Idea("linear", "linear heatmaps", ("model.activation=linear",)),
    Idea("linear first", "linear, then softmax", ("model.start=linear",)),
    Idea("linear, then sigmoid", "linear, then sigmoid", ("model.activation=sigmoid", "model.start=linear")),
    Idea("no mean-shape prior", "heatmaps are not drawn to the mean places", ("model.prior=0",), less=True),
    Idea("heatmaps alone", "no direct regression", ("model.heads=heatmap",), less=True),
    Idea("regression alone", "no heatmaps", ("model.heads=coordinates",), less=True),
    Idea(
        "no growing poses",
        "all poses from the first step",
        ("samples.first=1", "samples.grown_after=0"),
        less=True,
    ),
    Idea("no variance term", "heatmaps may be wide", ("objective.variance=0",), less=True),
    Idea("pairwise distances", "distances between landmarks are matched", ("objective.distances=0.1",)),
    Idea("rotation loss", "the fitted rotation is matched", ("objective.rotation=0.1",)),
    Idea("128", "voxels half as large, one sample a step", ("model.spacing=0.18", "samples.batch=1")),
    Idea("64 with 12, then 128", "the same, begun from 12 landmarks at 64", (), "coarse_first", "128"),
    Idea("group embedding", "told the half of the series in training, not at the end", (), "group_unknown"),
    Idea("group embedding, told", "told in both", (), "group_told"),
    Idea("group embedding, disturbed", "the mean of eight disturbed embeddings", (), "group_disturbed"),
    Idea("test-time average", "the mean of eight poses", (), "poses"),
    Idea("two seeds", "the mean of two networks", (), "seeds"),
    Idea("two templates", "the second one in another template's frame", (), "templates", "two seeds"),
    Idea("patch registration", "then patches of eight atlases", (), "registered"),
    Idea("focus level", "then a focus network", (), "focused"),
    Idea("end to end", "both levels trained together", (), "end_to_end", "focus level"),
)
"""In the order in which they are tried."""
