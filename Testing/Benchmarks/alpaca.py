"""ALPACA's method on strains that its templates are no kin of: one template on ten, eight templates on four.

One template is C57BL6_J for all; the eight are those of the strain's fold in strains.py, of which the median
of each coordinate is taken. Rows go to ``results/alpaca.csv``: points carried by one template, LPS mm, and
the seconds that it took on one core; a stopped run goes on where it was. ``--score`` only prints the table.
It needs the extra ``bench``, and on Linux the library of its package tbb on LD_LIBRARY_PATH::

    python Testing/Benchmarks/alpaca.py [--strains LP,NZB] [--score]
"""

import argparse
import time

import numpy as np

from common.alpaca_method import transfer
from common.alpaca_pose import AlpacaSettings
from common.alpaca_scoring import TRIALS, templates_of
from common.alpaca_scoring import table as scored
from common.strains import known_strains
from common.table import RESULTS, append_rows, read_rows

OUT = RESULTS / "alpaca.csv"
COLUMNS = ["strain", "template", "seconds", "label", "x", "y", "z"]


def rows_of(strain: str, template: str) -> list[list[object]]:
    """Landmarks of one strain by one template."""
    known = known_strains()
    truth, source, target = known[template].truth, known[template].surface(), known[strain].surface()
    start = time.process_time()
    points = transfer(source, truth.points, target, AlpacaSettings())
    seconds = round(time.process_time() - start, 1)
    return [
        [strain, template, seconds, label, *(f"{v:.4f}" for v in point)]
        for label, point in zip(truth.labels, points, strict=True)
    ]


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strains", default=",".join(TRIALS), help="which, e.g. LP,NZB")
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    np.random.seed(0)  # the packages draw from it
    done = {(row["strain"], row["template"]) for row in read_rows(OUT)}
    for strain in arguments.strains.split(",") if not arguments.score else ():
        for template in templates_of(strain):
            if (strain, template) not in done:
                append_rows(OUT, COLUMNS, rows_of(strain, template))
                print(f"{strain} by {template}", flush=True)
    print(scored(read_rows(OUT)))


if __name__ == "__main__":
    main()
