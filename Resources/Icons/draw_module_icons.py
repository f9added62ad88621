"""Draw the icons of the Slicer modules, in the manner of CranioMark.png."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from draw_icon import ARCH, BONE, DOUBT, EDGE, NIGHT, OUTLINE, POINT, SHADE, mirrored, smooth
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

MIDDLE = np.array([64.0, 64.0])
ROOT = Path(__file__).resolve().parents[2]


def turned(curve: np.ndarray, degrees: float, size: float) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (curve - MIDDLE) @ turn.T * size + MIDDLE


def skull(axes: Axes, degrees: float, size: float, alpha: float = 1.0) -> None:
    right = smooth(OUTLINE)
    for arch in (smooth(ARCH), mirrored(smooth(ARCH))):
        axes.plot(*turned(arch, degrees, size).T, color=SHADE, lw=2.6, alpha=alpha)
    outline = np.vstack([right, mirrored(right)[::-1]])
    axes.fill(*turned(outline, degrees, size).T, fc=BONE, ec=EDGE, lw=0.8, alpha=alpha)


def canvas(pixels: int = 128) -> tuple[plt.Figure, Axes]:
    figure = plt.figure(figsize=(1, 1), dpi=pixels)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 128), ylim=(0, 128))
    axes.axis("off")
    axes.add_patch(
        FancyBboxPatch((4, 4), 120, 120, boxstyle="round,pad=0,rounding_size=24", fc=NIGHT, lw=0, zorder=0.5)
    )
    return figure, axes


def auto_orient(path: Path) -> None:
    """Draw a tilted skull, faint, and the upright one; an arrow turns the first into the second."""
    figure, axes = canvas()
    skull(axes, -48, 0.86, alpha=0.25)
    skull(axes, 0, 0.86)
    axes.plot([64, 64], [16, 112], color=POINT, lw=1.6, ls=(0, (3, 2)))
    arrow = FancyArrowPatch(
        (113, 84), (76, 116), connectionstyle="arc3,rad=0.35", arrowstyle="-|>", mutation_scale=9, color=DOUBT
    )
    arrow.set_linewidth(2.2)
    axes.add_patch(arrow)
    figure.savefig(path, transparent=True)
    plt.close(figure)


def auto_landmark(path: Path) -> None:
    """Draw a skull with its points; a ring around the doubtful one, which is looked at first."""
    figure, axes = canvas()
    skull(axes, 0, 0.86)
    places = np.array([(64, 104), (48, 84), (80, 84), (64, 62), (42, 48), (86, 48), (64, 26)], dtype=float)
    axes.scatter(*places[:-2].T, s=13, color=POINT, zorder=4)
    axes.scatter(*places[-1:].T, s=13, color=POINT, zorder=4)
    axes.scatter(*places[-2:-1].T, s=22, color=DOUBT, zorder=4)
    axes.scatter(*places[-2:-1].T, s=130, facecolors="none", edgecolors=DOUBT, linewidths=1.8, zorder=4)
    figure.savefig(path, transparent=True)
    plt.close(figure)


def deep_ssm(path: Path) -> None:
    """Draw a skull in the colours of errors: bone where there is none, red outside, blue inside."""
    figure, axes = canvas()
    right = smooth(OUTLINE)
    outline = turned(np.vstack([right, mirrored(right)[::-1]]), 0, 0.86)
    for arch in (smooth(ARCH), mirrored(smooth(ARCH))):
        axes.plot(*turned(arch, 0, 0.86).T, color=SHADE, lw=2.6)
    (shape,) = axes.fill(*outline.T, fc="none", ec=EDGE, lw=0.8)
    x, y = np.meshgrid(np.linspace(0, 128, 256), np.linspace(0, 128, 256))
    error = np.exp(-((x - 82) ** 2 + (y - 84) ** 2) / 500) - np.exp(-((x - 50) ** 2 + (y - 46) ** 2) / 500)
    shades = LinearSegmentedColormap.from_list("errors", [POINT, BONE, DOUBT])
    place = {"extent": (0, 128, 0, 128), "origin": "lower", "zorder": 2}
    picture = axes.imshow(error, cmap=shades, vmin=-0.8, vmax=0.8, **place)
    picture.set_clip_path(shape)
    axes.set(xlim=(0, 128), ylim=(0, 128))
    figure.savefig(path, transparent=True)
    plt.close(figure)


if __name__ == "__main__":
    auto_orient(ROOT / "AutoOrient" / "Resources" / "Icons" / "AutoOrient.png")
    auto_landmark(ROOT / "AutoLandmark" / "Resources" / "Icons" / "AutoLandmark.png")
    deep_ssm(ROOT / "DeepSSMModule" / "Resources" / "Icons" / "DeepSSMModule.png")
