"""The shapes that R analysed, and others made in the same way."""

from pathlib import Path

import numpy as np

from craniomark.ground.geometry import BilateralStructure, random_rotations, structure_of_pairs

DATA = Path(__file__).parent / "data"
PAIRS = [(i, i + 6) for i in range(6)]
MIDLINE = [12, 13, 14]


def paired_shapes() -> np.ndarray:
    """Specimens, methods, landmarks, axes, as statistics_oracle.R reads them."""
    rows = np.loadtxt(DATA / "paired.csv", delimiter=",", skiprows=1)
    return np.asarray(rows[:, 3:].reshape(8, 2, 15, 3))


def structure_of(shapes: np.ndarray) -> BilateralStructure:
    return structure_of_pairs(shapes.reshape(-1, 15, 3)[0], PAIRS, MIDLINE)


def symmetric_base(rng: np.random.Generator) -> np.ndarray:
    """Six pairs and three midline points, mirrored at x = 0."""
    side = rng.uniform([1, -9, -4], [5, 9, 4], size=(6, 3))
    middle = rng.uniform([0, -9, -4], [0, 9, 4], size=(3, 3))
    return np.vstack([side, side * [-1, 1, 1], middle])


def posed(shapes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each configuration in a pose of its own."""
    flat = shapes.reshape(-1, *shapes.shape[-2:])
    moved = np.einsum("sij,snj->sni", random_rotations(len(flat), rng), flat)
    return np.asarray(moved + rng.normal(size=(len(flat), 1, 3)) * 20).reshape(shapes.shape)


def figures() -> dict[str, float]:
    """Single figures from R."""
    lines = (DATA / "paired_figures.csv").read_text().splitlines()[1:]
    return {name: float(value) for name, value in (line.split(",") for line in lines)}
