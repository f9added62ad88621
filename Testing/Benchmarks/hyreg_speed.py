"""Seconds of our registration and of ANTs SyN on the same pairs, in turns, in one run on one thread.

SyN is asked for one pair at a time, ours for one pair and for eight atlases in one batch; both read the
files. A row a trial is appended to ``results/hyreg_speed.csv``; ``--score`` prints the committed rows as
ratios. Needs ``antspyx``::

    python Testing/Benchmarks/hyreg_speed.py [--trials 3] [--score]
"""

import argparse
import os
import time
from collections.abc import Mapping, Sequence

import numpy as np

from common.ants_peer import carried, has_ants
from common.specimens import Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows, show

OUT = RESULTS / "hyreg_speed.csv"
COLUMNS = ["trial", "specimen", "atlas", "syn_s", "ours_s", "ours_eight_s"]
ATLASES = 8


def ours(held_out: Known, atlases: Sequence[Known]) -> float:
    """Seconds of carrying landmarks from all atlases, reading included."""
    from craniomark.flows.registration.atlases import carried_by_atlases
    from craniomark.flows.registration.pair import Pair, prepared

    began = time.perf_counter()
    volumes = [one.volume() for one in (held_out, *atlases)]
    images = [prepared(volume, "") for volume in volumes]
    pairs = [Pair(images[0], i, volumes[0], v) for i, v in zip(images[1:], volumes[1:], strict=True)]
    carried_by_atlases(pairs, [atlas.truth for atlas in atlases])
    return time.perf_counter() - began


def syn(held_out: Known, atlas: Known) -> float:
    """Seconds of SyN on one pair, which it has read."""
    return carried("ANTs SyN", held_out.volume(), atlas.volume(), held_out.truth.points)[1]


def report(rows: Sequence[Mapping[str, str]]) -> str:
    """Medians and their ratios."""
    one, ours_one, eight = (np.array([float(r[c]) for r in rows]) for c in COLUMNS[3:])
    told = (("one pair", one, ours_one), ("eight atlases", ATLASES * one, eight))
    lines = [
        [name, f"{np.median(peer):.1f}", f"{np.median(own):.1f}", f"{np.median(peer / own):.1f}"]
        for name, peer, own in told
    ]
    title = f"Seconds on one thread, medians of {len(rows)} trials"
    return show(title, ["", "ANTs SyN", "ours", "SyN / ours"], lines)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--score", action="store_true", help="print the committed rows only")
    arguments = parser.parse_args()
    if not arguments.score:
        if not has_ants():
            parser.error("antspyx is not installed: pip install antspyx")
        import torch

        from common.unshipped import hide_shipped_networks

        torch.set_num_threads(1)
        hide_shipped_networks()
        known = known_specimens()
        for trial in range(len(read_rows(OUT)), arguments.trials):
            atlases, held_out = split(known, trial)
            told = [syn(held_out[0], atlases[0]), ours(held_out[0], atlases[:1]), ours(held_out[0], atlases)]
            names = [trial, held_out[0].id, atlases[0].id]
            append_rows(OUT, COLUMNS, [[*names, *(round(s, 1) for s in told)]])
    print(report(read_rows(OUT)))


if __name__ == "__main__":
    # Before ANTs is loaded: as many threads as ours has.
    os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = "1"
    main()
