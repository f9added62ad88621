"""Registration of pairs of CTs that no model has seen, by every method of ``craniomark register``.

Both held-out CTs of each fold are registered to one another, both ways round, as they lie and with the
moving one turned by up to 60 degrees and shifted by up to 5 mm. The landmarks of the fixed CT are carried
over and compared with those of the moving one. Beside the methods stand oracles (the best rigid and affine
map of the true landmarks) and, where antspyx or itk-elastix is installed, ANTs or
elastix. One row a trial is appended to
``results/registration.csv``; a stopped run goes on where it was::

    python Testing/Benchmarks/registration.py [--methods rigid,affine] [--folds 0,1] [--starts given]
        [--models DIR] [--label affine=NAME] [--score]

``DIR`` holds the bundle that a fold's networks lie in, as ``fold0``, ``fold1``, ...; methods that need a
network are left out where there is none.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from common import ants_peer, elastix_peer
from common.registration_pairs import Trial, all_trials
from common.registration_scoring import ORACLES, points_text, registration_report
from common.specimens import FOLDS, known_specimens
from common.table import RESULTS, append_rows, read_rows
from common.unshipped import hide_shipped_networks
from craniomark.engine.maps import Map
from craniomark.flows.registration.methods import Options, method_names, method_of
from craniomark.flows.registration.pair import pair_of
from craniomark.flows.registration.run import registered
from craniomark.ground.geometry import affine_fit, apply, rigid_fit

COLUMNS = ["method", "fold", "fixed", "moving", "start", "seconds", "verdict", "folding", "note", "points"]
OUT = RESULTS / "registration.csv"
Points = NDArray[np.float64]
Outcome = tuple[Points, float, str, float, str]


def by_oracle(fit: Callable[..., NDArray[np.float64]]) -> Callable[[Trial], Outcome]:
    """The map that fits the true landmarks best."""

    def run(trial: Trial) -> Outcome:
        fixed = trial.fixed.truth.points
        return apply(fit(fixed, trial.truth()), fixed), 0.0, "", 0.0, ""

    return run


def by_peer(
    carried: Callable[..., tuple[Points, float]], name: str, package: str
) -> Callable[[Trial], Outcome]:
    """A peer."""

    def run(trial: Trial) -> Outcome:
        points, seconds = carried(name, *trial.volumes(), trial.fixed.truth.points)
        return points, seconds, "", 0.0, package

    return run


def by_method(name: str, models: Path | None, steps: int | None) -> Callable[[Trial], Outcome]:
    """One of the command's methods."""
    method = method_of(name)

    def run(trial: Trial) -> Outcome:
        model = None if models is None else str(models / f"fold{trial.fold}")
        pair = pair_of(*trial.volumes(), (trial.fixed.id, trial.moving.id))
        done = registered(pair, method, Options(steps, model))
        points = carried_by(done.found.map, trial.fixed.truth.points)
        return points, done.seconds, done.verdict, done.folding, str(done.found.figures.get("start", ""))

    return run


def carried_by(f: Map, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points, shape (L, 3), under a map."""
    return f(torch.as_tensor(points, dtype=torch.float32)).detach().numpy().astype(np.float64)


def runners(arguments: argparse.Namespace) -> dict[str, Callable[[Trial], Outcome]]:
    """What is run, by the name of its rows."""
    labels = dict(word.split("=") for word in arguments.label.split(",") if word)
    told = arguments.models, arguments.steps
    found = {labels.get(name, name): by_method(name, *told) for name in method_names()}
    found |= dict(zip(ORACLES, (by_oracle(rigid_fit), by_oracle(affine_fit)), strict=True))
    if ants_peer.has_ants():
        found |= {name: by_peer(ants_peer.carried, name, "antspyx") for name in ants_peer.KINDS}
    if elastix_peer.has_elastix():
        found |= {name: by_peer(elastix_peer.carried, name, "itk-elastix") for name in elastix_peer.STAGES}
    wanted = arguments.methods.split(",") if arguments.methods else list(found)
    return {name: found[name] for name in wanted}


def run(arguments: argparse.Namespace) -> None:
    """Fill the table."""
    done = {(r["method"], r["fixed"], r["moving"], r["start"]) for r in read_rows(arguments.out)}
    folds = [int(fold) for fold in arguments.folds.split(",")]
    starts = arguments.starts.split(",")
    chosen = [t for t in all_trials(known_specimens()) if t.fold in folds and t.start.split()[0] in starts]
    for name, runner in runners(arguments).items():
        for trial in chosen:
            if (name, *trial.key) in done:
                continue
            points, seconds, verdict, folding, note = runner(trial)
            told = [round(seconds, 2), verdict, round(folding, 5), note, points_text(points)]
            append_rows(arguments.out, COLUMNS, [[name, trial.fold, *trial.key, *told]])
            error = np.nanmean(np.linalg.norm(points - trial.truth(), axis=1))
            print(f"{name}: {' '.join(trial.key)}: {error:.3f} mm, {seconds:.0f} s", flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--methods", default="", help="names of rows, e.g. rigid,affine; by default all")
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="e.g. 0,1")
    parser.add_argument("--starts", default="given,turned")
    parser.add_argument("--models", type=Path, help="folder of the folds' bundles")
    parser.add_argument("--steps", type=int, help="as the command's")
    parser.add_argument("--label", default="", help="other names for rows, e.g. affine=affine-matrix")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    hide_shipped_networks()
    if not arguments.score:
        run(arguments)
    print(registration_report(read_rows(arguments.out), all_trials(known_specimens())))


if __name__ == "__main__":
    main()
