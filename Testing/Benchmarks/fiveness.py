"""What many steps of one small network do to digits that it was not trained on.

One network of 50 units, its last layer zero at first, tells displacements; it is used in nine steps, trained
on pairs of 5s by squared difference with diffusion of weight .05, and then brings 7s onto other 7s. After
each step a classifier tells how much of a 5 the warped 7 is. A pair shows the effect where the warped 7 is,
after some step but the last, more of a 5 than the 7 that it began as and the 7 it is brought onto, by .1 or
more. Figures are written to ``results/fiveness.csv``, the picture to ``Resources/Screenshots``::

    python Testing/Benchmarks/fiveness.py [--steps 1400] [--score]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from common.table import RESULTS, append_rows, read_rows
from craniomark.tasks.regnet.steps import Map, diffusion, leaf, repeated, sampled, seen_through, still_places

EDGE, TIMES, UNITS, WEIGHT = 28, 9, 50, 0.05
TRAINED, APPLIED, CLEARLY = 5, 7, 0.1
PAIRS = 200
COLUMNS = ["pair", "moving", "fixed", "step", "fiveness", "target", "difference"]
OUT = RESULTS / "fiveness.csv"
PICTURE = Path(__file__).parents[2] / "Resources/Screenshots/fiveness.png"


class SmallNetwork(torch.nn.Module):
    """Displacements of two images by one hidden layer; untrained, nothing moves."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(2 * EDGE**2, UNITS)
        self.last = torch.nn.Linear(UNITS, 2 * EDGE**2)
        torch.nn.init.zeros_(self.last.weight)
        torch.nn.init.zeros_(self.last.bias)

    def forward(self, moving: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
        """Shape (B, 2, 28, 28), shares of the image."""
        seen = torch.cat([moving, fixed], 1).flatten(1)
        return self.last(torch.relu(self.hidden(seen))).view(-1, 2, EDGE, EDGE)


def digits() -> tuple[torch.Tensor, NDArray[np.int64]]:
    """Images, shape (N, 1, 28, 28), 0 to 1, and what they show."""
    from sklearn.datasets import load_digits

    told = load_digits()
    images = torch.tensor(told.images / 16, dtype=torch.float32)[:, None]
    larger = torch.nn.functional.interpolate(images, size=EDGE, mode="bilinear", align_corners=True)
    return larger, told.target


def trained(fives: torch.Tensor, steps: int) -> SmallNetwork:
    """The network, trained on pairs of 5s."""
    torch.manual_seed(0)
    network = SmallNetwork()
    register = repeated(leaf(network), TIMES)
    places = still_places((EDGE, EDGE), fives)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    for step in range(steps):
        rng = np.random.default_rng([0, step])
        moving, fixed = (fives[rng.integers(len(fives), size=32)] for _ in range(2))
        f = register(moving, fixed)
        loss = (sampled(moving, f(places)) - fixed).square().mean() + WEIGHT * diffusion(f, places)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            print(f"step {step}: {float(loss):.4f}", flush=True)
    return network


@torch.inference_mode()
def after_each_step(network: SmallNetwork, moving: torch.Tensor, fixed: torch.Tensor) -> list[torch.Tensor]:
    """The moving images, and what they are after each step."""
    seen, register = [moving], leaf(network)
    whole: Map = lambda places: places  # noqa: E731
    for _ in range(TIMES):
        before, q = whole, register(seen[-1], fixed)
        whole = lambda places, p=before, q=q: p(q(places))  # type: ignore[misc]  # noqa: E731
        seen.append(seen_through(moving, whole))
    return seen


def rows_of(steps: int) -> list[list[object]]:
    """Trains, applies and classifies."""
    from sklearn.linear_model import LogisticRegression

    images, shown = digits()
    known = np.arange(len(shown)) % 2 == 0  # the other half is never learnt from
    classifier = LogisticRegression(max_iter=2000).fit(images[known].flatten(1).numpy(), shown[known])
    right = classifier.score(images[~known].flatten(1).numpy(), shown[~known])
    print(f"the classifier is right on {right:.1%} of the digits kept back", flush=True)
    network = trained(images[shown == TRAINED], steps)
    rng = np.random.default_rng(1)
    sevens = np.flatnonzero(~known & (shown == APPLIED))
    pairs = np.stack([rng.permutation(sevens)[:2] for _ in range(PAIRS)])
    seen = after_each_step(network, images[pairs[:, 0]], images[pairs[:, 1]])

    def fiveness(batch: torch.Tensor) -> NDArray[np.float64]:
        return classifier.predict_proba(batch.flatten(1).numpy())[:, TRAINED]

    target = fiveness(images[pairs[:, 1]])
    rows: list[list[object]] = []
    for step, batch in enumerate(seen):
        apart = (batch - images[pairs[:, 1]]).square().mean((1, 2, 3)).numpy()
        for pair, (five, goal, away) in enumerate(zip(fiveness(batch), target, apart, strict=True)):
            rows.append([pair, *pairs[pair], step, round(five, 4), round(goal, 4), round(float(away), 5)])
    draw(seen, images[pairs[:, 1]], rows)
    return rows


def curves(
    rows: list[dict[str, str]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fiveness, shape (pairs, steps + 1), of the targets, shape (pairs,), and squared differences."""
    count = len({row["pair"] for row in rows})
    found, away, target = np.zeros((count, TIMES + 1)), np.zeros((count, TIMES + 1)), np.zeros(count)
    for row in rows:
        place = int(row["pair"]), int(row["step"])
        found[place], away[place] = float(row["fiveness"]), float(row["difference"])
        target[place[0]] = float(row["target"])
    return found, target, away


def share_that_shows(found: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Share of pairs whose warped 7 is clearly more of a 5 on the way than at either end."""
    ends = np.maximum(found[:, 0], target)
    return float((found[:, 1:-1].max(1) > ends + CLEARLY).mean())


def report(rows: list[dict[str, str]]) -> str:
    """Means by step, and the share."""
    found, target, away = curves(rows)
    lines = [
        f"after step {step}: fiveness {found[:, step].mean():.3f}, difference {away[:, step].mean():.4f}"
        for step in range(TIMES + 1)
    ]
    share = share_that_shows(found, target)
    lines.append(
        f"share of pairs that end as more of a 5 than they began: {(found[:, -1] > found[:, 0]).mean():.1%}"
    )
    return "\n".join(
        [*lines, f"targets: fiveness {target.mean():.3f}", f"share of pairs that show it: {share:.1%}"]
    )


def draw(seen: list[torch.Tensor], fixed: torch.Tensor, rows: list[list[object]]) -> None:
    """The fiveness after each step, and the pair that shows it most."""
    from matplotlib.figure import Figure

    found, target, _ = curves([dict(zip(COLUMNS, map(str, row), strict=True)) for row in rows])
    pair = int((found[:, 1:-1].max(1) - np.maximum(found[:, 0], target)).argmax())
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[1, 2.2])
    shown = [*(one[pair, 0] for one in seen), fixed[pair, 0]]
    names = ["7", *map(str, range(1, TIMES + 1)), "onto"]
    for axes, image, name in zip(upper.subplots(1, len(shown)), shown, names, strict=True):
        axes.imshow(image.numpy(), cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(name, fontsize=8)
        axes.axis("off")
    axes = lower.subplots()
    axes.plot(found.T, color="tab:blue", alpha=0.08)
    axes.plot(found.mean(0), color="tab:blue", lw=2, label="mean of all pairs")
    axes.plot(found[pair], color="tab:orange", lw=2, label="the pair above")
    axes.set(xlabel="steps", ylabel="fiveness of the warped 7", ylim=(0, 1), xlim=(0, TIMES))
    axes.legend()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=110)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--score", action="store_true", help="print the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        OUT.unlink(missing_ok=True)
        append_rows(OUT, COLUMNS, rows_of(arguments.steps))
    print(report(read_rows(OUT)))


if __name__ == "__main__":
    main()
