"""Pictures of the statistics: bias, directions of variation, asymmetry, people and retests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from craniomark.flows.evaluation.metrics import Metrics
from craniomark.flows.evaluation.plots import _BLUE, _GREY, _INK, _ORANGE, _page, _title
from craniomark.flows.evaluation.statistics import Statistics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_DRAWN = 100
_MOST_LINKED = 60


def draw_bias(metrics: Metrics, statistics: Statistics) -> "Figure | None":  # noqa: ARG001
    """Bias of each landmark by axis with its interval, the longest on top."""
    bias = statistics.bias
    if bias is None:
        return None
    order = sorted(bias.landmarks, key=lambda label: bias.landmarks[label].length_mm)[-_MOST_DRAWN:]
    figure, _ = _page(8.4, 1.7 + 0.17 * len(order), columns=3)
    places = np.arange(len(order))
    found = [bias.landmarks[label] for label in order]
    low, middle, high = (
        np.array([getattr(one, name) for one in found]) for name in ("low_mm", "bias_mm", "high_mm")
    )
    known = np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)], middle.ravel()])
    edge = 1.05 * float(np.percentile(np.abs(known), 99.5))
    edge = max(edge, 1e-3)
    colours = [_ORANGE if label in bias.biased else _BLUE for label in order]
    for axis, axes in enumerate(figure.axes):
        axes.axvline(0, color=_GREY, lw=1)
        axes.hlines(places, low[:, axis], high[:, axis], colors=colours, lw=1.2)
        axes.scatter(middle[:, axis], places, s=11, c=colours, zorder=3, linewidths=0)
        axes.set(xlim=(-edge, edge), ylim=(-0.8, len(order) - 0.2), xlabel=f"along {'LPS'[axis]}, mm")
        axes.set_yticks(places, order if axis == 0 else [""] * len(order), fontsize=7)
        axes.locator_params(axis="x", nbins=5)
    level = f"{100 * statistics.resampling.level:.0f} %"
    few = f"; the {len(order)} longest are shown" if len(order) < len(bias.landmarks) else ""
    told = f"mean of predicted less true, {level} t interval{few}\n"
    told += f"orange: adjusted p below 0.05; all together p {_p(bias.p)}"
    _title(figure.axes[0], "Bias by landmark", told)
    return figure


def draw_shapes(metrics: Metrics, statistics: Statistics) -> "Figure | None":  # noqa: ARG001
    """Distance of mean shapes under permutation, and true and predicted scores of components."""
    mean, components = statistics.mean_shape, statistics.principal_components
    if mean is None:
        return None
    figure, left = _page(9.6 if components else 5.2, 4.4, columns=2 if components else 1)
    left.hist(mean.null, bins=30, color="#dbe7ef", edgecolor=_BLUE, lw=0.6)
    left.axvline(mean.distance, color=_ORANGE, lw=2)
    left.set(xlabel="distance between mean shapes, radians", ylabel="permutations")
    left.set_xlim(left=0)
    told = (
        f"orange: {mean.distance:.4f} as found, p {_p(mean.p)}\nbars: predicted and true exchanged at random"
    )
    _title(left, "Mean shapes", told)
    if components is None:
        return figure
    right = figure.axes[1]
    predicted, true = components.scores[..., :2]
    two = predicted.shape[1] > 1
    across, up = (0, 1) if two else (0, 0)
    if len(true) <= _MOST_LINKED:
        for one, other in zip(predicted, true, strict=True):
            right.plot([other[across], one[across]], [other[up], one[up]], color=_GREY, lw=0.8, zorder=1)
    right.scatter(true[:, across], true[:, up], s=22, color=_INK, label="true", linewidths=0, zorder=2)
    right.scatter(
        predicted[:, across], predicted[:, up], s=22, color=_BLUE, label="predicted", linewidths=0, zorder=3
    )
    right.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(0, -0.13), ncols=2)
    shares = [f"{100 * share:.0f} %" for share in components.share_true]
    right.set(
        xlabel=f"true component 1 ({shares[0]}), mm",
        ylabel=f"true component 2 ({shares[1]}), mm" if two else "",
    )
    angles = ", ".join(f"{angle:.0f}°" for angle in components.angle_degrees)
    told = f"angles of the first components: {angles}\n"
    told += f"correlation of covariances {components.covariance_correlation:.2f}"
    _title(right, "Directions of variation", told)
    return figure


def draw_asymmetry(metrics: Metrics, statistics: Statistics) -> "Figure | None":  # noqa: ARG001
    """Directional and fluctuating asymmetry, true and predicted."""
    found = statistics.asymmetry
    if found is None:
        return None
    figure, left = _page(9.6, 4.2, columns=2)
    right = figure.axes[1]
    for place, (name, one, colour) in enumerate(
        (("true", found.truth, _INK), ("predicted", found.predicted, _BLUE))
    ):
        low, high = one.fluctuating_interval
        bars = [[max(one.fluctuating_mm - low, 0)], [max(high - one.fluctuating_mm, 0)]]
        left.bar(place - 0.2, one.directional_mm, 0.36, color=colour, alpha=0.45)
        left.bar(place + 0.2, one.fluctuating_mm, 0.36, color=colour)
        if np.isfinite([low, high]).all():
            left.errorbar(place + 0.2, one.fluctuating_mm, yerr=bars, color=_ORANGE, capsize=3, lw=1.3)
        for shift, word in ((-0.2, f"directional\np {_p(one.directional_p)}"), (0.2, "fluctuating\n")):
            left.annotate(
                word,
                (place + shift, 0),
                (0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=8,
                color=_INK,
            )
        left.annotate(
            name,
            (place, 0),
            (0, -34),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9,
            color=_INK,
        )
    left.set_xticks([])
    left.set(ylabel="root mean square over landmarks, mm", xlim=(-0.6, 1.6))
    told = f"{found.pairs} pairs, {found.midline} on the midline ({found.sides})\n"
    told += f"angle of the directional parts {_number(found.directional_degrees, 0)}°"
    _title(left, "Asymmetry", told)
    true, predicted = found.truth.scores, found.predicted.scores
    edge = 1.1 * max(float(true.max()), float(predicted.max()), 1e-6)
    right.plot([0, edge], [0, edge], color=_GREY, lw=1, ls="--")
    right.scatter(true, predicted, s=22, color=_BLUE, linewidths=0, zorder=3)
    right.set(xlim=(0, edge), ylim=(0, edge), xlabel="true, mm", ylabel="predicted, mm")
    told = f"each specimen's own asymmetry; variance ratio {_number(found.fluctuating_ratio, 2)}"
    told += f",\ncorrelation over coordinates {_number(found.fluctuating_correlation, 2)}"
    _title(right, "Fluctuating asymmetry", told)
    return figure


def draw_observers(metrics: Metrics, statistics: Statistics) -> "Figure | None":
    """Cumulative curves of the errors of the method and of the distances between digitisations."""
    people = statistics.observers
    if people is None:
        return None
    figure, axes = _page(6.4, 4.4)
    errors = np.sort([row.error_mm for row in metrics.errors if not row.note])
    curves = [("method against truth", errors, _BLUE, "-")]
    kinds = (
        ("same observer", people.intra, "-"),
        ("two observers", people.inter, "--"),
        ("observers not named", people.unnamed, ":"),
    )
    curves += [(name, np.sort(one.distances), _ORANGE, style) for name, one, style in kinds if one]
    reach = 1.15 * max(float(np.percentile(values, 99)) for _, values, _, _ in curves)
    reach = max(reach, 1e-3)
    for name, values, colour, style in curves:
        share = 100 * np.arange(1, len(values) + 1) / len(values)
        told = f"{name}: mean {values.mean():.3f} mm"
        axes.step(
            [0, *values, max(reach, values[-1])],
            [0, *share, 100],
            where="post",
            color=colour,
            ls=style,
            lw=1.8,
            label=told,
        )
    axes.set(
        xlim=(0, reach), ylim=(0, 102), xlabel="distance, mm", ylabel="points with at most this distance, %"
    )
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    gap = people.method_minus_repeat
    told = f"{len(people.sessions)} digitisations\n"
    if gap:
        told += f"method less people {gap.mean_mm:+.3f} mm ({gap.low_mm:+.3f} to {gap.high_mm:+.3f})"
    _title(axes, "Method and observers", told)
    return figure


def draw_retest(metrics: Metrics, statistics: Statistics) -> "Figure | None":
    """Scatter of each landmark over runs beside its error."""
    retest = statistics.retest
    if retest is None:
        return None
    figure, axes = _page(6.4, 4.4)
    shared = [label for label in retest.within_sd_by_landmark if label in metrics.per_landmark]
    scatter = np.array([retest.within_sd_by_landmark[label] for label in shared])
    errors = np.array([metrics.per_landmark[label].mean_mm for label in shared])
    axes.scatter(errors, scatter, s=22, color=_BLUE, linewidths=0)
    for i in np.argsort(scatter)[-3:]:
        axes.annotate(
            shared[i], (errors[i], scatter[i]), (5, 3), textcoords="offset points", fontsize=8, color=_INK
        )
    axes.axhline(retest.within_sd_mm, color=_ORANGE, lw=1, ls="--")
    axes.set(xlabel="mean error of the landmark, mm", ylabel="standard deviation within a specimen, mm")
    axes.set_xlim(0, 1.12 * max(float(errors.max(initial=0)), 1e-3))
    axes.set_ylim(0, 1.12 * max(float(scatter.max(initial=0)), 1e-4))
    frame = "in one frame" if retest.frame == "same" else "after a rigid fit"
    told = f"{retest.n_specimens} specimens, up to {retest.n_runs} runs, {frame}\n"
    told += f"dots: landmarks; dashed: all together, {retest.within_sd_mm:.4f} mm"
    _title(axes, "Test and retest", told)
    return figure


STATISTICS_PLOTS: dict[str, Callable[[Metrics, Statistics], "Figure | None"]] = {
    "bias.png": draw_bias,
    "shapes.png": draw_shapes,
    "asymmetry.png": draw_asymmetry,
    "observers.png": draw_observers,
    "retest.png": draw_retest,
}


def _p(value: float) -> str:
    if not np.isfinite(value):
        return "not known"
    return f"= {value:.3f}" if value >= 0.001 else "< 0.001"


def _number(value: float, digits: int) -> str:
    return "–" if not np.isfinite(value) else f"{value:.{digits}f}"
