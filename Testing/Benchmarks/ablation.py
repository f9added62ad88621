"""Each idea of the original work by itself: what it changes in the error on CTs left out.

A unit is one idea, one fold of eight and two CTs, and one seed. Its networks are trained by the quick
recipe from beginning to end and asked for the landmarks of the two CTs, each in two poses that are up to
four degrees and half a millimetre off. A row per unit is appended to ``results/ablation.csv``; networks that
several ideas need are trained once, and a stopped run goes on where it was. Differences are paired by CT and
seed. Minutes are those of one core in training::

    python Testing/Benchmarks/ablation.py [--work build/ablation] [--ideas "base;sigmoid"] [--score]
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import torch

from common.ablation_answers import ANSWERS
from common.ablation_ideas import IDEAS, Idea
from common.ablation_lab import Lab
from common.ablation_scoring import table
from common.specimens import known_specimens
from common.table import RESULTS, append_rows, read_rows
from craniomark.ground.checks import InputError
from craniomark.tasks.landmark.levels.validate import figures

OUT = RESULTS / "ablation.csv"
FOLDS, SEEDS = (0, 1), (0, 1)
COLUMNS = [
    "idea", "fold", "seed", "steps", "recipe_steps", "minutes", "mean_mm", "median_mm", "p95_mm", "specimens",
]  # fmt: skip


def run(work: Path, ideas: tuple[Idea, ...], steps: int | None, out: Path) -> None:
    """Fill the table, unit by unit."""
    known = known_specimens()
    done = {(row["idea"], int(row["fold"]), int(row["seed"])) for row in read_rows(out)}
    for idea, fold, seed in itertools.product(ideas, FOLDS, SEEDS):
        if (idea.name, fold, seed) not in done:
            append_rows(out, COLUMNS, [row_of(idea, Lab(known, fold, seed, work, steps))])
            print(f"{idea.name}: fold {fold}, seed {seed}", flush=True)


def row_of(idea: Idea, lab: Lab) -> list[object]:
    """One unit: train, ask, measure."""
    answer = ANSWERS[idea.answer](lab, idea)
    every = []
    for example in lab.data.validation:
        if hasattr(answer, "specimen"):
            answer.specimen = example.id
        every.append(figures(answer, [example], lab.data.frame.mean))
    means = {name: np.mean([one[name] for one in every]) for name in ("mean_mm", "median_mm", "p95_mm")}
    each = " ".join(f"{e.id}:{one['mean_mm']:.4f}" for e, one in zip(lab.data.validation, every, strict=True))
    told = [lab.taken, lab.wanted, round(lab.seconds / 60, 2), *(f"{v:.4f}" for v in means.values()), each]
    return [idea.name, lab.fold, lab.seed, *told]


def chosen(names: str) -> tuple[Idea, ...]:
    """Ideas of these names, all by default."""
    wanted = [name.strip() for name in names.split(";") if name.strip()]
    unknown = set(wanted) - {idea.name for idea in IDEAS}
    if unknown:
        raise InputError("--ideas", "name", sorted(unknown)[0], "give names of ablation_ideas.py")
    return tuple(idea for idea in IDEAS if not wanted or idea.name in wanted)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/ablation"))
    parser.add_argument("--ideas", default="", help="names, separated by semicolons")
    parser.add_argument("--steps", type=int, help="of each network; fewer than the recipe's make no result")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, chosen(arguments.ideas), arguments.steps, arguments.out)
    print(table(read_rows(arguments.out)))


if __name__ == "__main__":
    main()
