"""Make the synthetic shapes that the R package `shapes` superimposes for the tests.

Run once, then procrustes_oracle.R; the results are kept beside the tests:
    python Testing/Benchmarks/common/procrustes_input.py && Rscript Testing/Benchmarks/procrustes_oracle.R
"""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "Python" / "ground" / "geometry" / "data"


def main() -> None:
    """Write twelve noisy, turned and scaled copies of twenty random points."""
    rng = np.random.default_rng(20260101)
    base = rng.normal(size=(20, 3)) * [5.0, 9.0, 4.0]
    rows = []
    for specimen in range(12):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        turn *= np.sign(np.linalg.det(turn))
        points = (base + rng.normal(size=base.shape)) * rng.uniform(0.8, 1.2)
        for landmark, point in enumerate(points @ turn.T + rng.normal(size=3) * 20):
            rows.append([specimen, landmark, *point])
    FOLDER.mkdir(parents=True, exist_ok=True)
    header = "specimen,landmark,x,y,z"
    formats = ["%d", "%d", "%.17g", "%.17g", "%.17g"]
    np.savetxt(FOLDER / "shapes.csv", rows, formats, delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
