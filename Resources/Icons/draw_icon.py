"""Draw CranioMark.png: a mouse skull from above in a few curves, with its landmarks."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch
from scipy.interpolate import make_interp_spline

NIGHT, BONE, SHADE, EDGE, POINT, DOUBT = "#16324f", "#f4ecd8", "#d9cba6", "#a8946a", "#2a9d8f", "#e76f51"
# Right half of the outline, from the tip of the nose (top) to the back of the skull; pixels of 128.
OUTLINE = [
    (64, 119),
    (70, 115),
    (74, 102),
    (80, 90),
    (80, 78),
    (78, 68),
    (88, 56),
    (92, 40),
    (82, 21),
    (64, 13),
]
ARCH = [(79, 91), (90, 86), (97, 76), (99, 64), (96, 54), (88, 47)]
SURE = [(64, 114), (64, 88), (64, 54), (64, 17), (89, 34), (39, 34), (99, 66), (29, 66), (78, 89), (50, 89)]
DOUBTFUL = [(80, 49)]


def smooth(points: list[tuple[int, int]]) -> np.ndarray:
    """Run a cubic spline through the points."""
    steps = np.linspace(0, len(points) - 1, 300)
    return np.asarray(make_interp_spline(np.arange(len(points)), np.array(points, float), k=3)(steps))


def mirrored(curve: np.ndarray) -> np.ndarray:
    return curve * [-1, 1] + [128, 0]


def draw(path: Path, pixels: int = 128) -> None:
    figure = plt.figure(figsize=(1, 1), dpi=pixels)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 128), ylim=(0, 128))
    axes.axis("off")
    axes.add_patch(
        FancyBboxPatch((4, 4), 120, 120, boxstyle="round,pad=0,rounding_size=24", fc=NIGHT, lw=0, zorder=0.5)
    )
    right = smooth(OUTLINE)
    for arch in (smooth(ARCH), mirrored(smooth(ARCH))):
        axes.plot(*arch.T, color=EDGE, lw=3.4, zorder=0.9)
        axes.plot(*arch.T, color=SHADE, lw=2.3, zorder=0.9)
    outline = np.vstack([right, mirrored(right)[::-1]])
    axes.fill(*outline.T, fc=BONE, ec=EDGE, lw=0.8)
    sutures = [[(64, 113), (64, 18)], [(53, 87), (64, 90), (75, 87)], [(44, 54), (64, 58), (84, 54)]]
    for suture in [*sutures, [(40, 31), (64, 36), (88, 31)]]:
        axes.plot(*np.array(suture).T, color=EDGE, lw=0.8)
    for points, colour in ((SURE, POINT), (DOUBTFUL, DOUBT)):
        axes.scatter(*np.array(points).T, s=17, color=colour, edgecolor="white", lw=0.7, zorder=3)
    figure.savefig(path, transparent=True)
    plt.close(figure)


if __name__ == "__main__":
    draw(Path(__file__).with_name("CranioMark.png"))
