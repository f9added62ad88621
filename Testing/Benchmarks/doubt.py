"""Honesty of ``error90_mm`` and of the flags, from the committed rows of accuracy.py.

Coverage, pinball loss against one constant per landmark, and how many of the errors above 0.3 mm are
flagged, beside a fixed list of the landmarks that err most. Constants and list are learnt from the
errors of the other folds, the list as long as there are flags. It predicts nothing and takes seconds::

    python Testing/Benchmarks/doubt.py [--rows results/accuracy.csv]
"""

import argparse
from pathlib import Path

from common.doubt_scoring import doubt_of, doubt_text, told_by
from common.specimens import known_specimens
from common.table import RESULTS, read_rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=Path, default=RESULTS / "accuracy.csv")
    parser.add_argument("--score", action="store_true", help="this is all it does")
    arguments = parser.parse_args()
    rows, known = read_rows(arguments.rows), known_specimens()
    methods = sorted({row["method"] for row in rows})
    reports = {m: doubt_of(told_by([r for r in rows if r["method"] == m], known)) for m in methods}
    print(doubt_text(reports))


if __name__ == "__main__":
    main()
