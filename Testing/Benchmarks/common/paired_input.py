"""Make the synthetic pairs of shapes that R analyses for the tests.

Run once, then statistics_oracle.R; the results are kept beside the tests:
    python Testing/Benchmarks/common/paired_input.py && Rscript Testing/Benchmarks/statistics_oracle.R
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "Python" / "ground" / "geometry" / "data"
PAIRS, MIDLINE = 6, 3


def main() -> None:
    """Write eight skulls, lopsided alike and each in its own way, landmarked by two methods."""
    rng = np.random.default_rng(20260301)
    side = rng.uniform([1, -9, -4], [5, 9, 4], size=(PAIRS, 3))
    middle = rng.uniform([0, -9, -4], [0, 9, 4], size=(MIDLINE, 3))
    base = np.vstack([side, side * [-1, 1, 1], middle])
    base[:PAIRS] += rng.normal(size=(PAIRS, 3)) * 0.15  # directional asymmetry
    bias = rng.normal(size=base.shape) * 0.05
    rows = []
    for specimen in range(8):
        own = (base + rng.normal(size=base.shape) * 0.3) * rng.uniform(0.9, 1.1)
        for method in range(2):
            turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
            points = own + method * bias + rng.normal(size=base.shape) * 0.1
            points = points @ (turn * np.sign(np.linalg.det(turn))).T + rng.normal(size=3) * 20
            rows += [[specimen, method, landmark, *point] for landmark, point in enumerate(points)]
    header = "specimen,method,landmark,x,y,z"
    formats = ["%d"] * 3 + ["%.17g"] * 3
    np.savetxt(FOLDER / "paired.csv", rows, formats, delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
